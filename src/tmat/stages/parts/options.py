"""Options that several stages share, each declared once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import inf, isfinite
from typing import Any, Literal, get_args

from tmat.engine.declaration import (
    CONVENTIONS,
    INPUT,
    MASK,
    SHAPE,
    Numbers,
    Option,
    Seed,
    Words,
    checked_seed,
    declares,
    option,
    part,
)
from tmat.engine.limits import MOST_HEADS, MOST_LAYERS
from tmat.errors import InputError
from tmat.stages.parts.rotary import EXPECTED, scaling_of

PlainActivation = Literal["relu", "leaky-relu", "gelu", "gelu-tanh", "tanh", "silu", "none"]
Activation = Literal[PlainActivation, "swiglu", "geglu"]
NormOrder = Literal["post", "pre"]
Score = Literal["scaled", "dot", "additive"]
Bias = Literal["none", "qkv", "output", "all"]
NormKind = Literal["layer", "rms", "none"]
Deviation = Literal["population", "sample"]
EpsilonPlace = Literal["root", "deviation"]
Exponent = Literal["paired", "column"]
Layout = Literal["adjacent", "halves"]
QKNorm = Literal["rms", "l2"]
QK_EPSILON = 1e-6
MaskMeaning = Literal["auto", "visible", "hidden", "added"]
MASKS = ("none", "causal", "padding")


def words_in_order(text: str) -> list[str]:
    """The words of a list as people type it, separated by spaces, line ends or commas.

    >>> words_in_order("I, drink things\\nKnow")
    ['I', 'drink', 'things', 'Know']
    """
    return text.removeprefix("\ufeff").replace(",", " ").split()


@declares
class DrawnInput:
    """The size of a stage's input, where it is drawn."""

    d_model: int | None = option(None, "The width of X where X is drawn (6).", SHAPE, "N", at_least=1)
    positions: int | None = option(None, "The rows of X where X is drawn (6).", SHAPE, "N", at_least=1)


@declares
class OwnWords:
    """The vocabulary, where no earlier stage has one."""

    vocabulary: Words = option(
        None, "The vocabulary, where no pipe brings one: its words in the order of their ids.", INPUT, "WORDS",
        flag="words", read=words_in_order,
    )  # fmt: skip
    first_id: int | None = option(None, "The id of the first word of ‹vocabulary›; default 1.", SHAPE, "0|1")


@declares
class Layers:
    """The number of layers of a stack."""

    layers: int = option(1, "How many layers.", SHAPE, "N", at_least=1, most=MOST_LAYERS)


@declares
class Heads:
    """The number and width of attention heads, and their biases."""

    heads: int | None = option(
        None,
        "How many heads; counted from W_Q1, W_Q2, … where these are given.",
        SHAPE,
        "H",
        at_least=1,
        most=MOST_HEADS,
    )
    kv_heads: int | None = option(
        None, "How many heads of keys and values, each shared by adjacent heads of queries; default: as many as ‹heads›.",
        SHAPE, "N", at_least=1, most=MOST_HEADS,
    )  # fmt: skip
    d_k: int | None = option(
        None, "The number under the root, and a head's width where W_Q is drawn; default: d_model / heads.", SHAPE,
        "N", at_least=1,
    )  # fmt: skip
    d_v: int | None = option(
        None, "The width of a head's values where W_V is drawn; default: d_k.", SHAPE, "N", at_least=1
    )
    bias: Bias | None = option(
        None,
        "Which biases of the attention to draw: none, qkv, output, all. Default: none (with torch-linear: output).",
        CONVENTIONS,
        "WHICH",
    )


@declares
class Rotation:
    """Rotary positions (RoPE): pairs of columns of Q and K rotated by an angle proportional to the position."""

    rotary: Layout | None = option(
        None,
        "Rotate Q and K by their positions (RoPE); pairs are adjacent (columns 1 and 2, as in the paper) "
        "or halves (1 and d/2 + 1, as in Llama).",
        CONVENTIONS, "PAIRS",
    )  # fmt: skip
    base: float | None = option(
        None, "The base of the rotary frequencies, default 10000; without ‹rotary› that of the softmax, in place of e.",
        CONVENTIONS, "NUMBER",
        fits=lambda base: 0 < base < inf, expected="expected a number above 0",
    )  # fmt: skip
    start: int = option(0, "The first position.", CONVENTIONS, "N")
    rope_scaling: str | None = option(
        None,
        "Stretch rotary positions: linear:2 (every position / 2), ntk:2 (a larger base: base·2^(d/(d − 2))), dynamic:2:length=64 "
        "(a base for how long the text is), llama3:8, yarn:4:length=64 (slow pairs / 4).",
        CONVENTIONS, "HOW:FACTOR", fits=lambda said: scaling_of(said) is not None, expected=EXPECTED,
    )  # fmt: skip
    rotary_width: int | None = option(
        None, "Rotate only the first N columns of each head.", CONVENTIONS, "N", at_least=2
    )


@declares
class Scoring:
    """What happens to queries, keys and scores before the softmax, and the base of the softmax."""

    qk_norm: QKNorm | None = option(
        None,
        "Normalise each head's rows of Q and K before the scores: rms (by the root mean square), l2 (by the length); then "
        "∘ gamma_Q, gamma_K where these are given.",
        CONVENTIONS, "KIND",
    )  # fmt: skip
    qk_epsilon: float = option(
        QK_EPSILON, "The ε of ‹qk_norm rms›, inside the root.", CONVENTIONS, "NUMBER",
        fits=lambda e: 0 <= e < inf, expected="expected 0 or a small number above it",
    )  # fmt: skip
    soft_cap: float | None = option(
        None, "Bring the scores between −CAP and CAP: CAP·tanh(scores / CAP).", CONVENTIONS, "CAP",
        fits=lambda cap: 0 < cap < inf, expected="expected a number above 0",
    )  # fmt: skip
    alibi: bool = option(
        False, "Take slope·|i − j| off the scores; the slopes are 2^(−8h/heads), or given: ‹-m slopes›.", CONVENTIONS
    )
    softmax_base: float | None = option(
        None, "The base of the powers in the softmax, in place of e; without ‹rotary› ‹base› says the same.",
        CONVENTIONS, "NUMBER",
        fits=lambda base: 1 < base < inf, expected="expected a number above 1",
    )  # fmt: skip


@declares
class Detail:
    """Whether to show steps that are part of another step."""

    detail: bool = option(
        False,
        "Show the parts of a softmax (exponentials, row_sums), a deviation (variance) and a root mean square (mean_square).",
        CONVENTIONS,
    )


@declares
class MaskRules:
    """Which keys each query may attend to."""

    mask: str | Iterable[str] | Numbers = option(
        "none",
        "causal, padding (the <pad> tokens), or both: causal,padding; or a file or matrix: 1 may attend, 0 may not.",
        MASK, "RULES", legal=MASKS, alone=("causal",), open=True, matrix="n×m",
    )  # fmt: skip
    valid: int | None = option(None, "Only the first N keys are visible.", MASK, "N")
    window: int | None = option(None, "Only keys at most N positions away are visible.", MASK, "N")


@declares
class Norm:
    """How a norm is computed."""

    norm: NormKind = option(
        "layer", "layer (mean and deviation), rms (root mean square only), none (add only).", CONVENTIONS, "KIND"
    )
    deviation: Deviation = option("population", "population (over d) or sample (over d − 1).", CONVENTIONS, "KIND")
    epsilon: float = option(
        1e-5, "The ε that keeps the divisor above 0.", CONVENTIONS, "NUMBER",
        fits=lambda e: 0 <= e < inf, expected="expected 0 or a small number above it",
    )  # fmt: skip
    epsilon_in: EpsilonPlace = option(
        "root", "root: √(std² + ε), LayerNorm; deviation: std + ε, as some articles do.", CONVENTIONS, "PLACE"
    )
    gamma_offset: float = option(
        0.0, "A number added to γ before it scales: 1 in Gemma, whose weights are γ − 1.", CONVENTIONS, "NUMBER",
        fits=isfinite, expected="expected a number",
    )  # fmt: skip


@declares
class NormPlaces:
    """The places of the norms in a stack."""

    norm_order: NormOrder = option(
        "post", "post: norm after each residual, as in the paper; pre: before each sublayer.", CONVENTIONS, "ORDER"
    )
    embed_norm: bool = option(
        False,
        "A norm before the first layer too, as in BERT; implied by embed.gamma or embed.beta.",
        CONVENTIONS,
    )
    final_norm: bool = option(
        False,
        "A norm after the last layer too, as in GPT-2; implied by final.gamma or final.beta.",
        CONVENTIONS,
    )


@declares
class Network:
    """The width of a feed-forward network, its activation and its experts."""

    d_ff: int | None = option(None, "The inner width where W_1 is drawn; default: 4·d_model.", SHAPE, "N", at_least=1)
    activation: Activation = option(
        "relu",
        f"{', '.join(get_args(Activation))}. swiglu and geglu: ‹gated› with silu or gelu.", CONVENTIONS, "KIND",
    )  # fmt: skip
    gated: bool = option(
        False,
        "A gated network, (act(X·W_1) ∘ X·W_3)·W_2: the activation acts on the first branch only. Implied by W_3.",
        CONVENTIONS,
    )
    slope: float | None = option(
        None, "The slope of leaky-relu for negative numbers; default 0.01.", CONVENTIONS, "NUMBER",
        fits=lambda slope: 0.0 <= slope <= 1.0, expected="expected a number from 0 to 1",
    )  # fmt: skip
    experts: int | None = option(
        None, "A mixture of N networks, expert1.W_1 …; each row goes through those with the largest X·W_gate.", SHAPE, "N",
        at_least=2, most=MOST_HEADS,
    )  # fmt: skip
    top_experts: int | None = option(
        None, "How many of ‹experts› a row goes through; default 2.", SHAPE, "K", at_least=1, also="top"
    )
    renormalize_top: bool = option(True, "Leave the gates of the chosen experts as softmax made them.", CONVENTIONS)
    output_activation: PlainActivation | None = option(
        None, "An activation after the second layer too, as in some articles.", CONVENTIONS, "KIND"
    )


@declares
class Sinusoids:
    """The convention of the sinusoidal encoding, and the scale of the embeddings that it is added to."""

    exponent: Exponent = option(
        "paired", "paired: 2⌊i/2⌋/d, as in the paper; column: 2i/d, as some articles compute.", CONVENTIONS, "KIND"
    )
    layout: Layout = option(
        "adjacent", "adjacent: sines and cosines alternate, as in the paper; halves: all sines, then all cosines.", CONVENTIONS,
        "WHERE",
    )  # fmt: skip
    scale_embedding: bool = option(
        False, "Multiply the embeddings by √d_model before the positions are added, as the paper does.", CONVENTIONS
    )


@declares
class FfnBias:
    """Whether the networks of a stack have biases."""

    ffn_bias: bool | None = option(None, "Draw biases of the networks (the default) or not.", CONVENTIONS)


SublayerOptions = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""The options of a stack's attentions, norms and networks."""


def sublayer_options(how: Any, *attention: type) -> SublayerOptions:
    """The options that a stack hands to its sublayers; ``attention_options``, ``norm_options`` and ``ffn_options`` win."""
    network = part(how, Network) | {"bias": how.ffn_bias}
    own = how.attention_options or {}, how.norm_options or {}, how.ffn_options or {}
    return part(how, Heads, Rotation, Scoring, *attention) | own[0], part(how, Norm) | own[1], network | own[2]


def cross_options(attention: dict[str, Any]) -> dict[str, Any]:
    """The options of cross-attention: those of self-attention but for its positions (rotary, ALiBi)."""
    own = {name: value for name, value in attention.items() if name not in {*Rotation.__dataclass_fields__, "alibi"}}
    return own | {
        "softmax_base": _softmax_base(**{name: attention[name] for name in ("rotary", "base", "softmax_base")})
    }


def softmax_base(how: Any) -> float | None:
    """The base of the softmax: ``softmax_base``, or ``base`` where there are no rotary positions; None: e."""
    return _softmax_base(how.rotary, how.base, how.softmax_base)


def _softmax_base(rotary: object, base: float | None, softmax_base: float | None) -> float | None:
    return base if rotary is None and softmax_base is None else softmax_base


def option_of_base(how: Any) -> str:
    """The name of the option that gave the base of the softmax.

    >>> from types import SimpleNamespace
    >>> option_of_base(SimpleNamespace(softmax_base=None, base=3.0, rotary=None))
    'base'
    """
    return "base" if how.softmax_base is None else "softmax_base"


def rules_of(mask: object) -> tuple[str, ...]:
    """The names of a mask's rules; none where the mask is a matrix.

    >>> rules_of("causal,padding"), rules_of(["none", "causal"]), rules_of([[1, 0], [1, 1]])
    (('causal', 'padding'), ('causal',), ())
    """
    names = re.split(r"[,+ ]+", mask) if isinstance(mask, str) else mask
    if not isinstance(names, tuple | list) or not all(isinstance(rule, str) for rule in names):
        return ()
    rules = tuple(rule for rule in names if rule and rule != "none")
    for rule in rules:
        Option("", MASK, legal=MASKS).check("mask", rule)
    return rules


def number(text: str) -> float:
    """The number that a text is, −∞ too.

    >>> number("-inf"), number("−∞"), number("0")
    (-inf, -inf, 0.0)
    """
    try:
        return float(text.strip().replace("−", "-").replace("∞", "inf"))
    except ValueError:
        raise InputError(f"‹mask_value {text}› is no number", "expected a number, or -inf") from None


def seed_of(text: str) -> Seed:
    """The seed that a text means: a whole number of at most 100 digits, else the text itself.

    Errors: a number that is not whole.

    >>> seed_of(" 7"), seed_of("-1"), seed_of("+-1"), seed_of("name:li.wei")
    (7, -1, '+-1', 'name:li.wei')
    """
    text = text.strip()
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isdecimal() and len(digits) <= 100 else checked_seed(text)
