"""Encoder layers whose numbers are drawn, the bugs that programs have, and what marking says of an output."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

import tmat
from tmat.marking.key import Key
from tmat.marking.programs.judging import Dumped, Judging
from tmat.marking.verdicts import StepReport
from tmat.numbers.floats import BFLOAT16, FLOAT32, FLOAT64, FloatType
from tmat.sheet.worksheet import Worksheet

TYPES = (FLOAT64, FLOAT32, BFLOAT16)

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
    "Q and K exchanged": ("thirds-in-wrong-order", "operands-swapped"),
    "K from W_Q": ("another-operand", "query-for-key"),
    "weights transposed": ("operand-transposed",),
    "W_O transposed": ("operand-transposed",),
    "no W_O": ("weight-left-out",),
    "no bias on Q": ("bias-left-out",),
    "biases left out": ("bias-left-out",),
    "bias twice": ("bias-twice",),
    "no residual": ("residual-left-out",),
    "residual after norm": ("residual-after-norm",),
    "n - 1": ("sample-for-population",),
    "RMS for LayerNorm": ("rms-for-deviation",),
    "gamma and beta exchanged": ("gamma-and-beta-exchanged",),
    "no gamma": ("gamma-left-out",),
    "epsilon outside": ("epsilon-in-wrong-place",),
    "ReLU for GELU": ("relu-for-gelu", "another-activation"),
    "GELU by tanh": ("another-activation", "tanh-for-erf"),
    "no activation": ("activation-left-out", "relu-left-out", "gelu-left-out"),
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

    @cached_property
    def sheet(self) -> Worksheet:
        own = {
            name: self.given[name]
            for name in self.given
            if name not in ("X", "gamma", "beta", "W_1", "b_1", "W_2", "b_2")
        }
        mask = {"mask": "causal"} if self.causal else {}
        sheet = tmat.attention(self.given["X"], heads=self.heads, **own, **mask)  # type: ignore[arg-type]
        sheet = tmat.addnorm(sheet, gamma=self.given["gamma"], beta=self.given["beta"], epsilon=1e-3)
        ffn = {name: self.given[name] for name in ("W_1", "b_1", "W_2", "b_2")}
        return tmat.ffn(sheet, activation="gelu" if self.gelu else "relu", **ffn)  # type: ignore[arg-type]

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


STAGES = ("attention.output", "addnorm.output", "ffn.output")


def stage_of(bug: str) -> str:
    """The sublayer in which a bug lies."""
    names = list(BUGS)
    if names.index(bug) < names.index("no residual"):
        return STAGES[0]
    return STAGES[1] if names.index(bug) < names.index("ReLU for GELU") else STAGES[2]


def of(bug: str, tokens: int = 5, width: int = 8, heads: int = 2) -> Layer:
    """A layer that can have a bug, the same at each call."""
    rng = np.random.default_rng([sum(map(ord, bug)), tokens, width, heads])
    for _ in range(200):
        layer = Layer.drawn(rng, tokens, width, heads)
        if layer.fits(bug):
            return layer
    raise AssertionError(f"no layer of width {width} with {heads} heads has {bug}")


def named(layer: Layer, label: str, values: np.ndarray, kind: FloatType) -> StepReport:
    """What marking says of one output handed in alone."""
    key = Key(layer.sheet)
    index = next(m.index for m in key.matrices if f"{m.stage}.{m.name}" == label)
    return Judging(key, {index: Dumped(np.asarray(values, dtype=np.float64), kind)}).reports()[0]


def says(report: StepReport, bug: str) -> bool:
    """Whether a report names the bug surely, first or beside others that make the same numbers."""
    names = {part for finding in report.findings if finding.sure for name in finding.names for part in name.split("+")}
    return bool(names & {*BUGS[bug]})
