"""Typst as plain text: its matrices and tables as rows, tmat's own among them."""

from __future__ import annotations

import re

from tmat.reading.plain_lines import Lines, Plain

_CELL = re.compile(r"\[\s*\$?\s*([^\[\]$]*?)\s*\$?\s*\]")
_EQUATION = re.compile(r"#(?:fit\()?equation\(\s*\$\s*(.*?)\s*=?\s*\$\s*,\s*(?:true|false)\s*,\s*(labelled|plain|mat)?")
_ROW = re.compile(r"\s*\((.*?),?\s*\)\s*,?\s*")
_TABLE = re.compile(r"#?table\(")
_HEADING = re.compile(r'\s*(?:=+\s+(.*)|#heading\([^"]*"((?:[^"\\]|\\.)*)".*)')
_COLUMNS = re.compile(r"columns:\s*(?:([0-9]+)|\(([^)]*)\))")


def without_typst(text: str) -> Plain:
    """The text with tmat's matrices and Typst's tables as rows between bars; mat(…) is read as it stands."""
    out = Lines()
    lines = text.split("\n")
    n = 0
    while n < len(lines):
        line = lines[n]
        equation = _EQUATION.search(line)
        if equation:
            n = _labelled(equation[1], lines, n, out)
        elif _TABLE.search(line):
            n = _table(lines, n, out)
        elif line.lstrip().startswith(("#set", "#let", "#import", "#show", "#fit($", "//")):  # a working, or none of it
            n = _past(lines, n)
        else:
            heading = _HEADING.match(line)
            said = re.sub(r"\$|^\s*#\w+\(.*", " ", line)
            out.line(f"## {heading[1] or heading[2]}" if heading else said.replace('"', ""), n + 1)
            n += 1
    return out.plain(prose=True)


def _past(lines: list[str], n: int) -> int:
    """The line after a definition, which may span several."""
    depth = 0
    for at in range(n, len(lines)):
        depth += sum(lines[at].count(sign) for sign in "({[") - sum(lines[at].count(sign) for sign in ")}]")
        if depth <= 0:
            return at + 1
    return n + 1


def _texts(line: str) -> list[str]:
    """The cells of a row: ([$0.97$], [$0.00$],) or ("When", "you",)."""
    found = [] if line.lstrip().startswith('("') else _CELL.findall(line)
    return [_plain(cell) for cell in found] if found else re.findall(r'"((?:[^"\\]|\\.)*)"', line)


def _plain(cell: str) -> str:
    text = re.sub(r"\s*dot 10\^\(?(-?[0-9]+)\)?", r"e\1", cell)
    text = text.replace("#", "").replace("infinity", "∞").replace("oo", "∞").replace("\\", "").strip()
    return re.sub(r'^"|"$', "", text) or "_"


def _labelled(name: str, lines: list[str], n: int, out: Lines) -> int:
    """tmat's labelled(rows, heads, cells): the rows' labels, the columns', and the cells, each in brackets of its own."""
    end = _past(lines, n)
    name = re.sub(r"_\(([^()]*)\)", r"_\1", name.replace('"', ""))
    out.line(f"{name} =", n + 1)
    body = [(at, line) for at, line in enumerate(lines[n + 1 : end], n + 1) if _ROW.fullmatch(line)]
    words = [(at, line) for at, line in body if line.lstrip().startswith('("') or not _CELL.search(line)]
    cells = [pair for pair in body if pair not in words]
    rows = [_texts(line) for _, line in cells]
    places = [at + 1 for at, _ in cells]
    if not rows:
        return n + 1
    labels, heads = ([_texts(line) for _, line in words] + [[], []])[:2]
    labels = labels if len(labels) == len(rows) else []
    out.table(rows, places, labels, heads if len(heads) == len(rows[0]) else [])
    return end


def _table(lines: list[str], n: int, out: Lines) -> int:
    """A table(columns: 3, [0.5], …): its cells in rows."""
    end = _past(lines, n)
    text = "\n".join(lines[n:end])
    said = _COLUMNS.search(text)
    cells = [_plain(cell) for cell in _CELL.findall(text)]
    columns = (
        (int(said[1][:6]) if said[1] else len([part for part in said[2].split(",") if part.strip()])) if said else 0
    )
    if columns < 1 or not cells or len(cells) % columns:
        out.line(lines[n], n + 1)
        return n + 1
    rows = [cells[k : k + columns] for k in range(0, len(cells), columns)]
    out.table(rows, [n + 1] * len(rows))
    return end
