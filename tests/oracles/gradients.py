"""Gradients by torch's autograd in float64, of forward passes of tmat written anew in torch.

Needs torch. Run anew: cd tests/oracles; PYTHONPATH=../.. python gradients.py

A case says how tmat is called; torch takes the matrices that tmat was given or drew, and none of its steps. Of each gradient
two sums are kept, weighted by cosines and sines of 1, 2, 3, …, so that a number in a wrong place is seen.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import torch
from store import save_cases
from torch.nn import functional
from torch_cases import calls, lessons, run, sums

torch.set_default_dtype(torch.float64)
Tensor = torch.Tensor

BENDS = {
    "relu": torch.relu, "gelu": functional.gelu, "gelu-tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "tanh": torch.tanh, "silu": functional.silu, "none": lambda x: x,
}  # fmt: skip


class Leaves:
    """The matrices that a worksheet was given, as leaves of torch's graph."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.made: dict[tuple[str, str], Tensor] = {}

    def __call__(self, stage: str, name: str) -> Tensor | None:
        given = self.sheet[stage].given
        if name not in given:
            return None
        if (stage, name) not in self.made:
            self.made[stage, name] = torch.tensor(given[name].values, requires_grad=True)
        return self.made[stage, name]


def linear(leaf: Leaves, stage: str, x: Tensor, weight: str, bias: str) -> Tensor:
    b = leaf(stage, bias)
    product = x @ leaf(stage, weight)
    return product if b is None else product + b


def attention(leaf: Leaves, stage: str, x: Tensor, context: Tensor, how: dict[str, Any]) -> Tensor:
    heads, separate = how.get("heads", 1), how.get("separate", False)
    q, k, v = [], [], []
    for h in range(1, heads + 1) if separate else [None]:
        own = "" if h is None else str(h)
        for side, letter, found in ((x, "Q", q), (context, "K", k), (context, "V", v)):
            if how.get("weights", True):
                found.append(linear(leaf, stage, side, f"W_{letter}{own}", f"b_{letter}{own}"))
            else:
                found.append(side)
    if not separate:
        q, k, v = (list(one[0].chunk(heads, dim=1)) for one in (q, k, v))
    mask = leaf(stage, "mask")
    seen = None if mask is None else mask.detach() != 0
    out = []
    for h, (own_q, own_k, own_v) in enumerate(zip(q, k, v, strict=True), start=1):
        name = str(h) if heads > 1 or separate else ""
        if how.get("score") == "additive":
            hidden = torch.tanh(
                (own_q @ leaf(stage, f"W_A{name}"))[:, None] + (own_k @ leaf(stage, f"U_A{name}"))[None]
            )
            scores = (hidden * leaf(stage, f"v_A{name}")[0]).sum(-1)
        else:
            scores = own_q @ own_k.T
            if how.get("score") != "dot" and how.get("scale", True):
                scores = scores / how.get("scale_by", math.sqrt(how.get("d_k", own_k.shape[1])))
        if seen is not None and not how.get("renormalize"):
            scores = torch.where(seen, scores, torch.tensor(how.get("mask_value", -math.inf)))
        weights = torch.softmax(scores / how.get("temperature", 1.0), dim=-1)
        if seen is not None and how.get("renormalize"):
            weights = weights * seen
            weights = weights / weights.sum(-1, keepdim=True)
        kept = leaf(stage, f"keep{name}")
        if kept is not None:
            weights = weights * kept.detach() / (1 - how["dropout"])
        out.append(weights @ own_v)
    z = torch.cat(out, dim=1)
    return z if leaf(stage, "W_O") is None else linear(leaf, stage, z, "W_O", "b_O")


def addnorm(leaf: Leaves, stage: str, x: Tensor, residual: Tensor | None, how: dict[str, Any]) -> Tensor:
    total = x if residual is None else x + residual
    kind, epsilon = how.get("norm", "layer"), how.get("epsilon", 1e-5)
    if kind == "none":
        return total
    off = total - total.mean(1, keepdim=True) if kind == "layer" else total
    count = total.shape[1] - (how.get("deviation") == "sample")
    variance = (off**2).sum(1, keepdim=True) / count
    outside = how.get("epsilon_in") == "deviation"
    out = off / (torch.sqrt(variance) + epsilon if outside else torch.sqrt(variance + epsilon))
    gamma, beta = leaf(stage, "gamma"), leaf(stage, "beta")
    out = out if gamma is None else out * gamma
    return out if beta is None else out + beta


def ffn(leaf: Leaves, stage: str, x: Tensor, how: dict[str, Any]) -> Tensor:
    out = BENDS[how.get("activation", "relu")](linear(leaf, stage, x, "W_1", "b_1"))
    return out if how.get("layers") == 1 else linear(leaf, stage, out, "W_2", "b_2")


def attending(how: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {name: how[name] for name in ("heads", "d_k") if name in how} | more


def encode(leaf: Leaves, x: Tensor, how: dict[str, Any]) -> Tensor:
    def nth(kind: str, n: int) -> str:
        return kind if n == 1 else f"{kind}-{n}"

    norms = 0
    for n in range(1, how.get("layers", 1) + 1):
        for sublayer in ("attention", "ffn"):
            stage = nth(sublayer, n)
            if how.get("norm_order") == "pre":
                norms += 2
                inner = addnorm(leaf, nth("addnorm", norms - 1), x, None, how)
            else:
                norms += 1
                inner = x
            out = (
                attention(leaf, stage, inner, inner, attending(how))
                if sublayer == "attention"
                else ffn(leaf, stage, inner, how)
            )
            x = x + out if how.get("norm_order") == "pre" else addnorm(leaf, nth("addnorm", norms), out, x, how)
    return x


def decode(leaf: Leaves, memory: Tensor, how: dict[str, Any], sheet: Any) -> Tensor:
    def nth(kind: str, n: int) -> str:
        return f"decode-1.{kind}" if n == 1 else f"decode-1.{kind}-{n}"

    x = embedded(leaf, "decode-1.embed", sheet) + torch.tensor(sheet["decode-1.posenc"]["PE"].values)
    for n in range(1, how.get("layers", 1) + 1):
        own = attending(how)
        x = addnorm(leaf, nth("addnorm", 3 * n - 2), attention(leaf, nth("self-attention", n), x, x, own), x, how)
        x = addnorm(leaf, nth("addnorm", 3 * n - 1), attention(leaf, nth("cross-attention", n), x, memory, own), x, how)
        x = addnorm(leaf, nth("addnorm", 3 * n), ffn(leaf, nth("ffn", n), x, how), x, how)
    return linear(leaf, "decode-1", x, "W_vocab", "b_vocab")


def embedded(leaf: Leaves, stage: str, sheet: Any) -> Tensor:
    ids = torch.tensor(sheet[stage]["ids"].values[:, 0]).long() - sheet.vocabulary.first_id
    return functional.embedding(ids, leaf(stage, "W_E"))


def forward(sheet: Any, told: list[list[Any]], leaf: Leaves) -> tuple[Tensor, Any]:
    x, before, logits = None, None, None
    for name, how in told:
        stage = name
        if name == "embed":
            x = embedded(leaf, stage, sheet)
        elif name == "posenc":
            x = x + torch.tensor(sheet["posenc"]["PE"].values)
        elif name == "attention":
            x = leaf(stage, "X") if x is None else x
            context = leaf(stage, "context")
            x, before = attention(leaf, stage, x, x if context is None else context, how), x
        elif name == "addnorm":
            residual = before if before is not None else leaf(stage, "residual")
            x = leaf(stage, "X") if x is None else x
            x, before = addnorm(leaf, stage, x, residual if how.get("add_residual", True) else None, how), x
        elif name == "ffn":
            x = leaf(stage, "X") if x is None else x
            x, before = ffn(leaf, stage, x, how), x
        elif name == "encode":
            first = "addnorm" if how.get("norm_order") == "pre" else "attention"
            x = encode(leaf, leaf(first, "X") if x is None else x, how)
        elif name == "decode":
            memory = x if x is not None else leaf("decode-1.cross-attention", "context")
            logits = decode(leaf, memory, how, sheet)
        elif name == "loss" and logits is not None:
            targets = torch.tensor(sheet["loss"]["targets"].values).argmax(1)
            return functional.cross_entropy(logits, targets, label_smoothing=how.get("smoothing", 0.0)), logits
        elif name == "loss":
            return functional.mse_loss(x, torch.tensor(sheet["loss"]["target"].values)), x
    return x, x


def case_of(told: list[list[Any]]) -> dict[str, Any]:
    sheet, slope = run(told)
    leaf = Leaves(sheet)
    out, _ = forward(sheet, told, leaf)
    value = out if slope is None else (out * torch.tensor(slope)).sum()
    value.backward()
    found = {}
    for (stage, name), tensor in leaf.made.items():
        if tensor.grad is not None and not name.startswith(("mask", "keep")):
            found[f"{stage}/{name}"] = sums(tensor.grad.numpy())
    return {"names": list(found), "sums": np.array(list(found.values())), "value": float(value.detach())}


OPTIMIZERS = {
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.02),
    "momentum": lambda weights: torch.optim.SGD(weights, lr=0.005, momentum=0.9),
    "adam": lambda weights: torch.optim.Adam(weights, lr=0.005),
    "adamw": lambda weights: torch.optim.AdamW(weights, lr=0.005, weight_decay=0.05),
}


def trained(told: list[list[Any]], optimizer: str, steps: int = 20) -> dict[str, Any]:
    """The losses from before the first step on, and two sums of each weight after the last."""
    sheet, _ = run(told)
    leaf = Leaves(sheet)
    forward(sheet, told, leaf)
    weights = {key: one for key, one in leaf.made.items() if key[1] not in ("X", "context", "residual", "mask")}
    step = OPTIMIZERS[optimizer](list(weights.values()))
    losses = []
    for n in range(steps + 1):
        step.zero_grad()
        loss, _ = forward(sheet, told, leaf)
        losses.append(float(loss.detach()))
        if n < steps:
            loss.backward()
            step.step()
    found = {f"{stage}/{name}": sums(one.detach().numpy()) for (stage, name), one in weights.items()}
    return {
        "optimizer": optimizer,
        "losses": np.array(losses),
        "names": list(found),
        "sums": np.array(list(found.values())),
    }


if __name__ == "__main__":
    save_cases("training", [trained(*lesson) for lesson in lessons()])
    if len(sys.argv) < 2:
        save_cases("gradients", [case_of(told) for told in calls()])
