"""Attention in seven versions on one small input: from a network that scores one query to several heads."""

from __future__ import annotations

from typing import Any

from tmat.articles.article import Call, Example, Part, Same
from tmat.articles.numbers import Data

TOKENS = ("one", "two", "three")
WITHOUT = {"weights": False}
SEEDED = {"seed": 1, "project": False}


def seven_versions(printed: Data | None = None) -> Example:
    """The example. The article prints no numbers of these: those of X and Q are ours, the weights are drawn."""
    one, both = {"X": "query", "context": "X"}, {"X": "queries", "context": "X"}
    versions: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
        ("additive", {**WITHOUT, "score": "additive", "d_k": 2, "seed": 1}, one),
        ("dot product", {**WITHOUT, "score": "dot"}, one),
        ("scaled", WITHOUT, one),
        ("several queries", WITHOUT, both),
        ("cross-attention", {**SEEDED, "round": "K=2,V=2"}, {"Q": "queries", "context": "X"}),
        ("self-attention", {**SEEDED, "round": "Q=2,K=2,V=2"}, {"X": "X"}),
        ("several heads", {"seed": 1, "heads": 2, "round": "Q=2,K=2,V=2"}, {"X": "X"}),
    )
    calls = [
        Call("attention", how, given, title=f"version {n}: {name}") for n, (name, how, given) in enumerate(versions, 1)
    ]
    return Example(
        "seven-versions",
        "Attention in seven versions",
        "one input of three tokens, width 4; each version, what it computes, and what changed from the one before",
        printed or Data.read("seven-versions"),
        tuple(Part((call,), name) for call, (name, _, _) in zip(calls, versions, strict=True)),
        labels={"X": (TOKENS, None), "query": (("query",), None), "queries": (("query", "another"), None)},
        own={
            "X": (("1", "0", "2", "1"), ("0", "1", "1", "2"), ("2", "1", "0", "1")),
            "query": (("1", "0", "1", "0"),),
            "queries": (("1", "0", "1", "0"), ("0", "2", "0", "1")),
        },
        same=(
            Same((1, "scores"), (2, "scores"), "version 3 only divides: its scores are those of version 2"),
            Same((2, "Z"), (3, "Z"), "version 4 does to each query what version 3 does to one: its first row is that of version 3", rows=1),
            Same((4, "K"), (5, "K"), "version 6 makes Q of the input too; K is that of version 5"),
            Same((4, "V"), (5, "V"), "and V is that of version 5"),
            Same((5, "Q"), (6, "Q"), "version 7 cuts the Q of version 6 into heads"),
        ),
        compares=True,
    )  # fmt: skip
