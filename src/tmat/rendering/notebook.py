"""How worksheets, stages, steps and matrices show themselves in a notebook: HTML, the formulas in MathML, which needs no network.

Colours are the notebook's own, whatever its theme. Nothing in it is mathematics for a notebook to look for between dollars.
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
    """Every stage, the last one unfolded."""
    [sheet] = on_pages([sheet])
    own = list(sections(sheet, Look(), ROOM))
    if not own:
        yield f'<p class="{NO_MATHS}">{_words(sheet.tokens) or "an empty worksheet"}</p>'
    for section in own:
        opened = " open" if section is own[-1] else ""
        head = f'<summary class="{NO_MATHS}">{_text(section.title)}</summary>'
        yield f"<details{opened}>{head}{''.join(_section(section))}</details>"


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
    waiting: list[Shown] = []
    for own in section.shown:
        waiting.append(own)
        if own.step is not None:
            yield from _step(section.stage, own.step, waiting)
            waiting = []
    for own in waiting:
        yield from _matrix(own)
    vocabulary = section.vocabulary
    if vocabulary is not None:
        words = [f"<b>{n}</b> {_text(own)}" for n, own in enumerate(vocabulary.words[:WORDS], vocabulary.first_id)]
        more = f" … {len(vocabulary.words) - WORDS:,} more" if len(vocabulary.words) > WORDS else ""
        yield f'<p class="{NO_MATHS}">{" &ensp;".join(words)}{more}</p>'
    for said in section.remarks.end:
        yield from _sentences(said)


def _step(stage: Stage, step: Step, figured: Sequence[Shown]) -> Iterable[str]:
    """A step as an equation of tables, after the given matrices that it does not hold; alone where it is none."""
    own = figured[-1]
    made = equation(stage, step, Look(), ROOM) if own.right is None and own.matrix.values.size else None
    if made is None:
        for one in figured:
            yield from _matrix(one)
        return
    held = {term.name for term in made.terms}
    for one in figured[:-1]:
        yield from _sentences(one.sentences) if one.name in held else _matrix(one)
    yield _head(own)
    headed = any(one.has_cols for one in (own, *(term.shown for term in made.terms)))
    parts = [
        part
        for term in made.terms
        for part in (
            term.before,
            _figure(term.shown, headed),
            f"<sup>{term.raised}</sup>" * bool(term.raised),
            term.after,
        )
    ]
    row = " ".join(f"<span>{part}</span>" for part in (*parts, made.equal, _figure(own, headed)) if part)
    yield f'<div class="row {NO_MATHS}">{row}</div>'
    yield from _below(own)


def _figure(own: Shown, headed: bool) -> str:
    return f"{_text(own.caption)}{_apart(table(own, 0, None, headed))}"


def _head(own: Shown) -> str:
    said = _apart(formula(own)) if own.step else f"<b>{_text(own.formula)}</b>"
    return f'<p class="{NO_MATHS}">{said} <span class="quiet {NO_MATHS}">{_text(own.told)}</span></p>'


def _matrix(own: Shown) -> Iterable[str]:
    yield _head(own)
    if own.matrix.values.size:
        both = [own, *([own.right] if own.right is not None else [])]
        for one in both:
            yield f'<div class="{NO_MATHS}">{_text(one.kind)}{_apart(table(one, 0, None))}</div>'
    yield from _below(own)


def _below(own: Shown) -> Iterable[str]:
    if own.summary:
        yield f'<p class="quiet {NO_MATHS}">{_text(own.summary)}</p>'
    yield from _sentences(own.sentences)


def _sentences(said: Iterable[Said]) -> Iterable[str]:
    return (f'<p class="quiet {NO_MATHS}">{_text(one.text)}</p>' for one in said)


def _words(words: Iterable[str]) -> str:
    return " ".join(_text(own) for own in words)


def _text(text: str) -> str:
    return _apart(word(text))


def _apart(html: str) -> str:
    """The HTML with every dollar in an element of its own, so that no two enclose mathematics."""
    return html.replace("$", "<span>$</span>").replace("\\", "<span>\\</span>")
