"""Plain lines made of a marked-up text, each with the line of the source that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Plain:
    """A text without markup, and for each of its lines the line of the source; None where they are the same."""

    text: str
    lines: list[int] | None = None
    prose: bool = False  # a page: between its tables there may be words


@dataclass(slots=True)
class Lines:
    """Collects lines, each with the line of the source that it comes from."""

    made: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Append to the current line."""
        self.parts.append(text)

    def end(self, place: int) -> None:
        """End the current line."""
        self.made.append("".join(self.parts))
        self.places.append(place)
        self.parts.clear()

    def line(self, text: str, place: int) -> None:
        """A line of its own."""
        if self.parts:
            self.end(place)
        self.made.append(text)
        self.places.append(place)

    def table(
        self, rows: list[list[str]], places: list[int], labels: Sequence[str] = (), heads: Sequence[str] = (), *, head: bool = False
    ) -> None:  # fmt: skip
        """Rows between bars as ``between_bars`` has them, and an empty line."""
        for text, place in between_bars(rows, places, labels, heads, head=head):
            self.line(text, place)
        self.line("", places[-1] if places else 1)

    def plain(self, *, prose: bool = False) -> Plain:
        if self.parts:
            self.end(self.places[-1] if self.places else 1)
        return Plain("\n".join(self.made), self.places, prose)


def between_bars(
    rows: list[list[str]], places: list[int], labels: Sequence[str] = (), heads: Sequence[str] = (), *, head: bool = False
) -> Iterator[tuple[str, int]]:  # fmt: skip
    """Rows as lines of a Markdown table, each with its place; ``head`` says that the first row is the columns' labels.

    ``labels`` stand before the rows and ``heads`` above them, counts where there are only ``labels``: under an empty
    corner a label may be anything.
    """
    if labels:
        heads = ["", *(heads or map(str, range(1, len(rows[0]) + 1)))]
        rows = [[label, *row] for label, row in zip(labels, rows, strict=True)]
    if heads:
        rows, places = [list(heads), *rows], [places[0], *places]
    for n, (cells, place) in enumerate(zip(rows, places, strict=True)):
        yield bar(cells), place
        if n == 0 and (head or heads):
            yield "|" + "---|" * len(cells), place


def bar(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
