"""The journey notebook: six tokens in three dimensions, from attention without weights to multi-head attention."""

from __future__ import annotations

from typing import Any

from tmat.articles.article import Call, Example, Part, Printed, Same
from tmat.articles.numbers import Data

TOKENS = ("Your", "journey", "starts", "with", "one", "step")
ALONE: dict[str, Any] = {"weights": False, "scale": False}
RAND: dict[str, Any] = {"seed": 123, "init": "torch-rand", "d_k": 2, "project": False}
LINEAR: dict[str, Any] = {"seed": 789, "init": "torch-linear", "d_k": 2, "project": False}
CAUSAL: dict[str, Any] = {"seed": 123, "init": "torch-linear", "mask": "causal"}
ATTENTION = ("W_Q", "W_K", "W_V", "Q", "K", "V", "scores", "scaled")
HEAD = ("Q", "K", "V", "scores", "scaled", "masked", "weights", "Z")
ROOT_OF_TWO = 2.0**0.5


def journey(printed: Data | None = None) -> Example:
    """The example; ``printed`` replaces the numbers that torch prints."""
    data = printed or Data.read("journey")
    x, second = {"X": "X"}, {"X": "x_2", "context": "X"}
    separate = tuple(f"{name}{h}" for h in (1, 2) for name in ("W_Q", "W_K", "W_V", *HEAD))
    split = ("W_Q", "W_K", "W_V", "W_O", "b_O", "Q", "K", "V", *(f"{name}{h}" for h in (1, 2) for name in HEAD))
    calls = (
        Call("attention", ALONE, second, prints=_of("simple", scores_2="scores", weights_2="weights", context_2="Z"),
             title="without weights, the second token's query"),
        Call("attention", ALONE, x, prints=_of("simple", scores="scores", weights="weights", context="Z"),
             title="without weights, every token's"),
        Call("attention", RAND, second, title="with weights from torch.rand, seed 123, the second token's query",
             prints=_of("rand_123", query_2="Q", scores_2="scores", weights_2="weights", context_2="Z", score_22="scores",
                        key_2="K", value_2="V")),
        Call("attention", RAND, x, prints=_same("rand_123", *ATTENTION, "weights", "Z"),
             title="with weights from torch.rand, every token's"),
        Call("attention", LINEAR, x, prints=_same("linear_789", *ATTENTION, "weights", "Z"),
             title="with weights from nn.Linear, seed 789"),
        Call("attention", {**LINEAR, "mask": "causal", "renormalize": True}, x,
             prints=_of("masking_789", mask="mask", masked_weights="masked", renormalized="renormalized"),
             title="masked after softmax: zeros, and each row divided by what is left of it"),
        Call("attention", {**LINEAR, "mask": "causal"}, x, prints=_same("masking_789", "masked", "weights", "Z"),
             title="masked before softmax: −∞"),
        Call("attention", {**LINEAR, "mask": "causal", "scale": False, "temperature": ROOT_OF_TWO}, x,
             prints=_of("masking_789", masked_scores="masked"),
             title="masked before softmax and before the division by √2, as the notebook's code does"),
        Call("attention", {"init": "torch-linear", "dropout": 0.5, "dropout_seed": 123, "project": False}, {"weights": "ones"},
             prints=_of("dropout_123", ones="dropped"), title="dropout of a half, seed 123, on ones"),
        Call("attention", {**LINEAR, "mask": "causal", "dropout": 0.5, "dropout_seed": 123}, x,
             prints=_of("dropout_123", weights="dropped"), title="dropout of a half, seed 123, on the masked weights"),
    )  # fmt: skip
    batches = (
        Call("attention", {**CAUSAL, "d_k": 2, "project": False},
             prints=(*_same("causal_123", *ATTENTION, "masked", "weights", "Z"), *_batch("causal_123", "Z")),
             title="a batch of two, masked, nn.Linear, seed 123"),
        Call("attention", {**CAUSAL, "d_k": 2, "heads": 2, "separate": True, "project": False},
             prints=(*_same("stacked_123", *separate, "concat"), *_batch("stacked_123", "concat")),
             title="two stacked heads, each with weights of its own, seed 123"),
        Call("attention", {**CAUSAL, "d_k": 1, "heads": 2, "d_out": 2},
             prints=(*_same("split_123", *split, "concat", "output"), *_batch("split_123", "output")),
             title="one projection split into two heads, and an output projection, seed 123"),
    )  # fmt: skip
    return Example(
        "journey",
        "Your journey starts with one step",
        "the whole notebook: attention without weights, with weights, masked, thinned, in batches and in heads",
        data,
        (*(Part((call,)) for call in calls), *(Part((call,), source="X", batch=2) for call in batches)),
        whose="torch",
        labels={"X": (TOKENS, None), "x_2": (TOKENS[1:2], None), "ones": (TOKENS, TOKENS)},
        own={"x_2": (tuple(data.texts("X")[1]),), "ones": (("1",) * 6,) * 6},
        same=(
            Same((5, "renormalized"), (6, "weights"), "both ways of masking give the same weights"),
            Same((5, "Z"), (6, "Z"), "and the same Z"),
            Same((7, "weights"), (6, "weights"), "so does masking before the division"),
        ),
    )


def _same(section: str, *names: str) -> tuple[Printed, ...]:
    return tuple(Printed(f"{section}.{name}", name) for name in names)


def _of(section: str, **steps: str) -> tuple[Printed, ...]:
    return tuple(Printed(f"{section}.{name}", step) for name, step in steps.items())


def _batch(section: str, step: str) -> tuple[Printed, ...]:
    return tuple(Printed(f"{section}.batch_{n}", step) for n in (1, 2))
