"""The probability of a text: the product of its words' probabilities, and the sum of their −ln p."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.late import late
from tmat.sheet.worksheet import Matrix, Stage, Worksheet

if TYPE_CHECKING:
    import numpy as np

    from tmat import operations as ops
    from tmat.engine import builder
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.parts.predicting import Head
else:
    np, ops, builder = late("numpy"), late("tmat.operations"), late("tmat.engine.builder")


def likelihood(page: Sheet, chosen: Node, losses: Node) -> tuple[Node, Node]:
    """The sum of −ln p of the words, and the product of their probabilities: p(w₁)·p(w₂ | w₁)·…"""
    total = page.step("total", ops.sum_of_all, losses)
    return total, page.step("sequence", ops.product_of_all, chosen)


def chances(stage: Stage) -> Matrix:
    """The probabilities of a pass; after top-p the renormalized ones."""
    return stage["renormalized" if "renormalized" in stage else "probabilities"]


def of_text(sheet: Worksheet, head: Head, at: str) -> Worksheet:
    """Add the stage of a given text, after the pass that has a row of probabilities for each of its words."""
    last = sheet.stages[-1]
    own = chances(last)
    if head.how.target is not None:
        came = [*head.text.tokens[1:], head.how.end]
    else:
        came = [head.text.predicted[int(id) - head.text.vocabulary.first_id] for id in last["predicted"].values[:, 0]]
    columns = [place for word in came if (place := _place(word, head)) is not None][: own.height]
    if not columns:
        raise InputError(
            "no word of the text is predicted", "there is nothing before it that would predict its one word"
        )
    page = builder.Sheet("decode", sheet, {"probabilities": own}, id=at, **head.common)
    return _finished(page, page.step("chosen", ops.picked, page.given("probabilities"), columns=columns))


def of_words(sheet: Worksheet, head: Head, at: str, passes: Sequence[tuple[str, float]]) -> Worksheet:
    """Add the stage of decoded words, each with its probability in its own pass."""
    words, values = [word for word, _ in passes], np.array([[p] for _, p in passes])
    given = Matrix.of("chosen", values, words, ["p"], "the passes of the words")
    return _given(sheet, head, at, {"chosen": given})


def _given(sheet: Worksheet, head: Head, at: str, given: dict[str, object]) -> Worksheet:
    page = builder.Sheet("decode", sheet, given, id=at, **head.common)
    return _finished(page, page.given("chosen"))


def alone(sheet: Worksheet, head: Head, at: str) -> Worksheet:
    """Add the stage of words whose probabilities are given."""
    return _given(sheet, head, at, head.given)


def _finished(page: Sheet, chosen: Node) -> Worksheet:
    losses = page.step("losses", ops.surprise, chosen)
    total, sequence = likelihood(page, chosen, losses)
    mean = page.step("loss", ops.mean_of_all, losses)
    done = page.finish(sequence, [total, page.step("perplexity", ops.exponential, mean)])
    last = done.stages[-1]
    if (
        "sequence" in last
        and "total" in last
        and last["sequence"].values[0, 0] == 0.0
        and np.isfinite(last["total"].values[0, 0])
    ):
        last.notes = (*last.notes, "the product is below the smallest float: e^−total stands for it")
    return done


def _place(word: str, head: Head) -> int | None:
    """The column of a word, from 1; None where it has none."""
    vocabulary = head.text.vocabulary
    id = vocabulary.id(word)
    return None if id is None or id - vocabulary.first_id >= len(head.text.predicted) else id - vocabulary.first_id + 1
