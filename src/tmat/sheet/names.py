"""Names of matrices: how they are compared, where the matrices come from, and which of a worksheet a name chooses.

Names are compared without case and _, other books' names as the paper's, a head's number at the end. An origin is text in a
worksheet, and only this file looks into it. A name chooses a matrix alone (Q, output) or with its place (attention-2.Q,
layer2.Q).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tmat.errors import InputError, fold, meant
from tmat.sheet.worksheet import Matrix, Stage, Worksheet

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Matrix


ALIASES = {
    "wquery": "wq", "wkey": "wk", "wvalue": "wv", "query": "q", "key": "k", "value": "v", "wout": "wo",
    "queries": "q", "keys": "k", "values": "v", "inputs": "x", "input": "x", "inputembeddings": "x",
    "qkᵀ": "scores", "q·kᵀ": "scores", "qk^t": "scores", "q·k^t": "scores", "qk.t": "scores", "q@k.t": "scores", "qkt": "scores", "q@kᵀ": "scores",
    "q*k^t": "scores", "q×kᵀ": "scores", "q.k^t": "scores", "qk'": "scores", "q@k^t": "scores",
    "attentionscores": "scores", "attnscores": "scores", "score": "scores", "rawscores": "scores",
    "scaledscores": "scaled", "scaledattentionscores": "scaled", "scores/scaled": "scaled", "qkᵀ/√dk": "scaled", "qk^t/√dk": "scaled",
    "q·kᵀ/√dk": "scaled", "maskedscores": "masked", "attn": "weights", "attnweights": "weights", "attentionweights": "weights",
    "attentionmatrix": "weights", "attentionprobs": "weights", "attentionprobabilities": "weights", "softmax": "weights", "weight": "weights", "α": "weights",
    "alpha": "weights", "contextvectors": "z", "contextvector": "z",
    "probs": "probabilities", "probability": "probabilities", "logit": "logits", "normalised": "normalized", "positionalencoding": "pe",
    "positionalencodings": "pe", "查询": "q", "查询矩阵": "q", "键": "k", "键矩阵": "k", "值": "v", "值矩阵": "v", "注意力权重": "weights",
    "注意力权重矩阵": "weights", "注意力分数": "scores", "注意力得分": "scores", "缩放": "scaled", "缩放分数": "scaled", "输入": "x", "输入矩阵": "x", "掩码": "mask", "γ": "gamma", "β": "beta",
}  # fmt: skip
"""Other names of matrices, folded, and the paper's; they mean the same in every stage."""

MEANINGS = {
    "s": ("scores",), "p": ("weights", "probabilities"), "a": ("weights",), "o": ("output", "z"), "out": ("output", "z"),
    "attention": ("z", "weights"), "attentionoutput": ("output", "z"), "attnoutput": ("output", "z"), "attentionvalues": ("z",), "context": ("z",),
    "head": ("z",), "heads": ("concat", "z"), "输出": ("output", "z"), "上下文": ("z",), "上下文向量": ("z",), "y": ("output",),
}  # fmt: skip
"""What else a name may mean in a student's answers, the likelier first, if the stage has such a step."""

_GRADIENT = re.compile(
    r"(?:grad(?:ient)?s?[ _.]+|(?:∂l/∂|∂loss/∂|dl/d|dloss/d|∂|∇)[ _.]*)(.+)|(.+?)[ _.]grad(?:ient)?", re.IGNORECASE
)
"""Names of gradients: W_Q.grad, grad_W_Q, ∂L/∂W_Q."""

HEADS = {str(n): n for n in range(1, 65)}  # the numbers at the end of a name that are a head's


@lru_cache(2048)
def canonical(name: str) -> str:
    """A name as it is compared: folded, another book's name replaced by the paper's.

    >>> canonical("W_Query"), canonical("attention scores"), canonical("QKᵀ"), canonical("注意力权重")
    ('wq', 'scores', 'scores', 'weights')
    """
    slope = gradient(name)
    if slope is not None:
        return canonical(slope)
    own = fold(name)
    stem = own.rstrip("0123456789")
    return ALIASES.get(stem, stem) + own[len(stem) :]


def gradient(name: str) -> str | None:
    """tmat's name of a gradient, dW_Q, from one of its other names; None for other names.

    >>> gradient("W_Q.grad"), gradient("∂L/∂W_Q"), gradient("attention.W_K.grad"), gradient("gamma")
    ('dW_Q', 'dW_Q', 'attention.dW_K', None)
    """
    found = _GRADIENT.fullmatch(name.strip())
    if found is None:
        return None
    place, point, own = (found[1] or found[2]).rpartition(".")
    return f"{place}{point}d{own}"


@lru_cache(2048)
def stem(name: str) -> str:
    """A matrix's name without place, head's number and .T, folded, as the paper has it.

    >>> stem("W_Query1"), stem("layer1.cross.W_K"), stem("X.T")
    ('wq', 'wk', 'x')
    """
    own = fold(name.removesuffix(".T")).rpartition(".")[2].rstrip("0123456789")
    return ALIASES.get(own, own)


@lru_cache(2048)
def meanings(name: str) -> tuple[str, ...]:
    """What a name in answers may mean, folded, the likelier first: itself, then what else is called so.

    >>> meanings("Q"), meanings("S"), meanings("head 1"), meanings("O")
    (('q',), ('s', 'scores'), ('head1', 'z1'), ('o', 'output', 'z'))
    """
    own = fold(name)
    stem = own.rstrip("0123456789")
    number = own[len(stem) :]
    found = [own, canonical(name), *(each + number for each in MEANINGS.get(stem, ()))]
    return tuple(dict.fromkeys(found))


def by_name(matrices: Mapping[str, object]) -> dict[str, tuple[str, Matrix]]:
    """Given matrices by their canonical names, with the names as given; one called NAME.T is transposed."""
    named: dict[str, tuple[str, Matrix]] = {}
    for name, value in matrices.items():
        if value is None:
            continue
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if name.endswith(".T"):
            name = name[:-2]
            matrix = Matrix(name, matrix.values.T, matrix.cols, matrix.rows, matrix.origin)
        named[canonical(name)] = (name, matrix)
    return named


# -- origins

MANY = 12  # the most names that a caption lists


def input_of(stage: str) -> str:
    """The origin of a residual: the input of an earlier stage."""
    return f"the input of {stage}"


TIED = "W_E transposed: tied"
"""The origin of an output layer that is the transposed embedding table."""


def origin_caption(origin: str) -> str:
    """An origin as it stands in a caption.

    >>> origin_caption("wq.csv"), origin_caption("drawn: uniform, seed 0"), origin_caption("")
    ('from wq.csv', 'drawn: uniform, seed 0', '')
    """
    return origin if not origin or origin.startswith(("drawn", "from ", "given")) else f"from {origin}"


def origin_captions(given: Mapping[str, Matrix]) -> dict[str, str]:
    """The caption of each origin, with the matrices that have it: W_Q, W_K drawn: uniform, seed 0."""
    found: dict[str, list[str]] = {}
    for name, matrix in given.items():
        if matrix.origin:
            found.setdefault(matrix.origin, []).append(name)
    return {origin: f"{_listed(names)} {origin_caption(origin)}" for origin, names in found.items()}


def _listed(names: list[str]) -> str:
    """Names in a caption: the first three of many.

    >>> _listed(["W_Q", "W_K"]), _listed([f"W_{n}" for n in range(1, 20)])
    ('W_Q, W_K', 'W_1, W_2, W_3 and 16 more')
    """
    if len(names) <= MANY:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def drawn(given: Mapping[str, Matrix]) -> list[str]:
    """The captions of drawn matrices."""
    return [caption for origin, caption in origin_captions(given).items() if origin.startswith("drawn")]


def aside(origin: str) -> str:
    """An origin in brackets, to follow a matrix's size; empty where it was drawn or is unknown.

    >>> aside("wq.csv"), aside("drawn: uniform, seed 0"), aside("")
    (' (from wq.csv)', '', '')
    """
    return f" ({origin_caption(origin)})" if origin and not origin.startswith("drawn") else ""


# -- matrices of a worksheet by name


def chosen(
    sheet: Worksheet, names: Iterable[str], *, first: int = 0, known: Iterable[str] = (), besides: str = ""
) -> Worksheet:
    """The worksheet with only the named matrices in its stages from ``first`` on; stages with none are left out.

    A name is a matrix (in every stage that has it; Q means Q1, Q2, … where there is no Q), ``output`` (the last
    stage's), or a place and a matrix: attention-2.Q, layer2.Q. A given matrix called ``besides`` is kept in each stage
    of which another is chosen. An error for an unknown name lists ``known``, or the names of the stages.
    """
    wanted = list(names)
    of_many = layers(sheet.stages)
    sheet = Worksheet(placed(sheet.stages), sheet.vocabulary, sheet.tokens)
    picked: dict[int, set[str]] = {}
    for name in wanted:
        found = list(places(sheet, name, first))
        if not found:
            known = list(known) or sorted({n for stage in sheet.stages[first:] for n in stage.names()})
            raise InputError(f"no matrix '{name}' here", f"there are {', '.join(known)}", mend=meant(name, known))
        for n, own in found:
            picked.setdefault(n, set()).add(own)
    stages = sheet.stages[:first]
    for n, names_here in sorted(picked.items()):
        stage = sheet.stages[n]
        given = {key: matrix for key, matrix in stage.given.items() if key in names_here or stem(key) == besides}
        left_out = {key: matrix for key, matrix in stage.given.items() if key not in names_here}
        steps = [step for step in stage.steps if step.name in names_here]
        output = stage.output if stage.output in names_here else ""
        remarks = replace(stage.remarks, end=()) if stage.remarks else None
        notes = (*stage.notes, *drawn(left_out))  # the notes still say how left-out matrices were drawn
        params = stage.params
        if stage.id in of_many:  # what is left may not be enough to see it
            params = params | dict(zip(("layer", "layer_of"), of_many[stage.id], strict=True))
        stages.append(
            replace(stage, params=params, given=given, steps=steps, output=output, remarks=remarks, notes=notes)
        )
    return Worksheet(stages, sheet.vocabulary, sheet.tokens)


def places(sheet: Worksheet, name: str, first: int = 0) -> Iterator[tuple[int, str]]:
    """The matrices that a name means, each with the index of its stage."""
    place, _, own = name.rpartition(".")
    stages = list(enumerate(placed(sheet.stages)))[first:]
    if place:
        stages = [(n, stage) for n, stage in stages if stands_at(stage, place)]
    elif fold(own) == "output":
        stages = stages[-1:]
    for n, stage in stages:
        for matrix in matching(stage, own):
            yield n, matrix


def matching(stage: Stage, name: str) -> list[str]:
    """The stage's matrices that a name means: those of that name, else the output, else those of every head."""
    wanted = fold(name)
    names = stage.names()
    exact = [own for own in names if fold(own) == wanted]
    if not exact and wanted == "output" and stage.output:
        exact = [own for own in names if own == stage.output]
    return exact or [own for own in names if re.sub(r"\d+$", "", fold(own)) == wanted]


SUBLAYERS = ("attention", "addnorm", "ffn")


def layers(stages: Sequence[Stage], least: int = 2) -> dict[str, tuple[int, int]]:
    """For each stage of a stack its layer and the number of layers, by the stage's id.

    A stack is a sequence of layers with the same kinds of stages, one network each; a stage may say its layer itself.
    Stacks of fewer layers than ``least`` are left out.

    >>> [f"{n} of {count}" for n, count in layers([Stage(f"{k}{n}", k) for n in "12" for k in SUBLAYERS]).values()]
    ['1 of 2', '1 of 2', '1 of 2', '2 of 2', '2 of 2', '2 of 2']
    """
    stacks: dict[str, list[Stage]] = {}
    found: dict[str, tuple[int, int]] = {}
    for stage in stages:
        layer, count = stage.params.get("layer"), stage.params.get("layer_of")
        if isinstance(layer, int) and isinstance(count, int):
            found[stage.id] = layer, count
        elif stage.stage in SUBLAYERS and not re.search(r"(embed|final)-norm(-\d+)?$", stage.id):
            stacks.setdefault(stage.id.rpartition(".")[0], []).append(stage)
    for own in stacks.values():
        kinds = [stage.stage for stage in own]
        number = kinds.count(SUBLAYERS[-1])
        size = len(own) // number if number else 0
        if number and kinds == kinds[:size] * number:
            found |= {stage.id: (n // size + 1, number) for n, stage in enumerate(own)}
    return found if least == 1 else {id: layer for id, layer in found.items() if layer[1] >= least}


def placed(stages: Sequence[Stage]) -> list[Stage]:
    """The stages, with their layer as a parameter where the number in their id tells another, as with three norms a layer."""
    found = layers(stages, least=1)
    return [
        replace(stage, params={**stage.params, "layer": found[stage.id][0]})
        if stage.id in found and "layer" not in stage.params and not stands_at(stage, f"layer{found[stage.id][0]}")
        else stage
        for stage in stages
    ]


def in_order(stage: Stage, names: Iterable[str]) -> list[str]:
    """The stage's matrices that the names mean, in the order of the names, each once."""
    found: dict[str, None] = {}
    for name in names:
        place, _, own = name.rpartition(".")
        if not place or stands_at(stage, place):
            found |= dict.fromkeys(matching(stage, own))
    return list(found)


def stands_at(stage: Stage, place: str) -> bool:
    """Whether a place is this stage: its id, attention-2; or its layer, layer2, by its parameter or the number in its id."""
    layer = re.fullmatch(r"layer(\d{1,9})", place, re.IGNORECASE)
    if layer is None:
        return fold(stage.id) == fold(place)
    if isinstance(own := stage.params.get("layer"), int):
        return own == int(layer[1])
    number = re.fullmatch(rf"(?:.*\.)?(?:\w+-)?{stage.stage}(?:-(\d{{1,9}}))?", stage.id)
    if number is None or stage.stage not in SUBLAYERS:  # embed-norm and its like belong to no layer
        return False
    nth = int(number[1] or 1)
    per_layer = 2 if stage.stage == "addnorm" else 1
    return (nth - 1) // per_layer + 1 == int(layer[1])
