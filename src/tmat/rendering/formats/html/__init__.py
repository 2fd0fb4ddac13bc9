"""Worksheets as one page of HTML that needs no network: tables, formulas in MathML, the working of a cell on hover or tap.

The page loads nothing and runs only its own script; text of a worksheet is escaped everywhere.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from tmat.numbers import format_number
from tmat.rendering.formats import Format, text_of
from tmat.rendering.formats.html.equation import Equation, equation
from tmat.rendering.formats.html.live import Live, Where, lines_of
from tmat.rendering.formats.html.remarks import listed, opening, remarked, symbols
from tmat.rendering.formats.html.tables import (
    ems,
    formula,
    ramp,
    ramp_rules,
    shade_rules,
    table,
    wide,
    width_rules,
    word,
)
from tmat.rendering.layout.drawer import is_shaded
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown
from tmat.rendering.writer import Worked, Writer
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Stage, Worksheet, on_pages
from tmat.visible import visible, width
from tmat.workings import Working


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """The page.

    >>> document([Worksheet(tokens=("<b>",))]).startswith("<!DOCTYPE html>")
    True
    """
    sheets = on_pages(sheets)
    writer = _Html(look)
    main = "\n".join([*writer.pieces(sheets), *writer.foot()])
    stages = [stage.id for sheet in sheets for stage in sheet.stages]
    style = "\n".join(
        (
            _file("page.css"),
            ramp_rules(),
            shade_rules(writer.used, ":root:has(#heat:checked)"),
            width_rules(writer.wide),
        )
    )
    script = _file("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    cover = sheets[0].cover if sheets else None
    title = visible(f"{cover.name}: {cover.title}" if cover else ", ".join(stages), 120) or "worksheet"
    links = "".join(f'<a href="#s{n}">{word(stage)}</a>' for n, stage in enumerate(stages, start=1))
    heat_checked = " checked" if writer.look.heat else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<div class="bar"><nav aria-label="Stages">{links}</nav><label><input type="checkbox" id="heat"{heat_checked}>heat</label></div>
<main>
{main}
</main>
<aside id="panel" aria-label="Working" aria-live="polite" hidden><div><button class="close" aria-label="Close">×</button><dl class="working"></dl></div></aside>
<script type="application/json" id="workings">{_data(writer.live)}</script>
<script>{script}</script>
</body>
</html>
"""


class _Html(Writer):
    """Writes the page, and notes in which table each matrix is."""

    room = Room(64, 32)
    most = 500

    def __init__(self, look: Look | None) -> None:
        super().__init__(look)
        self.live = Live()
        self.used: set[str] = set()  # classes of shades
        self._outputs: dict[str, list[Where]] = {}  # the tables of the outputs of earlier stages
        self._known: dict[str, list[Where]] = {}  # the tables of the matrices of this stage
        self.wide: set[int] = set()  # widths of tables and equations, in ems
        self._stages = self._tables = 0

    def worksheet(self, number: int) -> Iterator[str]:
        self._outputs = {}
        if number:
            yield f"<h1>Worksheet {number}</h1>"

    def cover(self, cover: Cover) -> Iterator[str]:
        return opening(cover)

    def script(self, script: str) -> Iterator[str]:
        yield f"<details><summary>by pipes</summary><pre>{escape(script)}</pre></details>"

    def section(self, section: Section, worked: Worked) -> Iterator[str]:
        yield from super().section(section, worked)
        yield "</section>"

    def title(self, section: Section) -> str:
        self._stages += 1
        return f'<section><h2 id="s{self._stages}">{word(section.title)}</h2>'

    def sentence(self, words: Sequence[str], left: int) -> str:
        more = f" … ({len(words) + left:,} words)" if left else ""
        return f'<p class="sentence">{" ".join(map(word, words))}{more}</p>'

    def notes(self, notes: Sequence[str]) -> str:
        return f'<ul class="notes">{"".join(f"<li>{word(note)}</li>" for note in notes)}</ul>'

    def remarks(self, said: Sequence[Said]) -> Iterator[str]:
        return listed(said)

    def matrices(self, section: Section, worked: Worked) -> Iterator[str]:
        """The steps, each with the given matrices that it uses first."""
        stage, outputs = section.stage, self._outputs
        self._known = {name: outputs[matrix.origin] for name, matrix in stage.given.items() if matrix.origin in outputs}
        for figured in section.groups():
            if figured[-1].step is not None:
                yield from self._step(stage, figured, worked)
                continue
            yield f'<div class="step row">{self._figures(figured)}</div>'
            yield from (part for shown in figured for part in remarked(shown))
        if stage.output in self._known:
            outputs[stage.id] = self._known[stage.output]

    def _step(self, stage: Stage, figured: Sequence[Shown], worked: Worked) -> Iterator[str]:
        shown = figured[-1]
        yield '<article class="step">'
        across = math.ceil(0.6 * width(visible(shown.formula))) + 3
        self.wide.add(across)
        yield (
            f'<header><h3 class="{wide(across)}"><span class="number">{shown.number}</span>{formula(shown)}</h3>'
            f'<p class="said">{escape(shown.details)}</p></header>'
        )
        if shown.letters:
            yield self.symbols(shown.letters)
        assert shown.step is not None
        equated = None if self.look.only else equation(stage, shown.step, self.look, self.room)
        known = self._known
        if equated is None:
            yield f'<div class="row">{self._figures(figured)}</div>'
        else:
            others = [
                figure for figure in figured[:-1] if figure.name not in {term.shown.name for term in equated.terms}
            ]
            if others:
                yield f'<div class="row">{self._figures(others)}</div>'
            row, operand_tables = self._equation(equated, shown, {figure.name for figure in figured[:-1]})
            yield row
            known = known | operand_tables
        if not shown.kind:
            self.live.add(stage, shown, known, self.look)
        yield from (part for figure in figured for part in remarked(figure))
        yield from map(self.working, worked.of(shown.name))
        yield "</article>"

    def _figures(self, figured: Sequence[Shown]) -> str:
        return "".join(part for shown in figured for part in self.matrix(shown))

    def _equation(self, equated: Equation, shown: Shown, first: set[str]) -> tuple[str, dict[str, list[Where]]]:
        """The operands and the result in a row, and the tables of the operands; ``first``: operands not shown before."""
        headed = any(matrix.has_cols for matrix in (shown, *(term.shown for term in equated.terms)))
        signs = sum(len(term.before + term.raised + term.after) + 2 for term in equated.terms) + len(equated.equal)
        across = signs + sum(map(ems, (shown, *(term.shown for term in equated.terms))))
        self.wide.add(across)
        tables: dict[str, list[Where]] = {}
        parts = []
        for term in equated.terms:
            figure = "".join(self.figure(term.shown, headed=headed, repeated=term.shown.name not in first))
            tables.setdefault(term.name, []).append(Where(self._tables, term.transposed))
            if not term.transposed:
                self._known.setdefault(term.name, [Where(self._tables)])
            signs_after = _sign(term.raised, " raised") + _sign(term.after)
            parts.append(f'<div class="term">{_sign(term.before)}{figure}{signs_after}</div>')
        result = "".join(self.matrix(shown, headed=headed))
        parts.append(f'<div class="term">{_sign(equated.equal)}{result}</div>')
        return f'<div class="row equation {wide(across)}{" headed" if headed else ""}">{"".join(parts)}</div>', tables

    def matrix(self, shown: Shown, headed: bool | None = None) -> Iterator[str]:
        yield from self.figure(shown, headed)
        if shown.kind != "right":
            self._known[shown.name] = [Where(self._tables)]
        if shown.right is not None:
            yield from self.matrix(shown.right, headed)

    def figure(self, shown: Shown, headed: bool | None = None, repeated: bool = False) -> Iterator[str]:
        """A table with its caption; ``headed``: in an equation, whether its tables have a line for labels;
        ``repeated``: shown above already, so that a screen reader's Tab key passes over it."""
        self._tables += 1
        self.wide.add(ems(shown))
        shaded = shown.step is not None and (is_shaded(self.look, shown.name) or self.look.heat is False)
        content = (
            table(shown, self._tables, self.used if shaded else None, bool(headed))
            if shown.matrix.values.size
            else "no cells"
        )
        size = "" if shown.step or headed is not None else f" {shown.matrix.size}"
        summary = f'<p class="summary">{escape(shown.summary)}</p>' if shown.summary else ""
        figure_class = ' class="again"' if repeated else ' class="beside"' if shown.kind == "right" else ""
        focus = "" if repeated else ' tabindex="0"'
        yield (
            f"<figure{figure_class}><figcaption><b>{word(shown.caption)}</b>{size}</figcaption>"
            f'<div class="scroll"{focus} role="region" aria-label="{escape(visible(shown.caption))}">{content}</div>'
            f"{ramp(shown) if shaded else ''}{summary}</figure>"
        )

    def symbols(self, letters: Sequence[Sequence[str]]) -> str:
        return symbols(letters)

    def working(self, working: Working) -> str:
        head, *lines = lines_of(working)
        parts = "".join(f'<dd class="sign">{escape(line[0])}</dd><dd>{escape(line[1:])}</dd>' for line in lines)
        return (
            f"<details{' open' if self.look.work is not None else ''}><summary>the working of {escape(head)}</summary>"
            f'<dl class="working"><dt>{escape(head)}</dt>{parts}</dl></details>'
        )

    def vocabulary(self, words: Sequence[tuple[int, str]], left: int) -> Iterator[str]:
        items = "".join(f"<li><b>{n}</b>{word(text)}</li>" for n, text in words)
        more = f"<li>… {left:,} more</li>" if left else ""
        yield f'<ul class="words">{items}{more}</ul>'

    def likeliest(self, after: str, words: Sequence[tuple[str, float]]) -> Iterator[str]:
        rows = "".join(
            f'<tr><th scope="row">{word(text)}</th><td>{format_number(chance, 4)}</td><td><progress value="{chance:.4f}" aria-hidden="true"></progress></td></tr>'
            for text, chance in words
        )
        yield f'<table class="chances"><caption>after {word(after)}</caption><tbody>{rows}</tbody></table>'

    def foot(self) -> Iterator[str]:
        if self.live.tables:
            more = f" ({self.live.skipped} large steps carry none.)" if self.live.skipped else ""
            yield (
                '<footer><p class="hint" hidden>Point at a number, tap it, or reach it with Tab and the arrow keys, '
                f"to see how it came about.{more}</p></footer>"
            )


def _sign(text: str, place: str = "") -> str:
    return f'<span class="sign{place}">{escape(text)}</span>' if text else ""


def _data(live: Live) -> str:
    """The workings as JSON without characters that could end the script element."""
    import json

    text = json.dumps(live.tables, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _file(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


FORMAT = Format((".html", ".htm"), text_of(document), working=True, pages=True)
