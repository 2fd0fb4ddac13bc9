"""Remarks as HTML: verdicts below a step, cells in symbols, the cover of a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tmat.rendering.formats.html.tables import word
from tmat.rendering.page import Shown, capitalized
from tmat.sheet.remarks import Cover, Mask, Said


def remarked(shown: Shown) -> Iterator[str]:
    """The remarks on a matrix."""
    for remark in shown.remarks:
        if remark.letters:
            yield symbols(remark.letters, remark.wrong)
        yield from listed(remark.said)


def listed(said: Sequence[Said]) -> Iterator[str]:
    """A list of remarks in the colours of their roles."""
    if said:
        yield f'<ul class="remarks">{"".join(map(_item, said))}</ul>'


def _item(said: Said) -> str:
    classes = [*([said.role] if said.role else []), *(["in"] if said.indent else [])]
    class_attribute = f' class="{" ".join(classes)}"' if classes else ""
    return f"<li{class_attribute}>{word(said.text)}</li>"


def symbols(cells: Sequence[Sequence[str]], wrong: Mask | None = None) -> str:
    """A matrix of expressions."""
    last = len(cells[0]) - 1
    lines = []
    for i, row in enumerate(cells):
        line = ""
        for j, text in enumerate(row):
            is_wrong = wrong is not None and wrong[i, j]
            classes = [*(["a"] if j == 0 else []), *(["z"] if j == last else []), *(["slip"] if is_wrong else [])]
            line += f'<td class="{" ".join(classes)}">{word(text)}</td>'
        lines.append(f"<tr>{line}</tr>")
    return f'<div class="scroll"><table class="matrix symbols"><tbody>{"".join(lines)}</tbody></table></div>'


def opening(cover: Cover) -> Iterator[str]:
    """The cover: title, summary, count and tables."""
    yield f'<h1 class="cover">{word(cover.title)}</h1><p class="sentence">{word(capitalized(cover.summary))}.</p>'
    yield from listed(cover.count)
    for cover_table in cover.tables:
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in cover_table.head)
        kinds = [' class="number"' if cover_table.has_numbers(n) else "" for n in range(len(cover_table.head))]
        cells = [
            [
                f'<td{kind} data-head="{escape(head)}">{word(text)}</td>'
                for kind, head, text in zip(kinds, cover_table.head, row, strict=True)
            ]
            for row in cover_table.rows
        ]
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        caption = f'<p class="caption">{word(cover_table.caption)}</p>' if cover_table.caption else ""
        yield (
            f'<h2>{word(capitalized(cover_table.title))}</h2>{caption}<div class="scroll"><table class="told"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
