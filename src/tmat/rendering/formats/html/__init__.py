"""Worksheets as one page of HTML that needs no network: tables, formulas in MathML, the working of a cell on hover or tap.

The page lets nothing in from outside and runs no script but its own; what comes from a worksheet is text everywhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib.resources import files

from tmat.numbers import format_number
from tmat.rendering.format import Format, text_of
from tmat.rendering.formats.html.live import Live, lines_of
from tmat.rendering.formats.html.remarks import listed, opening, remarked, symbols
from tmat.rendering.formats.html.shades import ramps, rules
from tmat.rendering.formats.html.tables import formula, ramp, table, word
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, heated, sections
from tmat.rendering.worked import Worked, asked
from tmat.sheet.worksheet import Worksheet, on_pages
from tmat.visible import visible
from tmat.workings import Working

ROOM = Room(64, 32)
WORDS = 500  # of a sentence or a vocabulary


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """The page.

    >>> document([Worksheet(tokens=("<b>",))]).startswith("<!DOCTYPE html>")
    True
    """
    look = look or Look()
    sheets = on_pages(sheets)
    body = Body(look)
    main = "\n".join(body.sheets(sheets))
    stages = [stage.id for sheet in sheets for stage in sheet.stages]
    style = "\n".join((_file("page.css"), ramps(), rules(body.used, ":root:has(#heat:checked)")))
    script = _file("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    cover = sheets[0].cover if sheets else None
    title = visible(f"{cover.name}: {cover.title}" if cover else ", ".join(stages), 120) or "worksheet"
    links = "".join(f'<a href="#s{n}">{word(stage)}</a>' for n, stage in enumerate(stages, start=1))
    checked = " checked" if look.heat else ""
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
<div class="bar"><nav aria-label="Stages">{links}</nav><label><input type="checkbox" id="heat"{checked}>heat</label></div>
<main>
{main}
</main>
<aside id="panel" aria-label="Working" aria-live="polite" hidden><div><button class="close" aria-label="Close">×</button><dl class="working"></dl></div></aside>
<script type="application/json" id="workings">{_data(body.live)}</script>
<script>{script}</script>
</body>
</html>
"""


@dataclass(slots=True)
class Body:
    """What a page shows, written from top to bottom; remembers where each matrix stands."""

    look: Look
    live: Live = field(default_factory=Live)
    used: set[str] = field(default_factory=set)
    _stages: int = 0
    _tables: int = 0

    def sheets(self, sheets: Sequence[Worksheet]) -> Iterator[str]:
        cover = sheets[0].cover if sheets else None
        if cover is not None:
            yield from opening(cover)
        for number, sheet in enumerate(sheets, start=1):
            if len(sheets) > 1 and cover is None:
                yield f"<h1>Worksheet {number}</h1>"
            if not sheet.stages and sheet.tokens:
                yield _sentence(sheet.tokens)
            places = asked(sheet, self.look)
            outputs: dict[str, int] = {}
            for section in sections(sheet, self.look, ROOM):
                worked = Worked(section.stage, self.look, places)
                yield from self.section(section, worked, outputs)
        if cover is not None and cover.script:
            yield f"<details><summary>by pipes</summary><pre>{escape(cover.script)}</pre></details>"
        yield from self._foot()

    def section(self, section: Section, worked: Worked, outputs: dict[str, int]) -> Iterator[str]:
        """A stage; ``outputs``: the tables in which what earlier stages passed on stands."""
        stage = section.stage
        self._stages += 1
        yield f'<section><h2 id="s{self._stages}">{word(section.title)}</h2>'
        if section.sentence:
            yield _sentence(section.sentence)
        if section.notes:
            yield f'<ul class="notes">{"".join(f"<li>{word(note)}</li>" for note in section.notes)}</ul>'
        yield from listed(section.remarks.introduction)
        known = {name: outputs[matrix.origin] for name, matrix in stage.given.items() if matrix.origin in outputs}
        waiting: list[Shown] = []
        for shown in section.shown:
            if shown.step is None:
                waiting.append(shown)
                continue
            yield from self._step(section, shown, waiting, known, worked)
            waiting = []
        if waiting:
            yield f'<div class="step row">{"".join(self._figure(shown, known) for shown in waiting)}</div>'
            yield from (part for shown in waiting for part in remarked(shown))
        yield from _words(section, self.look)
        for said in section.remarks.end:
            yield from listed(said)
        if stage.output in known:
            outputs[stage.id] = known[stage.output]
        yield "</section>"

    def _step(
        self, section: Section, shown: Shown, given: Sequence[Shown], known: dict[str, int], worked: Worked
    ) -> Iterator[str]:
        told = ", ".join(part for part in (shown.shapes, shown.rounding) if part)
        yield '<article class="step">'
        yield (
            f'<header><h3><span class="number">{shown.number}</span>{formula(shown)}</h3>'
            f'<p class="said">{escape(told)}</p></header>'
        )
        if shown.letters:
            yield symbols(shown.letters)
        figures = [self._figure(own, known) for own in (*given, shown)]
        if shown.right is None and not shown.kind:
            self.live.add(section.stage, shown, known[shown.name], known, self.look)
        if shown.right is not None:
            figures.append(self._figure(shown.right, {}))
        yield f'<div class="row">{"".join(figures)}</div>'
        yield from (part for own in (*given, shown) for part in remarked(own))
        for working in worked.of(shown.name):
            yield _details(working, opened=self.look.work is not None)
        yield "</article>"

    def _figure(self, shown: Shown, known: dict[str, int]) -> str:
        self._tables += 1
        known[shown.name] = self._tables
        hot = shown.step is not None and (heated(self.look, shown.name) or self.look.heat is False)
        drawn = table(shown, self._tables, self.used if hot else None) if shown.matrix.values.size else "no cells"
        size = "" if shown.step else f" {shown.matrix.size}"
        summary = f'<p class="summary">{escape(shown.summary)}</p>' if shown.summary else ""
        return (
            f"<figure><figcaption><b>{word(shown.caption)}</b>{size}</figcaption>"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(visible(shown.caption))}">{drawn}</div>'
            f"{ramp(shown) if hot else ''}{summary}</figure>"
        )

    def _foot(self) -> Iterator[str]:
        if self.live.tables:
            more = f" ({self.live.skipped} large steps carry none.)" if self.live.skipped else ""
            yield (
                '<footer><p class="hint" hidden>Point at a number, tap it, or reach it with Tab and the arrow keys, '
                f"to see how it came about.{more}</p></footer>"
            )


def _sentence(words: Sequence[str]) -> str:
    shown = " ".join(word(own) for own in words[:WORDS])
    more = f" … ({len(words):,} words)" if len(words) > WORDS else ""
    return f'<p class="sentence">{shown}{more}</p>'


def _words(section: Section, look: Look) -> Iterator[str]:
    vocabulary = section.vocabulary
    if vocabulary is not None:
        seen = vocabulary.words if look.full else vocabulary.words[:WORDS]
        items = "".join(f"<li><b>{n}</b>{word(own)}</li>" for n, own in enumerate(seen, start=vocabulary.first_id))
        more = f"<li>… {len(vocabulary.words) - len(seen):,} more</li>" if len(seen) < len(vocabulary.words) else ""
        yield f'<ul class="words">{items}{more}</ul>'
    for after, words in section.likeliest:
        rows = "".join(
            f'<tr><th scope="row">{word(own)}</th><td>{format_number(chance, 4)}</td><td><progress value="{chance:.4f}" aria-hidden="true"></progress></td></tr>'
            for own, chance in words
        )
        yield f'<table class="chances"><caption>after {word(after)}</caption><tbody>{rows}</tbody></table>'


def _details(working: Working, *, opened: bool) -> str:
    head, *lines = lines_of(working)
    parts = "".join(f'<dd class="sign">{escape(line[0])}</dd><dd>{escape(line[1:])}</dd>' for line in lines)
    return (
        f"<details{' open' if opened else ''}><summary>the working of {escape(head)}</summary>"
        f'<dl class="working"><dt>{escape(head)}</dt>{parts}</dl></details>'
    )


def _data(live: Live) -> str:
    """The workings as JSON in which nothing can end the element it stands in."""
    import json

    text = json.dumps(live.tables, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _file(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


FORMAT = Format((".html", ".htm"), text_of(document), working=True, pages=True)
