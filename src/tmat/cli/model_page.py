"""tmat show --model: a model's parts, shapes, parameters and conventions as a page, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tmat.cli.options import Common
from tmat.errors import InputError
from tmat.rendering.styled import Line, Span
from tmat.width import pad
from tmat.width import width as wide

if TYPE_CHECKING:
    from tmat.models.folder import Model


def show_model(folder: str, common: Common) -> None:
    """Print what a model is made of."""
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
    put(list(page(model)), env, common)


def page(model: Model) -> Iterator[Line]:
    """The page, a line at a time."""
    from tmat.models.summary import parts, unused

    design = model.design
    yield (
        Span(f" {design.family}", "heading"),
        Span(
            f"   {design.kind} · {design.layers} layers · {model.parameters():,} parameters · {model.folder}", "caption"
        ),
    )
    yield ()
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for part in parts(model):
        name = part.name if part.count == 1 else f"{part.name}, {part.count} times"
        rows.append(((name, "", f"{part.parameters:,}", ""), ("caption", "", "number", "")))
        for row in part.rows:
            how = f", {row.how}" if row.how else ""
            said = ("  " + row.name, f"{row.shape[0]}×{row.shape[1]}", f"{row.parameters:,}", row.tensor + how)
            rows.append((said, ("name", "result", "number", "caption")))
    others = unused(model)
    if others:
        rows.append(
            (("not used here", "", f"{sum(count for _, count in others):,}", ""), ("caption", "", "number", ""))
        )
        rows += [(("", "", f"{count:,}", key), ("", "", "number", "caption")) for key, count in others]
    yield from _table(rows, ["l", "r", "r", "l"])
    yield ()
    facts = [
        ((f"  {fact.name}", _told(fact.value), fact.by), ("name", "result", "caption")) for fact in model.config.facts
    ]
    yield from _table([(("conventions", "", ""), ("caption", "", "")), *facts], ["l", "l", "l"])


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _table(rows: Sequence[tuple[Sequence[str], Sequence[str]]], sides: Sequence[str]) -> Iterator[Line]:
    """Cells with their roles in columns, aligned to the left or the right."""
    widths = [max(wide(cells[n]) for cells, _ in rows) for n in range(len(sides))]
    for cells, roles in rows:
        spans = [
            Span(pad(cell, width, "right" if side == "r" else "left"), role)
            for cell, width, side, role in zip(cells, widths, sides, roles, strict=True)
        ]
        line = [Span(" "), *(each for span in spans for each in (span, Span("   ")))]
        while line and not line[-1].text.strip():
            line.pop()
        yield (*line[:-1], Span(line[-1].text.rstrip(), line[-1].role)) if line else ()
