"""The decoder: from <start>, word by word, against the encoder's output, to the likeliest next word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tmat.engine.builder import Sheet, arriving
from tmat.engine.draws import Seed
from tmat.engine.limits import MOST_LAYERS, MOST_TOKENS, refuse_count
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.numbers.seeding import draw
from tmat.operations import flatten, largest, linear, matmul, one_row, softmax
from tmat.progress import working
from tmat.sheet.worksheet import Array, Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc
from tmat.stages.stack import Sublayers, by_layer, taken
from tmat.stages.vocab import numbered
from tmat.text.vocabulary import Vocabulary, tokenize

PROJECTS = ("last", "flatten")
START, END = "<start>", "<end>"
HEAD = ("W_vocab", "b_vocab", "last", "flat", "logits", "probabilities")
MOST_WORDS = 5
ENDS = ("last", "flat", "logits", "probabilities")
"""What comes after the layers: where one of these is given, the layers are not computed."""


@dataclass(eq=False, repr=False)
class _Plan:
    """What stays the same from word to word."""

    memory: Matrix
    vocabulary: Vocabulary
    predicts: tuple[str, ...]
    table: Matrix
    stack: list[Sublayers]
    head: dict[str, object]
    project: str
    attend: dict[str, Any]
    norm: dict[str, Any]
    network: dict[str, Any]
    position: dict[str, Any]
    common: dict[str, Any]
    passes: int  # of a decode before this one


def decode(
    sheet: Worksheet | object = None,
    *,
    target: str | Sequence[str] | None = None,
    max_tokens: int | None = None,
    layers: int = 1,
    project: str = "last",
    vocabulary: Vocabulary | Sequence[str] | None = None,
    first_id: int | None = None,
    attention_options: Mapping[str, Any] | None = None,
    norm_options: Mapping[str, Any] | None = None,
    ffn_options: Mapping[str, Any] | None = None,
    position_options: Mapping[str, Any] | None = None,
    seed: Seed = 0,
    init: str = "uniform",
    round: str | int | Rounding | None = None,
    keep: Iterable[str] | None = None,
    dtype: str = "float64",
    matrices: Mapping[str, object] | None = None,
    **named: object,
) -> Worksheet:
    """Decoder layers on <start> and the words so far, then probabilities = softmax(last row·W_vocab) over the vocabulary.

    A layer: masked self-attention, add and norm, cross-attention (keys and values from the encoder's
    output), add and norm, the network, add and norm. The likeliest word is fed back until <end> or
    ``max_tokens`` (5 unless said); with ``target`` one pass over <start> and the target's words, a prediction a row.
    ``project`` takes the last row (the paper) or all rows flattened (some articles). Names carry
    their place: layer1.self.W_Q, layer1.cross.W_K, layer1.W_1, layer1.gamma3; W_vocab, b_vocab, W_E.

    Errors: no encoder output, no vocabulary, unknown words in the target.
    Source: Vaswani et al. 2017, §3.1, §3.4.

    >>> sheet = decode([[1.0, 0.0]], vocabulary=["you", "win"], max_tokens=1)
    >>> sheet.stages[-1].id, sheet.stages[-1]["probabilities"].cols
    ('decode-1', ('you', 'win', '<start>', '<end>'))
    """
    if project not in PROJECTS:
        raise InputError(f"--project {project} is not known", f"expected one of {', '.join(PROJECTS)}")
    for option, number in (("--max-tokens", max_tokens), ("--layers", layers)):
        if number is not None and number < 1:
            raise InputError(f"{option} {number} does not fit", "expected a whole number from 1")
    refuse_count("--layers", layers, MOST_LAYERS)
    refuse_count("--max-tokens", max_tokens or 0, MOST_TOKENS)
    if target is not None and max_tokens is not None:
        raise InputError(
            "--target and --max-tokens contradict each other",
            "with a target there is one pass, and no word is fed back",
        )
    everything: dict[str, object] = {**(matrices or {}), **named}
    before = sheet if isinstance(sheet, Worksheet) else Worksheet()
    own = vocabulary if vocabulary is not None else before.vocabulary
    words = _with_ends(own, first_id)
    rounding = Rounding.parse(round, strict=False)
    common: dict[str, Any] = {"seed": seed, "init": init, "round": rounding, "dtype": dtype}
    head = {name: value for name in HEAD if (value := taken(everything, name)) is not None}
    given_memory = taken(everything, "X", "memory")
    if given_memory is None and not isinstance(sheet, Worksheet):
        given_memory = sheet
    table = taken(everything, "W_E")
    stack = by_layer(everything, layers, norms=3, crossing=True)
    predicts = _output_words(own, words, head)
    first = len(before.stages)
    passes = sum(stage.stage == "decode" for stage in before.stages)
    if any(name in head for name in ENDS):
        said = [START, *_words(target, words)] if target is not None else []
        result = _predict(
            before, head, predicts, words.first_id, f"decode-{passes + 1}", project, said, forced=True, common=common
        )
    else:
        memory = _memory(before, given_memory)
        plan = _Plan(
            memory, words, predicts, _table(before, table, words, memory.width, seed, init), stack, head, project,
            dict(attention_options or {}), dict(norm_options or {}), dict(ffn_options or {}),
            dict(position_options or {}), common, passes,
        )  # fmt: skip
        result = _forced(before, plan, target) if target is not None else _free(before, plan, max_tokens or MOST_WORDS)
    rounding.refuse_unknown((step.name for stage in result.stages[first:] for step in stage.steps), "decode")
    result = Worksheet(result.stages, words, before.tokens)
    if keep is None:
        return result
    from tmat.sheet.selecting import chosen

    return chosen(result, keep, first=first)


def _free(sheet: Worksheet, plan: _Plan, max_tokens: int) -> Worksheet:
    """A word at a time, each prediction the next input."""
    said = [START]
    with working("decoding", max_tokens) as step:
        for n in range(1, max_tokens + 1):
            sheet = _pass(sheet, plan, said, n, forced=False)
            word = sheet.stages[-1].params["word"]
            assert isinstance(word, str)
            if word == END:
                break
            said.append(word)
            step(n)
    return sheet


def _forced(sheet: Worksheet, plan: _Plan, target: str | Sequence[str]) -> Worksheet:
    """One pass over the whole target: row i predicts the word after the first i."""
    return _pass(sheet, plan, [START, *_words(target, plan.vocabulary)], 1, forced=True)


def _words(target: str | Sequence[str], vocabulary: Vocabulary) -> list[str]:
    return list(tokenize(target, vocabulary)) if isinstance(target, str) else list(target)


def _pass(sheet: Worksheet, plan: _Plan, said: list[str], n: int, *, forced: bool) -> Worksheet:
    at = f"decode-{plan.passes + n}"
    common = plan.common
    sheet = embed(
        sheet,
        tokens=said,
        vocabulary=plan.vocabulary,
        id=f"{at}.embed",
        stream="decode.embed",
        W_E=plan.table,
        **common,
    )
    sheet = posenc(sheet, id=f"{at}.posenc", stream="decode.posenc", **plan.position, **common)
    for layer, own in enumerate(plan.stack, start=1):
        sheet = _layer(sheet, plan, own, at, layer)
    ordinal = 3 * len(plan.stack)
    first = plan.vocabulary.first_id
    return _predict(
        sheet, plan.head, plan.predicts, first, at, plan.project, said, forced=forced, common=common, ordinal=ordinal
    )


def _predict(
    sheet: Worksheet, head: dict[str, object], words: tuple[str, ...], first: int, at: str, project: str,
    said: list[str], *, forced: bool, common: dict[str, Any], ordinal: int = 0,
) -> Worksheet:  # fmt: skip
    """The linear layer, the softmax and the likeliest word, over what the last layer hands on."""
    page = Sheet("decode", sheet, head, id=at, stream="decode", ordinal=ordinal, **common)
    x = page.given("X", arriving(sheet))
    if page.has("last"):
        rows = page.given("last")
    elif project == "flatten" or page.has("flat"):
        rows = page.step("flat", flatten, x)
    else:
        rows = x if forced else page.step("last", one_row, x, row=x.height)
    weight = page.weight("W_vocab", rows.width, len(words))
    if weight.width == len(words):
        weight.cols = words
    if page.has("b_vocab"):
        logits = page.step("logits", linear, rows, weight, page.bias("b_vocab", len(words), fan_in=rows.width))
    else:
        page.ask("b_vocab")
        logits = page.step("logits", matmul, rows, weight)
    if logits and logits.op is None:
        logits.cols = words
    probabilities = page.step("probabilities", softmax, logits)
    if probabilities and probabilities.op is None:
        probabilities.cols = words
    predicted = page.step("predicted", largest, probabilities, first=first)
    page.note("input: " + " ".join(said) if said else "")
    if logits.op is not None:
        every = "every row projected" if forced else "the last row projected"
        page.note("all rows flattened" if project == "flatten" else every)
    page.note("teacher-forced" if said and forced else "")
    page.record(project=project, input=list(said) or None, forced=(forced and bool(said)) or None)
    done = page.finish(predicted)
    if predicted.op is not None:
        _refuse_undecided(done.stages[-1]["probabilities"])
    ids = done.stages[-1]["predicted"].values[:, 0].astype(int) - first
    done.stages[-1].params["word"] = words[int(ids[-1])]
    done.stages[-1].params["words"] = [words[int(id)] for id in ids]
    return done


def _refuse_undecided(probabilities: Matrix) -> None:
    """Among numbers of which one is none, there is no largest."""
    lost = np.argwhere(np.isnan(probabilities.values))
    if len(lost):
        i, j = (int(n) for n in lost[0])
        raise InputError(
            "no word is the likeliest",
            f"probabilities has a cell that is not a number (NaN): row {i + 1}, column {j + 1} ({probabilities.cols[j]})",
            mend="the matrices have numbers so large that ∞ − ∞ or 0·∞ came of them: give smaller ones",
        )


def _layer(sheet: Worksheet, plan: _Plan, own: Sublayers, at: str, layer: int) -> Worksheet:
    def named(kind: str, per_layer: int = 1, nth: int = 1) -> str:
        number = (layer - 1) * per_layer + nth
        return f"{at}.{kind}" + (f"-{number}" if number > 1 else "")

    def place(kind: str, k: int) -> dict[str, Any]:
        return {"stream": f"decode.layer{layer}.{kind}", "ordinal": 3 * (layer - 1) + k}

    common = plan.common
    sheet = attention(
        sheet, mask="causal", id=named("self-attention"), matrices=own.attention,
        **place("self", 0), **plan.attend, **common,
    )  # fmt: skip
    sheet = addnorm(sheet, id=named("addnorm", 3, 1), matrices=own.norms.get(1), **plan.norm, **common)
    sheet = attention(
        sheet, context=plan.memory, id=named("cross-attention"), matrices=own.cross,
        **place("cross", 1), **plan.attend, **common,
    )  # fmt: skip
    sheet = addnorm(sheet, id=named("addnorm", 3, 2), matrices=own.norms.get(2), **plan.norm, **common)
    sheet = ffn(sheet, id=named("ffn"), matrices=own.ffn, **place("ffn", 2), **plan.network, **common)
    return addnorm(sheet, id=named("addnorm", 3, 3), matrices=own.norms.get(3), **plan.norm, **common)


def _memory(before: Worksheet, given: object) -> Matrix:
    """The encoder's output: given, or what the last stage hands on."""
    if given is not None:
        return given.renamed("context") if isinstance(given, Matrix) else Matrix.of("context", given)
    flowing = arriving(before)
    if flowing is None:
        raise InputError(
            "decode needs the encoder's output", "it was not given", mend="pipe it in, or give it: -m memory=…"
        )
    return flowing.renamed("context")


def _with_ends(vocabulary: Vocabulary | Sequence[str] | None, first_id: int | None) -> Vocabulary:
    """The vocabulary with <start> and <end>, at its end where it lacks them."""
    if vocabulary is None:
        raise InputError(
            "decode needs a vocabulary",
            "no stage before it has one",
            mend='start with tmat vocab, or give the words: --words "you win or die"',
        )
    own = numbered(vocabulary, first_id)
    missing = [token for token in (START, END) if own.id(token) is None]
    return Vocabulary((*own.words, *missing), own.first_id, own.case, own.tokenizer)


def _output_words(
    own: Vocabulary | Sequence[str] | None, words: Vocabulary, head: dict[str, object]
) -> tuple[str, ...]:
    """The words that are predicted: all of them, or those without <start> and <end> where the numbers given are so many."""
    known = own.words if isinstance(own, Vocabulary) else tuple(own or ())
    expected = words.words
    for name in ("probabilities", "logits", "W_vocab"):
        if name not in head:
            continue
        value = head[name]
        given = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if given.width == len(known):
            expected = known
        elif given.width != len(words.words):
            counts = " or ".join(dict.fromkeys((str(len(known)), str(len(words.words)))))
            raise InputError(
                f"{name} does not fit the vocabulary",
                f"{name} is {given.size}{' from ' + given.origin if given.origin else ''}, a column a word; "
                f"the vocabulary has {len(known)} words"
                + (f", {len(words.words)} with {START} and {END}" if len(words.words) > len(known) else ""),
                mend=f"try a {name} with {counts} columns",
            )
    return expected


def _table(before: Worksheet, given: object, words: Vocabulary, d_model: int, seed: Seed, init: str) -> Matrix:
    """The embedding table of the decoder: the encoder's, with rows drawn for the words it lacks."""
    known = given if given is not None else next((s.given["W_E"] for s in before.stages if "W_E" in s.given), None)
    values: Array
    if known is None:
        values, origin = np.empty((0, d_model)), f"drawn: {init}, seed {seed}"
    else:
        table = known if isinstance(known, Matrix) else Matrix.of("W_E", known)
        values, origin = table.values, table.origin
    if values.shape[1] != d_model:
        raise InputError(
            "W_E does not fit the encoder's output",
            f"W_E is {values.shape[0]}×{values.shape[1]}, the encoder's output has width {d_model}",
            mend=f"try a W_E with {d_model} columns",
        )
    lacking = len(words.words) - values.shape[0]
    if lacking < 0:
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E has {values.shape[0]} rows, the vocabulary with {START} and {END} has {len(words.words)} words",
        )
    if lacking and known is not None:
        origin = f"{origin or 'given'}, {lacking} more rows drawn"
    if lacking:
        kind = "uniform" if init.startswith("torch") else init
        rows = draw(kind, (lacking, d_model), seed=seed, stage="decode.embed", name="W_E")
        values = np.vstack([values, rows])
    return Matrix.of("W_E", values, words.words, [f"e{n}" for n in range(1, d_model + 1)], origin)
