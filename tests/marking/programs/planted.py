"""An encoder layer in torch, written as people write it, with bugs planted on request.

Each bug is a line of its own here, and no code of tmat's: the names on the right are what tmat should say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

import tmat
from tmat.marking.key import Key
from tmat.marking.programs.judging import Dumped, Judging
from tmat.marking.verdicts import StepReport
from tmat.numbers.floats import FloatType
from tmat.sheet.worksheet import Worksheet

BUGS: dict[str, tuple[str, ...]] = {
    "no scale": ("scale-left-out",),
    "scale by d_model": ("root-of-another-width",),
    "scale by d_k, no root": ("divided-by-d-k",),
    "scale twice": ("divided-by-d-k",),
    "multiplied by the scale": ("multiplied-by-scale",),
    "no mask": ("mask-not-applied",),
    "upper triangle": ("wrong-triangle",),
    "mask inverted": ("mask-inverted", "wrong-triangle"),
    "diagonal hidden": ("mask-off-by-one",),
    "one too many seen": ("mask-off-by-one",),
    "mask after softmax": ("softmax-before-mask",),
    "softmax down the columns": ("softmax-down-columns",),
    "no softmax": ("softmax-not-taken",),
    "heads by stride": ("columns-dealt-out",),
    "heads by view": ("heads-by-view",),
    "merged without permute": ("heads-merged-without-permute",),
    "heads swapped": ("heads-in-wrong-order",),
    "heads interleaved": ("heads-interleaved",),
    "V from W_K": ("another-operand",),
    "Q and K exchanged": ("another-operand", "transposed"),
    "K from W_Q": ("another-operand", "query-for-key"),
    "weights transposed": ("operand-transposed",),
    "W_O transposed": ("operand-transposed",),
    "no W_O": ("step-left-out", "another-matrix", "projection-left-out"),
    "no bias on Q": ("bias-left-out",),
    "biases left out": ("bias-left-out",),
    "bias twice": ("bias-added-twice",),
    "dropout left on": ("dropout-left-on",),
    "no residual": ("residual-left-out",),
    "residual after norm": ("residual-after-norm",),
    "n - 1": ("another-deviation", "divided-by-n-minus-1"),
    "RMS for LayerNorm": ("rms-for-layernorm", "mean-not-subtracted"),
    "gamma and beta exchanged": ("gamma-beta-exchanged", "another-operand"),
    "no gamma": ("gamma-left-out",),
    "epsilon outside": ("epsilon-outside",),
    "ReLU for GELU": ("relu-for-gelu", "another-activation"),
    "GELU by tanh": ("another-activation", "tanh-for-erf"),
    "no activation": ("activation-left-out",),
    "no b_1": ("bias-left-out",),
    "W_1 for W_2": ("another-operand",),
}
"""The bugs, and the names that say them; which of them a worksheet can have depends on its conventions."""


@dataclass
class Layer:
    """One encoder layer: its conventions, its matrices, and the worksheet that does it right."""

    heads: int
    causal: bool
    biased: bool
    gelu: bool
    given: dict[str, np.ndarray]
    sheet: Worksheet = field(init=False)

    def __post_init__(self) -> None:
        own = {
            name: self.given[name]
            for name in self.given
            if name not in ("X", "gamma", "beta", "W_1", "b_1", "W_2", "b_2")
        }
        mask = {"mask": "causal"} if self.causal else {}
        sheet = tmat.attention(self.given["X"], heads=self.heads, **own, **mask)  # type: ignore[arg-type]
        sheet = tmat.addnorm(sheet, gamma=self.given["gamma"], beta=self.given["beta"], epsilon=1e-3)
        ffn = {name: self.given[name] for name in ("W_1", "b_1", "W_2", "b_2")}
        self.sheet = tmat.ffn(sheet, activation="gelu" if self.gelu else "relu", **ffn)  # type: ignore[arg-type]

    @classmethod
    def drawn(cls, rng: np.random.Generator, tokens: int, width: int, heads: int) -> Layer:
        causal, biased, gelu = (bool(rng.random() < 0.7), bool(rng.random() < 0.5), bool(rng.random() < 0.5))
        inner = 4 * width if rng.random() < 0.5 else width
        shapes: dict[str, tuple[int, int]] = {"X": (tokens, width)}
        shapes |= dict.fromkeys(("W_Q", "W_K", "W_V", "W_O"), (width, width))
        if biased:
            shapes |= dict.fromkeys(("b_Q", "b_K", "b_V", "b_O"), (1, width))
        shapes |= {"gamma": (1, width), "beta": (1, width), "W_1": (width, inner), "b_1": (1, inner)}
        shapes |= {"W_2": (inner, width), "b_2": (1, width)}
        given = {
            name: rng.standard_normal(shape) / (1.0 if name == "X" or shape[0] == 1 else np.sqrt(width))
            for name, shape in shapes.items()
        }
        return cls(heads, causal, biased, gelu, given)

    def fits(self, bug: str) -> bool:
        """Whether the layer can have a bug at all."""
        mask = (
            "no mask",
            "upper triangle",
            "mask inverted",
            "diagonal hidden",
            "one too many seen",
            "mask after softmax",
        )
        many = (
            "heads by stride",
            "heads by view",
            "merged without permute",
            "heads swapped",
            "heads interleaved",
            "scale by d_model",
        )
        bias = ("no bias on Q", "biases left out", "bias twice")
        gelu = ("ReLU for GELU", "GELU by tanh")
        return not (
            (bug in mask and not self.causal)
            or (bug in many and self.heads == 1)
            or (bug in bias and not self.biased)
            or (bug in gelu and not self.gelu)
            or (bug == "W_1 for W_2" and self.given["W_1"].shape != self.given["W_2"].shape)
        )


def run(layer: Layer, bug: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """The outputs of the three sublayers, by the worksheet's labels."""
    t = {name: torch.from_numpy(a).to(dtype) for name, a in layer.given.items()}
    attended = _attention(layer, t, bug)
    normed = _addnorm(t, t["X"], attended, bug)
    return {"attention.output": attended, "addnorm.output": normed, "ffn.output": _network(layer, t, normed, bug)}


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    return x @ weight if bias is None else x @ weight + bias


def _attention(layer: Layer, t: Mapping[str, Tensor], bug: str) -> Tensor:
    x, h = t["X"], layer.heads
    n, d = x.shape
    d_k = d // h
    w_q, w_k, w_v, w_o = t["W_Q"], t["W_K"], t["W_V"], t["W_O"]
    b_q, b_k, b_v, b_o = (t.get(name) for name in ("b_Q", "b_K", "b_V", "b_O"))
    if bug == "V from W_K":
        w_v = w_k
    if bug == "K from W_Q":
        w_k = w_q
    if bug == "weights transposed":
        w_q, w_k, w_v = w_q.T, w_k.T, w_v.T
    if bug == "W_O transposed":
        w_o = w_o.T
    if bug == "no bias on Q":
        b_q = None
    if bug == "biases left out":
        b_q = b_k = b_v = b_o = None
    if bug == "bias twice" and b_q is not None:
        b_q, b_k, b_v, b_o = 2 * b_q, 2 * b_k, 2 * b_v, 2 * b_o  # type: ignore[operator]
    q, k, v = _linear(x, w_q, b_q), _linear(x, w_k, b_k), _linear(x, w_v, b_v)
    if bug == "Q and K exchanged":
        q, k = k, q
    q, k, v = (_split(a, h, bug) for a in (q, k, v))
    scale = {
        "no scale": 1.0, "scale by d_model": d**0.5, "scale by d_k, no root": float(d_k), "scale twice": float(d_k),
        "multiplied by the scale": d_k**-0.5,
    }.get(bug, d_k**0.5)  # fmt: skip
    scores = q @ k.transpose(-1, -2) / scale
    hidden = torch.ones(n, n, dtype=torch.bool).triu(1)
    if bug in ("upper triangle",):
        hidden = torch.ones(n, n, dtype=torch.bool).tril(-1)
    if bug == "mask inverted":
        hidden = ~hidden
    if bug == "diagonal hidden":
        hidden = torch.ones(n, n, dtype=torch.bool).triu(0)
    if bug == "one too many seen":
        hidden = torch.ones(n, n, dtype=torch.bool).triu(2)
    if layer.causal and bug not in ("no mask", "mask after softmax"):
        scores = scores.masked_fill(hidden, -1e9 if scores.dtype is not torch.float16 else -6e4)
    weights = scores if bug == "no softmax" else scores.softmax(-2 if bug == "softmax down the columns" else -1)
    if bug == "no softmax":
        weights = torch.where(weights < -1e4, torch.zeros((), dtype=weights.dtype), weights)
    if bug == "mask after softmax":
        weights = weights.masked_fill(hidden, 0.0)
    if bug == "dropout left on":
        weights = functional.dropout(weights, 0.2, training=True)
    z = weights @ v
    if bug == "heads swapped":
        z = z.flip(0)
    if bug == "merged without permute":
        joined = z.reshape(n, d)
    elif bug == "heads interleaved":
        joined = z.permute(1, 2, 0).reshape(n, d)
    else:
        joined = z.transpose(0, 1).reshape(n, d)
    return joined if bug == "no W_O" else _linear(joined, w_o, b_o)


def _split(a: Tensor, heads: int, bug: str) -> Tensor:
    n, d = a.shape
    if bug == "heads by view":
        return a.reshape(heads, n, d // heads)
    if bug == "heads by stride":
        return a.reshape(n, d // heads, heads).permute(2, 0, 1)
    return a.view(n, heads, d // heads).transpose(0, 1)


def _addnorm(t: Mapping[str, Tensor], x: Tensor, sublayer: Tensor, bug: str) -> Tensor:
    total = sublayer if bug in ("no residual", "residual after norm") else x + sublayer
    mean = total.mean(-1, keepdim=True)
    if bug == "RMS for LayerNorm":
        mean = torch.zeros_like(mean)
    off = total - mean
    variance = off.square().sum(-1, keepdim=True) / (total.shape[-1] - (bug == "n - 1"))
    normalized = off / (variance.sqrt() + 1e-3 if bug == "epsilon outside" else (variance + 1e-3).sqrt())
    gamma, beta = (t["beta"], t["gamma"]) if bug == "gamma and beta exchanged" else (t["gamma"], t["beta"])
    if bug == "no gamma":
        gamma = torch.ones_like(gamma)
    normed = normalized * gamma + beta
    return x + normed if bug == "residual after norm" else normed


def _network(layer: Layer, t: Mapping[str, Tensor], x: Tensor, bug: str) -> Tensor:
    hidden = x @ t["W_1"] if bug == "no b_1" else x @ t["W_1"] + t["b_1"]
    act: Callable[[Tensor], Tensor] = functional.gelu if layer.gelu else functional.relu
    if bug == "ReLU for GELU":
        act = functional.relu
    if bug == "GELU by tanh":
        act = _by_tanh
    if bug == "no activation":
        act = _as_it_is
    w_2 = t["W_1"] if bug == "W_1 for W_2" else t["W_2"]
    return act(hidden) @ w_2 + t["b_2"]


def _by_tanh(a: Tensor) -> Tensor:
    return functional.gelu(a, approximate="tanh")


def _as_it_is(a: Tensor) -> Tensor:
    return a


STAGES = ("attention.output", "addnorm.output", "ffn.output")


def stage_of(bug: str) -> str:
    """The sublayer in which a bug lies."""
    names = list(BUGS)
    if names.index(bug) < names.index("no residual"):
        return STAGES[0]
    return STAGES[1] if names.index(bug) < names.index("ReLU for GELU") else STAGES[2]


def exact(layer: Layer) -> dict[str, np.ndarray]:
    """The right outputs, in float64."""
    return {label: values.numpy() for label, values in run(layer, "", torch.float64).items()}


def named(layer: Layer, label: str, values: np.ndarray, kind: FloatType) -> StepReport:
    """What marking says of one output handed in alone."""
    key = Key(layer.sheet)
    index = next(m.index for m in key.matrices if f"{m.stage}.{m.name}" == label)
    return Judging(key, {index: Dumped(rounded(values, kind), kind)}).reports()[0]


def rounded(values: np.ndarray, kind: FloatType) -> np.ndarray:
    """Numbers as a type holds them."""
    return torch.from_numpy(np.array(values)).to(getattr(torch, kind.name)).double().numpy()
