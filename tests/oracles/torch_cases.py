"""Forward passes of tmat, several hundred, drawn at random: what the gradients of torch and of tmat are compared on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import tmat

WORDS = ["you", "win", "or", "die", "the", "game"]


def calls(count: int = 300) -> Iterator[list[list[Any]]]:
    """Each case: the stages in order, with their options."""
    rng = np.random.RandomState(17)
    kinds = ("attention", "attention", "addnorm", "ffn", "chain", "encode", "decode", "translate", "squares")
    for n in range(count):
        yield _case(kinds[n % len(kinds)], rng, n)


def lessons() -> list[tuple[list[list[Any]], str]]:
    """Forward passes that end in a loss and how they are trained: attention, a network, an encoder with a decoder."""
    drawn = {"seed": 4, "init": "normal", "drawing": True}
    text = ["embed", {"text": "you win the game", "vocabulary": WORDS, "d_model": 4} | drawn]
    layers = {"heads": 2, "activation": "gelu", "d_ff": 5} | drawn
    small = [
        [["attention", {"heads": 2, "mask": "causal", "positions": 3, "d_model": 4} | drawn], ["loss", {"target": 1}]],
        [
            ["addnorm", {"positions": 3, "d_model": 4} | drawn],
            ["ffn", {"activation": "tanh"} | drawn],
            ["loss", {"target": 2}],
        ],
    ]
    large = [text, ["posenc", {}], ["encode", layers], ["decode", layers | {"target": "or die"}], ["loss", {}]]
    every = [(told, optimizer) for told in small for optimizer in ("sgd", "momentum", "adam", "adamw")]
    return [*every, (large, "sgd"), (large, "adam")]


def run(told: list[list[Any]]) -> tuple[Any, np.ndarray | None]:
    """The worksheet of a case, and the gradient of its output where that comes from outside."""
    sheet: Any = None
    for name, how in told:
        how = dict(how)
        if name == "embed":
            sheet = tmat.embed(sheet, **how)
        elif name == "loss" and "target" in how and not isinstance(how["target"], str):
            sheet = tmat.loss(sheet, matrices={"target": _numbers(how["target"], sheet.stages[-1].result.values.shape)})
        else:
            sheet = getattr(tmat, name)(sheet, **how)
    if told[-1][0] == "loss":
        return sheet, None
    return sheet, _numbers(len(told), sheet.stages[-1].result.values.shape)


def sums(gradient: np.ndarray) -> list[float]:
    """Two weighted sums of a gradient's numbers: no two places have the same weights."""
    place = np.arange(1, gradient.size + 1)
    return [float(gradient.ravel() @ np.cos(place)), float(gradient.ravel() @ np.sin(place))]


def _numbers(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.RandomState(seed).uniform(-2, 2, shape).round(3)


def _case(kind: str, rng: np.random.RandomState, n: int) -> list[list[Any]]:
    pick = lambda *choices: choices[int(rng.randint(len(choices)))]  # noqa: E731
    drawn = {"seed": n, "init": "normal", "drawing": True}
    norm = {"norm": pick("layer", "layer", "rms"), "epsilon": pick(1e-5, 0.1), "epsilon_in": pick("root", "deviation")}
    if norm["norm"] == "layer":
        norm["deviation"] = pick("population", "sample")
    network = {"activation": pick("relu", "gelu", "gelu-tanh", "tanh", "silu", "none"), "d_ff": int(rng.randint(2, 6))}
    sizes = {"positions": int(rng.randint(2, 5)), "d_model": pick(2, 4, 6)}
    if kind == "attention":
        return [["attention", _attention(rng, pick) | drawn | sizes]]
    if kind == "addnorm":
        return [["addnorm", norm | drawn | sizes | {"add_residual": pick(True, False)}]]
    if kind == "ffn":
        return [["ffn", network | drawn | sizes | {"layers": pick(1, 2, 2), "bias": pick(True, False)}]]
    words = " ".join(pick(*WORDS) for _ in range(sizes["positions"]))
    lookup = [["embed", {"text": words, "vocabulary": WORDS, "d_model": sizes["d_model"]} | drawn], ["posenc", {}]]
    if kind == "chain":
        network.pop("d_ff")
        return [
            *lookup,
            ["attention", {"heads": 2} | drawn],
            ["addnorm", norm],
            ["ffn", network | drawn],
            ["addnorm", {}],
        ][:5]
    layers = {"layers": 2, "heads": pick(1, 2)} | norm | network | drawn
    encode = ["encode", layers | {"norm_order": pick("post", "pre")}]
    if kind == "encode":
        return [["encode", encode[1] | sizes]]
    said = " ".join(pick(*WORDS) for _ in range(int(rng.randint(1, 4))))
    decode = ["decode", layers | {"target": said}]
    smoothing = ["loss", {"smoothing": pick(0.0, 0.1)}]
    if kind == "decode":
        return [*lookup, ["attention", {"heads": 1} | drawn], decode, smoothing]
    if kind == "translate":
        return [*lookup, encode, decode, smoothing]
    return [["attention", _attention(rng, pick) | drawn | sizes], ["loss", {"target": n}]]


def _attention(rng: np.random.RandomState, pick: Any) -> dict[str, Any]:
    how: dict[str, Any] = {
        "heads": pick(1, 2), "separate": pick(True, False), "bias": pick(None, "qkv", "all"),
        "mask": pick("none", "causal"), "temperature": pick(1.0, 1.0, 0.5), "dropout": pick(0.0, 0.0, 0.5),
    }  # fmt: skip
    if how["heads"] == 1 and how["separate"]:
        how["separate"] = False
    score = pick("scaled", "scaled", "dot", "additive", "by", "none")
    if score == "by":
        how["scale_by"] = 3.0
    elif score == "none":
        how["scale"] = False
    else:
        how["score"] = score
    if how["mask"] == "causal":
        how["renormalize"] = pick(True, False)
        if not how["renormalize"]:
            how["mask_value"] = pick(float("-inf"), -2.0)
    how["project"] = pick(True, False)
    return {name: value for name, value in how.items() if value is not None}
