"""The causal article: −∞ above the diagonal, exact zeros after softmax, outputs that depend only on the past; two heads."""

from __future__ import annotations

from tmat.articles.article import Call, Example, Letters, Part, Same
from tmat.articles.numbers import Data

TOKENS = ("one", "two", "three")
ROWS = (("1", "0", "2", "1"), ("0", "1", "1", "2"), ("2", "1", "0", "1"))
HOW = {"mask": "causal", "project": False, "seed": 1, "round": "Q=2,K=2,V=2"}


def causal(printed: Data | None = None) -> Example:
    """The example; ``printed`` replaces the article's own cells."""
    letters = (
        Letters("masked", "masked", "dots"),
        Letters("S", "weights", "shares", (("a", "S"),)),
        Letters("SV", "Z", "past", (("a", "S"), ("v", "V"))),
    )
    ours = "the article prints symbols alone: the numbers of X are ours, the weights are drawn"
    return Example(
        "causal",
        "Each output knows only the past",
        "three tokens of width 4: the mask, −∞, exact zeros, and in each row of S·V only the rows of V up to its own",
        printed or Data.read("causal"),
        (
            Part((Call("attention", HOW, {"X": "X"}, letters=letters, title="one head", says=ours),), "one head"),
            Part(
                (Call("attention", HOW, {"X": "X_2"}, title="the first two tokens alone"),),
                "the first two tokens alone",
            ),
            Part(
                (Call("attention", {**HOW, "heads": 2}, {"X": "X"}, title="two heads, d_k = d_model / H = 2"),),
                "two heads",
            ),
        ),
        labels={"X": (TOKENS, None), "X_2": (TOKENS[:2], None)},
        own={"X": ROWS, "X_2": ROWS[:2]},
        same=(
            Same(
                (1, "Z"),
                (0, "Z"),
                "what comes later changes nothing: Z of two tokens is the first two rows of Z of three",
                rows=2,
            ),
        ),
    )
