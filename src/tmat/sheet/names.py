"""How names of matrices are compared: without case and _, other books' names as the paper's, a head's number at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tmat.errors import fold
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
