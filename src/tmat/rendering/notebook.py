"""Worksheets, stages, steps and matrices in a notebook: HTML with formulas in MathML, which needs no network.

The colours are those of the notebook's theme. Dollars are marked up so that the notebook finds no mathematics between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tmat.operations.printing.latex import LATEX_LINE
from tmat.rendering.formats.html.equation import equation
from tmat.rendering.formats.html.tables import formula, table, word
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, formula_in, sections, shown
from tmat.sheet.remarks import Said
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet, on_pages

ROOM = Room(24, 16)
WORDS = 200
NO_MATHS = "tex2jax_ignore mathjax_ignore"
STYLE = """
.tmat table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; margin: .2em 0 .8em; }
.tmat table th, .tmat table td { background: none; border: 0; padding: .1em .5em; text-align: right; white-space: pre; }
.tmat table th { font-weight: normal; opacity: .7; }
.tmat table tbody th { text-align: left; }
.tmat table td.a { border-left: 1.5px solid currentColor; }
.tmat table td.z { border-right: 1.5px solid currentColor; }
.tmat table td.dim, .tmat .quiet { opacity: .7; }
.tmat table td.blank { min-width: 4em; border-bottom: 1px solid currentColor; }
.tmat p { margin: .2em 0; }
.tmat .row { display: flex; flex-wrap: wrap; align-items: center; gap: .1em .5em; }
.tmat .row > span:not(:has(table)) { padding-top: 1.4em; }
.tmat .over { border-top: 1px solid; padding-top: .12em; }
.tmat summary, .tmat table td.slip, .tmat table td.right { font-weight: bold; }
"""


def html(of: object) -> str:
    """A worksheet, a stage, a step or a matrix as HTML."""
    parts: Iterable[str]
    match of:
        case Worksheet():
            parts = _sheet(of)
        case Stage():
            [section] = sections(Worksheet([of]), Look(), ROOM)
            parts = [f'<p class="{NO_MATHS}"><b>{_text(of.id)}</b></p>', *_section(section)]
        case Step():
            parts = _matrix(shown(Stage("", "", steps=[of]), of.result, of, 0, Look(), ROOM))
        case Matrix():
            parts = _matrix(shown(Stage("", ""), of, None, 0, Look(), ROOM))
        case _:
            raise TypeError(f"no page shows {type(of).__name__}")
    return f'<div class="tmat"><style>{STYLE}</style>{"".join(parts)}</div>'


def _sheet(sheet: Worksheet) -> Iterable[str]:
    """Every stage, folded, the last one open."""
    [sheet] = on_pages([sheet])
    stages = list(sections(sheet, Look(), ROOM))
    if not stages:
        yield f'<p class="{NO_MATHS}">{_words(sheet.tokens) or "an empty worksheet"}</p>'
    for section in stages:
        open_attribute = " open" if section is stages[-1] else ""
        head = f'<summary class="{NO_MATHS}">{_text(section.title)}</summary>'
        yield f"<details{open_attribute}>{head}{''.join(_section(section))}</details>"


def step_latex(step: Step) -> str | None:
    r"""The step's formula between dollars.

    >>> import numpy as np
    >>> step_latex(Step(Matrix.of("scores", np.zeros((2, 2))), "matmul_transposed", ("Q", "K")))
    '$\\displaystyle \\mathrm{scores} = Q K^{\\top}$'
    """
    latex = formula_in(step, LATEX_LINE)
    return None if latex is None else rf"$\displaystyle {latex}$"


def _section(section: Section) -> Iterable[str]:
    if section.sentence:
        yield f'<p class="{NO_MATHS}">{_words(section.sentence)}</p>'
    if section.notes:
        yield f'<p class="quiet {NO_MATHS}">{" · ".join(_text(note) for note in section.notes)}</p>'
    for figures in section.groups():
        step = figures[-1].step
        yield from (
            (part for figure in figures for part in _matrix(figure))
            if step is None
            else _step(section.stage, step, figures)
        )
    vocabulary = section.vocabulary
    if vocabulary is not None:
        words = [f"<b>{n}</b> {_text(entry)}" for n, entry in enumerate(vocabulary.words[:WORDS], vocabulary.first_id)]
        more = f" … {len(vocabulary.words) - WORDS:,} more" if len(vocabulary.words) > WORDS else ""
        yield f'<p class="{NO_MATHS}">{" &ensp;".join(words)}{more}</p>'
    for paragraph in section.remarks.end:
        yield from _sentences(paragraph)


def _step(stage: Stage, step: Step, figures: Sequence[Shown]) -> Iterable[str]:
    """A step as an equation of tables, after the other given matrices; as single tables if it has no equation."""
    result = figures[-1]
    equated = equation(stage, step, Look(), ROOM) if result.right is None and result.matrix.values.size else None
    if equated is None:
        for figure in figures:
            yield from _matrix(figure)
        return
    names = {term.name for term in equated.terms}
    for figure in figures[:-1]:
        yield from _sentences(figure.sentences) if figure.name in names else _matrix(figure)
    yield _head(result)
    headed = any(figure.has_cols for figure in (result, *(term.shown for term in equated.terms)))
    parts = [
        part
        for term in equated.terms
        for part in (
            term.before,
            _figure(term.shown, headed),
            f"<sup>{term.raised}</sup>" * bool(term.raised),
            term.after,
        )
    ]
    row = " ".join(f"<span>{part}</span>" for part in (*parts, equated.equal, _figure(result, headed)) if part)
    yield f'<div class="row {NO_MATHS}">{row}</div>'
    yield from _below(result)


def _figure(drawn: Shown, headed: bool) -> str:
    return f"{_text(drawn.caption)}{_apart(table(drawn, 0, None, headed))}"


def _head(drawn: Shown) -> str:
    head = _apart(formula(drawn)) if drawn.step else f"<b>{_text(drawn.formula)}</b>"
    return f'<p class="{NO_MATHS}">{head} <span class="quiet {NO_MATHS}">{_text(drawn.details)}</span></p>'


def _matrix(drawn: Shown) -> Iterable[str]:
    yield _head(drawn)
    if drawn.matrix.values.size:
        figures = [drawn, *([drawn.right] if drawn.right is not None else [])]
        for figure in figures:
            yield f'<div class="{NO_MATHS}">{_text(figure.kind)}{_apart(table(figure, 0, None))}</div>'
    yield from _below(drawn)


def _below(drawn: Shown) -> Iterable[str]:
    if drawn.summary:
        yield f'<p class="quiet {NO_MATHS}">{_text(drawn.summary)}</p>'
    yield from _sentences(drawn.sentences)


def _sentences(sentences: Iterable[Said]) -> Iterable[str]:
    return (f'<p class="quiet {NO_MATHS}">{_text(sentence.text)}</p>' for sentence in sentences)


def _words(words: Iterable[str]) -> str:
    return " ".join(map(_text, words))


def _text(text: str) -> str:
    return _apart(word(text))


def _apart(html: str) -> str:
    """The HTML with every dollar and backslash in its own element, so that none begins mathematics."""
    return html.replace("$", "<span>$</span>").replace("\\", "<span>\\</span>")
