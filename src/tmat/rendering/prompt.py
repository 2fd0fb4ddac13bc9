"""The text of worksheets, stages, steps and matrices at a Python prompt: a few lines, no wider than a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Shown, formula_of, shown
from tmat.sheet.worksheet import Batch, Matrix, Stage, Step, Worksheet
from tmat.visible import pad, visible, width

ROOM = Room(12, 6)
LONGEST = 12  # columns of a label
WORDS = 12


def text(of: object) -> str:
    """A worksheet, a stage, a step or a matrix in a few lines.

    >>> print(text(Matrix.of("X", [[1, 2.5]], rows=["When"])))
    X 1×2
            1    2
    When  1.0  2.5
    """
    match of:
        case Batch():
            return f"{visible(of.name)}: a batch of {'×'.join(map(str, of.arrays.shape))}"
        case Matrix():
            return "\n".join(_matrix(visible(of.name), shown(Stage("", ""), of, None, 0, Look(), ROOM)))
        case Step():
            drawn = shown(Stage("", "", steps=[of]), of.result, of, 0, Look(), ROOM)
            return "\n".join(_matrix(visible(formula_of(of)), drawn))
        case Stage():
            return _stage(of)
        case Worksheet():
            words = f" of {_few(of.tokens)}" if of.tokens else ""
            vocabulary = [f"  {of.vocabulary!r}"] if of.vocabulary is not None else []
            return "\n".join([f"Worksheet{words}", *vocabulary, *(f"  {_stage(stage)}" for stage in of)])
    raise TypeError(f"no text shows {type(of).__name__}")


def _stage(stage: Stage) -> str:
    given, steps = (_few([*map(str, names)]) for names in (stage.given, (step.name for step in stage.steps)))
    content = " → ".join(part for part in (given, steps) if part) or " · ".join(stage.notes)
    return f"{visible(stage.id)}: {visible(content)}"


def _few(words: list[str] | tuple[str, ...]) -> str:
    more = f" … ({len(words)})" if len(words) > WORDS else ""
    return " ".join(visible(word, 40) for word in words[:WORDS]) + more


def _matrix(name: str, drawn: Shown) -> Iterator[str]:
    yield f"{name} {drawn.matrix.size}".lstrip()
    if not drawn.cells:
        return
    labels = [visible(drawn.row_label(row), LONGEST) for row in drawn.rows]
    heads = [visible(drawn.col_label(col), LONGEST) for col in drawn.cols]
    columns = [[head, *(row[n] for row in drawn.cells)] for n, head in enumerate(heads)]
    widths = [max(map(width, column)) for column in columns]
    left = max(map(width, labels))
    for label, cells in zip(["", *labels], zip(*columns, strict=True), strict=True):
        yield "  ".join(
            [pad(label, left, "left"), *(pad(cell, most, "right") for cell, most in zip(cells, widths, strict=True))]
        )
