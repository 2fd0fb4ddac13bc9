"""A matrix or table of LaTeX as plain text: brackets around numbers, or rows between bars where words stand among them."""

from __future__ import annotations

from dataclasses import dataclass

from tmat.reading.number_text import is_decimal_comma
from tmat.reading.text_rows import is_cell

PLACE = "\x1f"  # before the line of the source that a row comes from
TABLES = ("array", "tabular", "tabular*", "tabularx", "longtable", "tblr", "NiceArray")
"""Environments that say how their columns stand, and may have labels."""


@dataclass(slots=True)
class LatexMatrix:
    """Cells in rows, at least one, the line of each row, the environment, the columns' labels, and whether a rule stands under the first row."""

    rows: list[list[str]]
    places: list[int]
    name: str
    heads: list[str]
    ruled: bool

    def _words(self) -> list[bool]:
        """Which rows have a cell that is no number."""
        return [any(cell and not is_cell(cell) for cell in cells) for cells in self.rows]

    def _has_commas(self) -> bool:
        """Whether all that is no number is one with a decimal comma; of one column they may be labels."""
        others = [cell for cells in self.rows for cell in cells if cell and not is_cell(cell)]
        return len(self.rows[0]) > 1 and not (self.heads or self.ruled) and bool(others) and all(map(is_decimal_comma, others))  # fmt: skip

    def is_labels(self, *, beside: bool) -> bool:
        """Whether it is one column of words, which label the matrix that follows; ``beside`` says that there are such already."""
        words = [False] if self._has_commas() and not beside else self._words()
        return all(len(cells) == 1 for cells in self.rows) and (all(words) or (self.name == "array" and any(words)))

    def plain(self, labels: list[str]) -> str:
        """The text, each row with the line that it comes from; ``labels`` stood beside it."""
        labels = labels if len(labels) == len(self.rows) else []
        commas = self._has_commas() and not labels
        words = [False] * len(self.rows) if commas else self._words()
        in_table = any(words) and (self.name in TABLES or all(not is_cell(cells[0]) for cells in self.rows))
        if labels or self.heads or commas or in_table:
            return self._between_bars(labels, head=words[0])
        texts = ["[" + ", ".join(cell or "_" for cell in cells) + "]" for cells in self.rows]
        before = "".join(f"{text},{PLACE}{place}\n" for text, place in zip(texts, self.places[:-1], strict=False))
        return f"[{before}{texts[-1]}]"

    def _between_bars(self, labels: list[str], *, head: bool) -> str:
        rows, places, heads = self.rows, self.places, self.heads
        if labels:
            rows = [[label, *cells] for label, cells in zip(labels, rows, strict=True)]
            heads = heads or [str(n) for n in range(1, len(rows[0]))]  # under an empty corner a label may be anything
        if heads:
            rows, places = [["", *heads] if labels else heads, *rows], [places[0], *places]
        bars = ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in rows]
        if heads or self.ruled or head:
            bars.insert(1, "|" + "---|" * len(rows[0]))
            places = [places[0], *places]
        return "\n" + "".join(f"{bar}{PLACE}{place}\n" for bar, place in zip(bars, places, strict=True)) + "\n"
