"""Plain lines made of a marked-up text, each with the line of the source that it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Plain:
    """A text without markup, and for each of its lines the line of the source; None where they are the same."""

    text: str
    lines: list[int] | None = None
    prose: bool = False  # a page: between its tables there may be words


@dataclass(slots=True)
class Lines:
    """Lines under way, each with the line of the source that it comes from."""

    made: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Go on with the line under way."""
        self.parts.append(text)

    def end(self, place: int) -> None:
        """The line under way is done."""
        self.made.append("".join(self.parts))
        self.places.append(place)
        self.parts.clear()

    def line(self, text: str, place: int) -> None:
        """A line of its own."""
        if self.parts:
            self.end(place)
        self.made.append(text)
        self.places.append(place)

    def table(self, rows: list[list[str]], places: list[int], *, head: bool = False) -> None:
        """Rows between bars, an empty line after them; ``head`` says that the first is the columns' labels."""
        for n, (cells, place) in enumerate(zip(rows, places, strict=True)):
            self.line("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", place)
            if head and n == 0:
                self.line("|" + "---|" * len(cells), place)
        self.line("", places[-1] if places else 1)

    def plain(self, *, prose: bool = False) -> Plain:
        if self.parts:
            self.end(self.places[-1] if self.places else 1)
        return Plain("\n".join(self.made), self.places, prose)
