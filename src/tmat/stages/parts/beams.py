"""Beam search: in each round every beam is continued by every word, and the continuations of least Σ −ln p are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tmat import operations as ops
from tmat.engine.builder import Sheet
from tmat.sheet.worksheet import Array, Matrix, Worksheet
from tmat.stages.parts.sequence import chances


@dataclass(eq=False, repr=False)
class Beam:
    """A text so far, and the sum of −ln p of its words."""

    said: tuple[str, ...]
    cost: float = 0.0
    ended: bool = False


def search(
    sheet: Worksheet,
    begun: Sequence[str],
    words: Sequence[str],
    end: str,
    count: int,
    most: int,
    go: Callable[[Worksheet, list[str], int], Worksheet],
    page: Callable[[Worksheet, dict[str, Matrix], str], Sheet],
) -> Worksheet:
    """At most ``most`` rounds, each a pass for every beam, until all have ended; the last stage records the beams.

    ``go`` adds the n-th pass over a text to the worksheet, ``page`` begins a stage with given matrices.
    """
    beams, passes = [Beam(tuple(begun))], 0
    for n in range(1, most + 1):
        rows: list[Array] = []
        for beam in beams:
            if beam.ended:  # its next word is <end> with probability 1, which costs 0
                rows.append(np.array([float(word == end) for word in words]))
                continue
            passes += 1
            sheet = go(sheet, list(beam.said), passes)
            rows.append(np.asarray(chances(sheet.stages[-1]).values[-1]))
        sheet = _round(sheet, beams, np.array(rows), words, count, page, n)
        beams = _kept(sheet.stages[-1]["kept"].values, beams, words, end, count)
        if all(beam.ended for beam in beams):
            break
    new = [" ".join(beam.said[len(begun) :]) for beam in beams]
    best = list(beams[0].said)
    sentence = best[1:] if best[0] == "<start>" else best
    sheet.stages[-1].params |= {
        "beams": new, "sums": [beam.cost for beam in beams], "sentence": sentence, "ended": beams[0].ended,
    }  # fmt: skip
    return sheet


def _round(
    sheet: Worksheet, beams: Sequence[Beam], chances: Array, words: Sequence[str], count: int,
    page: Callable[[Worksheet, dict[str, Matrix], str], Sheet], n: int,
) -> Worksheet:  # fmt: skip
    """The stage of a round: the cost −ln p of each continuation, the sums, and the smallest of them."""
    rows = [" ".join(beam.said[-3:]) for beam in beams]
    so_far = Matrix.of(
        "so_far", np.array([[beam.cost] for beam in beams]), rows, ["−ln p"], "the sums of the round before"
    )
    own = Matrix.of("probabilities", chances, rows, words, "the passes of the beams")
    made = page(sheet, {"so_far": so_far, "probabilities": own}, f"beams-{n}")
    costs = made.step("costs", ops.surprise, made.given("probabilities"))
    sums = made.step("sums", ops.add_column, costs, made.given("so_far"))
    kept = made.step("kept", ops.keep_smallest, sums, k=count)
    made.note(f"{count} beams", "sums of −ln p: the smaller the likelier")
    made.record(beam_count=count, round=n)
    return made.finish(kept)


def _kept(sums: Array, beams: Sequence[Beam], words: Sequence[str], end: str, count: int) -> list[Beam]:
    """The beams of the next round, the cheapest first; ties go to the first in the table."""
    places = sorted(zip(*np.nonzero(np.isfinite(sums)), strict=True), key=lambda place: (sums[place], place))
    found = []
    for i, j in places[:count]:
        before, word = beams[int(i)], words[int(j)]
        said = before.said if before.ended else (*before.said, word)
        found.append(Beam(said, float(sums[i, j]), before.ended or word == end))
    return found
