"""How the next word is chosen: temperature, repetition penalty, top-k, top-p; then the argmax, or a draw."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from tmat.engine.declaration import CONVENTIONS, DRAWS, declares, option
from tmat.errors import InputError
from tmat.stages.parts.lazy import nodes, np, ops, seeding

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


def numbers_of(text: str) -> tuple[float, ...]:
    """Numbers separated by commas or blanks.

    >>> numbers_of("0.37, 0.5")
    (0.37, 0.5)
    """
    try:
        return tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise InputError(f"‹draw {text}› is no list of numbers", "expected numbers from 0 to 1: 0.37,0.5") from None


def draws_of(draw: float | Sequence[float] | None) -> tuple[float, ...]:
    """The numbers of ``draw`` as a tuple."""
    return () if draw is None else (draw,) if isinstance(draw, int | float) else tuple(draw)


MOST_BEAMS = 64


@declares
class Choosing:
    """How the next word is chosen from its logits."""

    temperature: float = option(
        1.0, "softmax(logits / T): below 1 sharper, above 1 flatter.", CONVENTIONS, "T",
        fits=lambda t: 0.0 < t < inf, expected="expected a number above 0",
    )  # fmt: skip
    top_k: int | None = option(None, "Keep only the K largest logits.", CONVENTIONS, "K", at_least=1)
    top_p: float | None = option(
        None, "Keep only the likeliest words, until their probabilities sum to P.", CONVENTIONS, "P",
        fits=lambda p: 0.0 < p <= 1.0, expected="expected a number above 0, up to 1",
    )  # fmt: skip
    repetition_penalty: float = option(
        1.0, "Divide positive logits of words that came before by this number, and multiply negative ones by it.", CONVENTIONS, "NUMBER",
        fits=lambda p: 0.0 < p < inf, expected="expected a number above 0",
    )  # fmt: skip
    log_softmax: bool = option(False, "The logarithms of the probabilities, as some models end.", CONVENTIONS)
    sample: bool = option(False, "Draw each word by its probability, from ‹seed›.", DRAWS)
    draw: float | Sequence[float] | None = option(
        None, "Draw with these numbers from 0 to 1, one for each word; as many words as there are numbers.", DRAWS, "NUMBERS",
        read=numbers_of,
    )  # fmt: skip
    beams: int | None = option(
        None, "Beam search: continue the N texts of least Σ −ln p at once.", CONVENTIONS, "N",
        at_least=1, most=MOST_BEAMS,
    )  # fmt: skip
    sequence: bool = option(
        False, "The probability of the whole text at the end: the product of its words' probabilities, and Σ −ln p.",
        CONVENTIONS,
    )  # fmt: skip


def refuse(how: Choosing, *, forced: bool) -> None:
    """Refuse options that contradict each other."""
    drawing, draws = how.sample or how.draw is not None, draws_of(how.draw)
    if how.draw is not None and not (draws and all(0.0 <= u < 1.0 for u in draws)):
        listed = ",".join(f"{u:g}" for u in draws)
        raise InputError(f"‹draw {listed}› does not fit", "expected numbers from 0 to below 1: 0.37,0.5")
    if drawing and forced:
        raise InputError(
            f"‹target› and ‹{'sample' if how.sample else 'draw'}› contradict each other",
            "with a target there is one pass, and no word is fed back",
        )
    if how.beams is not None:
        for name, contradicts in (
            ("draw", how.draw is not None),
            ("sample", how.sample),
            ("log_softmax", how.log_softmax),
            ("target", forced),
            ("sequence", how.sequence),
        ):
            if contradicts:
                raise InputError(f"‹beams› and ‹{name}› contradict each other", "beams go on with the likeliest texts")
    if how.log_softmax and (drawing or how.sequence or how.top_p is not None):
        other = "top_p" if how.top_p is not None else "sequence" if how.sequence else "sample" if how.sample else "draw"
        raise InputError(f"‹log_softmax› and ‹{other}› contradict each other", "there are no probabilities then")


def chosen(
    sheet: Sheet,
    how: Choosing,
    logits: Node,
    words: Sequence[str],
    first: int,
    earlier: Sequence[Sequence[int]],
    n: int,
) -> Node:
    """The steps from the logits to the ids of the next words.

    ``earlier`` are for each row the columns of the words before it; the word is the ``n``-th of the decoding, from 1.
    """
    scores = _penalized(sheet, how, logits, earlier)
    if how.top_k is not None:
        scores = sheet.step("shortlist", ops.keep_largest, scores, k=how.top_k)
        sheet.note(f"top-k {how.top_k}")
    if how.log_softmax:
        return sheet.step(
            "predicted", ops.largest, sheet.step("log_probabilities", ops.log_softmax, scores), first=first
        )
    if how.temperature == 1.0:
        probabilities = sheet.step("probabilities", ops.softmax, scores)
    else:
        probabilities = sheet.step("probabilities", ops.softmax_tempered, scores, temperature=how.temperature)
        sheet.note(f"temperature {how.temperature:g}")
    if probabilities and probabilities.op is None:
        probabilities.cols = words
    kept = probabilities
    if how.top_p is not None:
        kept = sheet.step("renormalized", ops.renormalize, sheet.step("nucleus", ops.nucleus, kept, p=how.top_p))
        sheet.note(f"top-p {how.top_p:g}")
    _record(sheet, how)
    if not how.sample and how.draw is None:
        return sheet.step("predicted", ops.largest, kept, first=first)
    ranges = sheet.step("ranges", ops.running_sums, kept)
    return sheet.step("predicted", ops.range_of_draw, ranges, _draw(sheet, how, kept, n), first=first)


def _penalized(sheet: Sheet, how: Choosing, logits: Node, earlier: Sequence[Sequence[int]]) -> Node:
    """The logits with the repetition penalty (Keskar et al. 2019)."""
    if how.repetition_penalty == 1.0 or not logits:
        return logits
    seen = np.zeros((logits.height, logits.width))
    for row, columns in zip(seen, earlier, strict=False):
        row[list(columns)] = 1.0
    mask = nodes.Node("said", logits.shape, logits.rows, logits.cols, "1: the word came before", values=seen)
    sheet.note(f"repetition penalty {how.repetition_penalty:g}")
    return sheet.step("penalized", ops.repetition_penalty, logits, sheet.write(mask), penalty=how.repetition_penalty)


def _draw(sheet: Sheet, how: Choosing, like: Node, n: int) -> Node:
    """The number from 0 to 1 that picks a word by the running sums: given, or drawn from the seed."""
    if how.draw is not None:
        value, origin = draws_of(how.draw)[n - 1], "given"
    else:
        value = float(seeding.uniform53(sheet.seed, "decode", "draw", n)[-1])
        origin = f"drawn: from 0 to 1, seed {sheet.seed}"
    rows = list(like.rows)[-1:] or ["draw"]
    sheet.note("drawn, not the likeliest")
    return sheet.write(nodes.Node("draw", (1, 1), rows, ["u"], origin, values=np.array([[value]])))


def _record(sheet: Sheet, how: Choosing) -> None:
    sheet.record(
        temperature=None if how.temperature == 1.0 else how.temperature, top_k=how.top_k, top_p=how.top_p,
        repetition_penalty=None if how.repetition_penalty == 1.0 else how.repetition_penalty,
    )  # fmt: skip
