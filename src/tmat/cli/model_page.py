"""tmat show --model: the parts, shapes, parameters and conventions of a model, as a page or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from tmat.cli.options import Common
from tmat.errors import InputError
from tmat.rendering.styled import Line, Span, space, trimmed
from tmat.visible import pad
from tmat.visible import width as wide

if TYPE_CHECKING:
    from tmat.models.folder import Model

Row = tuple[Sequence[str], Sequence[str]]
"""The cells of a row, and the role of each."""

BELOW = 8
"""The indent of a last cell that is written below its row."""


def show_model(folder: str, common: Common) -> None:
    """Print the parts of a model."""
    from tmat.cli.terminal import put
    from tmat.models import read_model

    env = common.environment
    kind = common.format or ("table" if env.stdout_tty else "json")
    if kind not in ("table", "json") or common.output is not None:
        what = f"--format {kind}" if common.output is None else f"-o {common.output}"
        raise InputError(
            f"{what} does not go with --model", "a model is shown as a table or as json", mend="try -f table"
        )
    model = read_model(folder)
    if kind == "json":
        import orjson

        from tmat.models.summary import as_data

        env.write(orjson.dumps(as_data(model), option=orjson.OPT_INDENT_2) + b"\n")
        return
    put(list(page(model, common.width or env.columns)), env, common)


def page(model: Model, width: int | None) -> Iterator[Line]:
    """The lines of the page, no wider than ``width``."""
    from tmat.models.summary import parts, unused
    from tmat.rendering.styled import folded, phrases

    design = model.design
    count = f"{model.parameters():,} parameters"
    heading = phrases([design.kind, f"{design.layers} layers", count, model.folder], "caption")
    yield from folded([(Span(f" {design.family}  ", "heading"),), *heading], width, indent=4)
    yield ()
    rows: list[Row] = []
    for part in parts(model):
        name = part.name if part.count == 1 else f"{part.name}, {part.count} times"
        rows.append(((name, "", f"{part.parameters:,}", part.at), ("caption", "", "number", "caption")))
        for row in part.rows:
            note = f", {row.how}" if row.how else ""
            cells = ("  " + row.name, f"{row.shape[0]}×{row.shape[1]}", f"{row.parameters:,}", row.tensor + note)
            rows.append((cells, ("name", "result", "number", "caption")))
    others = unused(model)
    if others:
        rows.append(
            (("not used here", "", f"{sum(count for _, count in others):,}", ""), ("caption", "", "number", ""))
        )
        rows += [(("", "", f"{count:,}", key), ("", "", "number", "caption")) for key, count in others]
    yield from _table(rows, ("left", "right", "right"), width)
    yield ()
    facts = [
        ((f"  {fact.name}", _told(fact.value), fact.by), ("name", "result", "caption")) for fact in model.config.facts
    ]
    yield from _table([(("conventions", "", ""), ("caption", "", "")), *facts], ("left", "left"), width)


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _table(rows: Sequence[Row], sides: Sequence[Literal["left", "right"]], width: int | None) -> Iterator[Line]:
    """Rows in aligned columns; if a word of the last column does not fit, that column is written below its rows."""
    from tmat.rendering.styled import folded, words

    widths = [max(wide(cells[n]) for cells, _ in rows) for n in range(len(sides))]
    indent = 1 + sum(widths) + 3 * len(widths)
    longest = max(wide(word) for cells, _ in rows for word in cells[-1].split(" "))
    below = width is not None and width - indent < longest
    indent = BELOW if below else indent
    for cells, roles in rows:
        spans = [Span(" ")]
        for cell, room, side, role in zip(cells, widths, sides, roles, strict=False):
            spans += [Span(pad(cell, room, side), role), Span("   ")]
        lines = folded(words(cells[-1], roles[-1]), None if width is None else width - indent)
        if not below and lines:
            spans += lines.pop(0)
        yield trimmed(tuple(spans))
        yield from ((*space(indent), *line) for line in lines)
