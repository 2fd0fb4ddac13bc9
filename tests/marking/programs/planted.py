"""An encoder layer in torch, written as people write it, with bugs planted on request.

``python -m tests.marking.programs.planted`` writes fixtures/programs/planted.npz (needs torch). Each bug is a line of its
own here, and no code of tmat's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from tests.marking.programs.layers import BUGS, TYPES, Layer, of, stage_of
from torch import Tensor
from torch.nn import functional

from tmat.numbers.floats import FloatType


def run(layer: Layer, bug: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """The outputs of the three sublayers, by the worksheet's labels."""
    t = {name: torch.from_numpy(a).to(dtype) for name, a in layer.given.items()}
    attended = _attention(layer, t, bug)
    normed = _addnorm(t, t["X"], attended, bug)
    return {"attention.output": attended, "addnorm.output": normed, "ffn.output": _network(layer, t, normed, bug)}


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    return x @ weight if bias is None else x @ weight + bias


def _attention(layer: Layer, t: Mapping[str, Tensor], bug: str) -> Tensor:  # noqa: C901, PLR0912 - a branch a bug
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


def exact(layer: Layer) -> dict[str, np.ndarray]:
    """The right outputs, in float64."""
    return {label: values.numpy() for label, values in run(layer, "", torch.float64).items()}


def rounded(values: np.ndarray, kind: FloatType) -> np.ndarray:
    """Numbers as a type holds them."""
    return torch.from_numpy(np.array(values)).to(getattr(torch, kind.name)).double().numpy()


def main() -> None:
    found = {}
    for bug in BUGS:
        layer = of(bug)
        for kind in TYPES:
            for planted in ("", bug):
                output = run(layer, planted, getattr(torch, kind.name))[stage_of(bug)]
                found[f"{bug}|{kind.name}|{'planted' if planted else 'right'}"] = output.double().numpy()
    np.savez_compressed("fixtures/programs/planted.npz", **found)


if __name__ == "__main__":
    main()
