"""Makes fixtures/oracles/journey.json: chapter 3 of Raschka's "Build a Large Language Model (From Scratch)".

Every tensor that the chapter's attention code computes, as torch computes it. An entry is
``{"float32": …, "float64": …, "printed": …}``: the float32 values that torch draws and computes (each
written as the double that it exactly is), the same computation in float64 from the float32 weights
and the inputs' decimals, and what print() shows of the float32 tensor. Where the book prints the
tensor, book_chapter3.py has its numbers, and they are added as ``"book"``. Weights are d_in × d_out.

Run: python tests/oracles/journey.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from book_chapter3 import BOOK
from store import nested, save_document
from torch import Tensor
from torch.nn import functional

TOKENS = ["Your", "journey", "starts", "with", "one", "step"]
INPUTS = [
    [0.43, 0.15, 0.89],
    [0.55, 0.87, 0.66],
    [0.57, 0.85, 0.64],
    [0.22, 0.58, 0.33],
    [0.77, 0.25, 0.10],
    [0.05, 0.80, 0.55],
]
D_IN, D_OUT = 3, 2
SECOND = 1

Named = dict[str, Tensor]


def main() -> None:
    rand = draw_rand(123)
    linear = draw_linear(789, 3)
    causal = draw_linear(123, 3)
    stacked = draw_linear(123, 6)
    split = draw_linear(123, 3, project=True)
    sections = {
        "simple": twice(without_weights),
        "rand_123": twice(trainable, *rand),
        "linear_789": twice(self_attention, *linear),
        "masking_789": twice(masking, *linear),
        "dropout_123": dropout(linear),
        "causal_123": twice(causal_attention, *causal),
        "stacked_123": twice(stacked_heads, *stacked),
        "split_123": twice(split_heads, *split),
    }
    document: dict[str, Any] = {"torch": torch.__version__.split("+")[0], "tokens": TOKENS}
    document["inputs"] = entry(torch.tensor(INPUTS), torch.tensor(INPUTS, dtype=torch.float64))
    for name, entries in sections.items():
        document[name] = entries
        for tensor, book in BOOK.get(name, {}).items():
            entries[tensor]["book"] = book
    save_document("journey", document)


def draw_rand(seed: int) -> list[Tensor]:
    """W_Q, W_K, W_V as three calls of torch.rand(d_in, d_out)."""
    torch.manual_seed(seed)
    return [torch.rand(D_IN, D_OUT) for _ in range(3)]


def draw_linear(seed: int, count: int, project: bool = False) -> list[Tensor]:
    """Transposed weights of torch.nn.Linear layers without biases; then W_O and b_O of one with a bias."""
    torch.manual_seed(seed)
    weights = [torch.nn.Linear(D_IN, D_OUT, bias=False).weight.detach().T for _ in range(count)]
    if project:
        last = torch.nn.Linear(D_OUT, D_OUT)
        weights += [last.weight.detach().T, last.bias.detach()]
    return weights


def twice(compute: Callable[..., Named], *weights: Tensor) -> dict[str, Any]:
    """The same computation in float32, as the chapter does it, and in float64 from the same weights."""
    single = compute(torch.tensor(INPUTS), *weights)
    double = compute(torch.tensor(INPUTS, dtype=torch.float64), *(weight.double() for weight in weights))
    return {name: entry(single[name], double[name]) for name in single}


def entry(single: Tensor, double: Tensor) -> dict[str, Any]:
    return {"float32": nested(single), "float64": nested(double), "printed": str(single)}


def without_weights(x: Tensor) -> Named:
    scores_2 = x @ x[SECOND]
    weights_2 = torch.softmax(scores_2, dim=0)
    scores = x @ x.T
    weights = torch.softmax(scores, dim=-1)
    return {
        "scores_2": scores_2,
        "weights_2": weights_2,
        "context_2": weights_2 @ x,
        "scores": scores,
        "weights": weights,
        "context": weights @ x,
    }


def attend(q: Tensor, k: Tensor, v: Tensor) -> Named:
    scores = q @ k.T
    scaled = scores / k.shape[-1] ** 0.5
    weights = torch.softmax(scaled, dim=-1)
    return {"scores": scores, "scaled": scaled, "weights": weights, "Z": weights @ v}


def attend_causally(q: Tensor, k: Tensor, v: Tensor) -> Named:
    """The chapter masks the scores before it scales them; −∞ stays −∞."""
    scores = q @ k.T
    masked_scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf)
    masked = masked_scores / k.shape[-1] ** 0.5
    weights = torch.softmax(masked, dim=-1)
    return {
        "scores": scores,
        "masked_scores": masked_scores,
        "scaled": scores / k.shape[-1] ** 0.5,
        "masked": masked,
        "weights": weights,
        "Z": weights @ v,
    }


def given(w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Named:
    return {"W_Q": w_q, "W_K": w_k, "W_V": w_v}


def project(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Named:
    return {"Q": x @ w_q, "K": x @ w_k, "V": x @ w_v}


def self_attention(x: Tensor, *weights: Tensor) -> Named:
    qkv = project(x, *weights)
    return {**given(*weights), **qkv, **attend(*qkv.values())}


def trainable(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Named:
    query_2, keys, values = x[SECOND] @ w_q, x @ w_k, x @ w_v
    scores_2 = query_2 @ keys.T
    weights_2 = torch.softmax(scores_2 / D_OUT**0.5, dim=-1)
    return {
        **self_attention(x, w_q, w_k, w_v),
        "query_2": query_2,
        "key_2": x[SECOND] @ w_k,
        "value_2": x[SECOND] @ w_v,
        "score_22": query_2.dot(keys[SECOND]),
        "scores_2": scores_2,
        "weights_2": weights_2,
        "context_2": weights_2 @ values,
    }


def masking(x: Tensor, *weights: Tensor) -> Named:
    """Both ways: zeros after the softmax and rows divided by their sums, and −∞ before the softmax."""
    free = self_attention(x, *weights)
    causal = attend_causally(free["Q"], free["K"], free["V"])
    lower = torch.tril(torch.ones_like(free["scores"]))
    kept = free["weights"] * lower
    sums = kept.sum(dim=-1, keepdim=True)
    return {
        "mask": lower,
        "masked_weights": kept,
        "row_sums": sums,
        "renormalized": kept / sums,
        "masked_scores": causal["masked_scores"],
        "masked": causal["masked"],
        "weights": causal["weights"],
        "Z": causal["Z"],
    }


def dropout(linear: list[Tensor]) -> dict[str, Any]:
    """Dropout of a half under seed 123 on ones, on the causal weights, and on the weights before the mask."""
    found: dict[str, Any] = {"p": 0.5}
    torch.manual_seed(123)
    ones = functional.dropout(torch.ones(6, 6), 0.5)
    kept = (ones != 0).double()
    found["kept"] = nested(kept)
    found["ones"] = entry(ones, kept * 2)
    for name, compute in (("weights", masking), ("unmasked_weights", self_attention)):
        single = compute(torch.tensor(INPUTS), *linear)["weights"]
        doubles = [weight.double() for weight in linear]
        double = compute(torch.tensor(INPUTS, dtype=torch.float64), *doubles)["weights"]
        torch.manual_seed(123)
        found[name] = entry(functional.dropout(single, 0.5), double * kept * 2)
    return found


def causal_attention(x: Tensor, *weights: Tensor) -> Named:
    """One sequence step by step, then the batch of two as the chapter runs it."""
    qkv = project(x, *weights)
    batch = torch.stack((x, x))
    return {
        **given(*weights),
        **qkv,
        **attend_causally(*qkv.values()),
        "batch": batch_attention(batch, *weights),
    }


def batch_attention(batch: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Tensor:
    # functional.linear takes the weights as torch keeps them, d_out × d_in.
    queries, keys, values = (functional.linear(batch, w.T) for w in (w_q, w_k, w_v))
    scores = queries @ keys.transpose(-2, -1)
    scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf)
    return torch.softmax(scores / keys.shape[-1] ** 0.5, dim=-1) @ values


def stacked_heads(x: Tensor, *weights: Tensor) -> Named:
    """Two heads with weights of their own, side by side."""
    found: Named = {}
    for number, own in ((1, weights[:3]), (2, weights[3:])):
        qkv = project(x, *own)
        steps = {**given(*own), **qkv, **attend_causally(*qkv.values())}
        found |= {f"{name}{number}": tensor for name, tensor in steps.items()}
    found["concat"] = torch.cat([found["Z1"], found["Z2"]], dim=-1)
    batch = torch.stack((x, x))
    found["batch"] = torch.cat([batch_attention(batch, *weights[:3]), batch_attention(batch, *weights[3:])], -1)
    return found


def split_heads(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor, w_o: Tensor, b_o: Tensor) -> Named:
    """One projection whose columns are divided between two heads of width one, then W_O and b_O."""
    found = {**given(w_q, w_k, w_v), "W_O": w_o, "b_O": b_o, **project(x, w_q, w_k, w_v)}
    columns = [found[name].chunk(2, dim=-1) for name in "QKV"]
    for number in (1, 2):
        q, k, v = (halves[number - 1] for halves in columns)
        steps = {"Q": q, "K": k, "V": v, **attend_causally(q, k, v)}
        found |= {f"{name}{number}": tensor for name, tensor in steps.items()}
    found["concat"] = torch.cat([found["Z1"], found["Z2"]], dim=-1)
    found["output"] = functional.linear(found["concat"], w_o.T, b_o)
    batch = torch.stack((x, x))
    heads = [batch_attention(batch, *(weight[:, [number]] for weight in (w_q, w_k, w_v))) for number in (0, 1)]
    found["batch"] = functional.linear(torch.cat(heads, dim=-1), w_o.T, b_o)
    return found


if __name__ == "__main__":
    main()
