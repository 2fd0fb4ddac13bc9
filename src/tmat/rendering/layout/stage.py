"""A stage as lines: its heading, its steps one equation after another, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.rendering.layout.alone import alone
from tmat.rendering.layout.block import Block, beside, captioned
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.heading import StepHeads, heading
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.pen import Pen
from tmat.rendering.layout.strip import decimals, strip
from tmat.rendering.spans import EMPTY, Line, Span, plain, space, trimmed
from tmat.stages.choosing import matching
from tmat.worksheet import Matrix, Stage, Vocabulary, Worksheet

MARGIN = 1


def render(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> list[Line]:
    """The worksheet, or some stages of it, as lines; ``width`` None: as wide as the numbers need.

    >>> from tmat.rendering.spans import to_text
    >>> sheet = Worksheet([Stage("attention", "attention", given={"Q": Matrix.of("Q", [[1.0, 2.0]])}, output="Q")])
    >>> print(to_text(render(sheet)), end="")
     attention
    <BLANKLINE>
        Q 1×2
     1  [ 1  2 ]
    """
    lines: list[Line] = []
    shown = sheet.stages if stages is None else stages
    above: set[str] = set()
    for stage in shown:
        own = blocks(
            stage, tokens=sheet.tokens, vocabulary=sheet.vocabulary, width=width, look=look or Look(), above=above
        )
        for block in own:
            lines += [*([EMPTY] if lines else []), *block]
        if lines and stage is not shown[-1]:
            lines.append(EMPTY)
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
    look = look or Look()
    pen = Pen(look, None if width is None else max(width - MARGIN, 20))
    yield _set_in(heading(pen, stage, tokens, frozenset(above or ())))
    wanted = _wanted(stage, look)
    heads = StepHeads(pen, stage)
    shown = {name for name, matrix in stage.given.items() if matrix.origin in (above or ())}
    chosen = [(n, step) for n, step in enumerate(stage.steps, 1) if wanted is None or step.name in wanted]
    parts_of = {id(step) for _, step in chosen if is_part(step.op, step.of)}
    for picked, run in groupby(chosen, key=lambda pair: id(pair[1]) in parts_of):
        pairs = list(run)
        if picked and len(pairs) > 1:
            yield from map(_set_in, _parts(pen, pairs))
            shown.update()
        equation = strip(pen, stage, step, pen.width)
        if equation is None:
            if wanted is None:
                new = [name for name in dict.fromkeys(step.of) if name in stage.given and name not in shown]
                shown.update(new)
                yield from map(_set_in, _given(pen, stage, new))
            body = alone(pen, step.result, pen.width, most=decimals(stage, step.name))
        else:
            shown.update(step.of)
            body = equation
        yield _set_in([*heads.lines(number, step), EMPTY, *body])
    left = [name for name in stage.given if (name in wanted if wanted is not None else name not in shown)]
    if wanted is not None or not stage.steps:
        yield from map(_set_in, _given(pen, stage, left))
    extra = EXTRAS.get(stage.stage)
    if extra is not None and wanted is None:
        yield from map(_set_in, extra(pen, stage, vocabulary))


def _set_in(lines: list[Line]) -> list[Line]:
    """The lines behind a margin, nothing but blanks left empty."""
    return [trimmed((*space(MARGIN), *line)) if plain(line).strip() else EMPTY for line in lines]


def _wanted(stage: Stage, look: Look) -> set[str] | None:
    if look.only is None:
        return None
    return {name for chosen in look.only for name in matching(stage, chosen)}


def _given(pen: Pen, stage: Stage, names: Sequence[str]) -> Iterator[list[Line]]:
    """Given matrices on their own, side by side as far as there is room."""
    row: list[Block] = []
    for name in names:
        matrix = stage.given[name]
        block = _whole(pen, matrix, name)
        if block is None:
            if row:
                yield _row(row)
            row = []
            caption = (Span(pen.spell.word(name), "name"), Span(pen.spell(f" {matrix.size}"), "caption"))
            yield [caption, EMPTY, *alone(pen, matrix, pen.width, role="given")]
            continue
        if row and pen.width is not None and sum(b.width + 5 for b in row) + block.width > pen.width:
            yield _row(row)
            row = []
        row.append(block)
    if row:
        yield _row(row)


def _row(row: list[Block]) -> list[Line]:
    spaced = [row[0]]
    for block in row[1:]:
        spaced += [Block([space(5)], 5), block]
    return beside(spaced).lines()


def _whole(pen: Pen, matrix: Matrix, name: str) -> Block | None:
    """A given matrix as a block, or None where it takes folding or cutting."""
    if not matrix.values.size or (pen.width is not None and 2 * matrix.width > pen.width):
        return None
    seen = pen.view(matrix)
    if seen.cut:
        return None
    numbers = pen.matrix(seen, "given", heads=pen.heads_fit(seen))
    caption = (Span(pen.spell.word(name), "name"), Span(pen.spell(f" {matrix.size}"), "caption"))
    block = beside([pen.labels(seen), Block([space(2)], 2), captioned(numbers, caption)])
    return block if pen.width is None or block.width <= pen.width else None


