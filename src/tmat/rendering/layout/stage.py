"""A stage as lines: its heading, its steps one equation after another, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tmat.rendering.layout.drawer import Pen
from tmat.rendering.layout.equation import decimals, strip
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.formula import picks
from tmat.rendering.layout.heading import StepHeads, heading
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import alone
from tmat.rendering.styled import EMPTY, Line, plain, space, trimmed
from tmat.sheet.selecting import matching
from tmat.sheet.worksheet import Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary

MARGIN = 1
NARROWEST = 20  # the least width that is laid out for


def render(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> list[Line]:
    """The worksheet, or some stages of it, as lines; ``width`` None: as wide as the numbers need.

    >>> from tmat.rendering.styled import to_text
    >>> from tmat.sheet.worksheet import Matrix
    >>> sheet = Worksheet([Stage("attention", "attention", given={"Q": Matrix.of("Q", [[1.0, 2.0]])}, output="Q")])
    >>> print(to_text(render(sheet)), end="")
     attention
    <BLANKLINE>
         Q 1×2
     1  [ 1  2 ]
    """
    lines: list[Line] = []
    above: set[str] = set()
    for stage in sheet.stages if stages is None else stages:
        if lines:
            lines += [EMPTY, EMPTY]
        own = blocks(stage, tokens=sheet.tokens, vocabulary=sheet.vocabulary, width=width, look=look, above=above)
        for n, block in enumerate(own):
            lines += [*([EMPTY] if n else []), *block]
        above.add(stage.id)
    return lines


def render_stage(
    stage: Stage,
    *,
    tokens: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
    width: int | None = None,
    look: Look | None = None,
) -> list[Line]:
    """One stage as lines."""
    return render(Worksheet([stage], vocabulary, tuple(tokens)), width=width, look=look)


def blocks(
    stage: Stage,
    *,
    tokens: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
    width: int | None = None,
    look: Look | None = None,
    above: set[str] | None = None,
) -> Iterator[list[Line]]:
    """The parts of a stage one by one: the heading, then a step at a time, as a reader walks through them.

    ``above`` names the stages already shown: what comes from them is not drawn again.
    """
    pen = Pen(look or Look(), None if width is None else max(width, NARROWEST) - MARGIN)
    for block in _blocks(pen, stage, tokens, vocabulary, above or set()):
        yield [trimmed((*space(MARGIN), *line)) if plain(line).strip() else EMPTY for line in block]


def _blocks(
    pen: Pen, stage: Stage, tokens: Sequence[str], vocabulary: Vocabulary | None, above: set[str]
) -> Iterator[list[Line]]:
    yield heading(pen, stage, tokens)
    wanted = None if pen.look.only is None else {name for only in pen.look.only for name in matching(stage, only)}
    heads = StepHeads(pen, stage)
    shown = {name for name, matrix in stage.given.items() if matrix.origin in above}
    chosen = [(n, step) for n, step in enumerate(stage.steps, 1) if wanted is None or step.name in wanted]
    for is_part, run in groupby(chosen, key=lambda pair: picks(pair[1].op, len(pair[1].of), pair[1].params)):
        steps = list(run)
        if is_part and len(steps) > 1:
            yield from pieces(pen, steps, heads.short)
            continue
        for number, step in steps:
            equation = strip(pen, stage, step, pen.width)
            if equation is not None:
                shown.update(step.of)
            elif wanted is None:
                yield from given(pen, stage, _unseen(stage, step, shown))
                shown.update(step.of)
            body = equation or alone(pen, step.result, pen.width, most=decimals(stage, step.name))
            yield [*heads.lines(number, step), EMPTY, *body]
    if wanted is not None:
        yield from given(pen, stage, [name for name in stage.given if name in wanted])
    elif not stage.steps:
        yield from given(pen, stage, list(stage.given))
    extra = EXTRAS.get(stage.stage)
    if extra is not None and wanted is None:
        yield from extra(pen, stage, vocabulary)


def _unseen(stage: Stage, step: Step, shown: set[str]) -> list[str]:
    """Given matrices that a step takes and that no strip has shown yet."""
    return [name for name in dict.fromkeys(step.of) if name in stage.given and name not in shown]
