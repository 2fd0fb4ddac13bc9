"""Remarks as HTML: verdicts under a step, cells in symbols, what is said of the whole document before its stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tmat.rendering.formats.html.tables import word
from tmat.rendering.page import Shown, begun
from tmat.sheet.remarks import Cover, Mask, Said


def remarked(shown: Shown) -> Iterator[str]:
    """What is said of a matrix."""
    for remark in shown.remarks:
        if remark.letters:
            yield symbols(remark.letters, remark.wrong)
        yield from listed(remark.said)


def listed(said: Sequence[Said]) -> Iterator[str]:
    """Sentences in the colours of their roles, those below another set in."""
    if said:
        yield f'<ul class="remarks">{"".join(map(_item, said))}</ul>'


def _item(said: Said) -> str:
    classes = [*([said.role] if said.role else []), *(["in"] if said.indent else [])]
    told = f' class="{" ".join(classes)}"' if classes else ""
    return f"<li{told}>{word(said.text)}</li>"


def symbols(cells: Sequence[Sequence[str]], wrong: Mask | None = None) -> str:
    """A matrix of expressions."""
    last = len(cells[0]) - 1
    lines = []
    for i, row in enumerate(cells):
        drawn = ""
        for j, text in enumerate(row):
            bad = wrong is not None and wrong[i, j]
            classes = [*(["a"] if j == 0 else []), *(["z"] if j == last else []), *(["slip"] if bad else [])]
            drawn += f'<td class="{" ".join(classes)}">{word(text)}</td>'
        lines.append(f"<tr>{drawn}</tr>")
    return f'<div class="scroll"><table class="matrix symbols"><tbody>{"".join(lines)}</tbody></table></div>'


def opening(cover: Cover) -> Iterator[str]:
    """The title, what the document is about, the count, and what is told of all of it in tables."""
    yield f'<h1 class="cover">{word(cover.title)}</h1><p class="sentence">{word(begun(cover.summary))}.</p>'
    yield from listed(cover.count)
    for own in cover.tables:
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in own.head)
        kinds = [' class="number"' if own.has_numbers(n) else "" for n in range(len(own.head))]
        cells = [
            [
                f'<td{kind} data-head="{escape(head)}">{word(text)}</td>'
                for kind, head, text in zip(kinds, own.head, row, strict=True)
            ]
            for row in own.rows
        ]
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        caption = f'<p class="caption">{word(own.caption)}</p>' if own.caption else ""
        yield (
            f'<h2>{word(begun(own.title))}</h2>{caption}<div class="scroll"><table class="told"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
