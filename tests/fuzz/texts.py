"""Generators for what is typed: inline matrices, answers, CSV and TSV."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.fuzz.words import grid, mutated, name, number, word

ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\n\n", "\x0c", "\u2028")


def inline(random: Random) -> str:
    """What stands after NAME=."""
    if random.random() < 0.1:
        return mutated(random, _rows(random, "; ", " ").encode("utf-8", "replace")).decode("utf-8", "replace")
    if random.random() < 0.3:
        return (
            "["
            + ", ".join("[" + ", ".join(row) + "]" for row in grid(random))
            + random.choice(("]", "]", "", "]]", "],"))
        )
    return _rows(random, random.choice(("; ", ";", "\n", " ;; ")), random.choice((" ", ", ", ",", "\t", "  ")))


def _rows(random: Random, row: str, cell: str) -> str:
    return row.join(cell.join(each) for each in grid(random))


FORMS = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "forms").glob("*.txt"))


def pasted(random: Random) -> str:
    """Some of the forms that people paste, one after another, with bytes changed in most."""
    data = b"\n".join(random.choice(FORMS).read_bytes() for _ in range(random.randrange(1, 4)))
    for _ in range(random.randrange(3)):
        data = mutated(random, data)
    return data.decode("utf-8", "replace")


def answers(random: Random) -> bytes:
    """A page of answers: names, rows, labels, tables, comments, remarks."""
    end = random.choice(ENDS)
    lines: list[str] = []
    for _ in range(random.randrange(1, 5)):
        lines += _block(random)
    text = end.join(lines) + end
    return _saved(random, text)


def _block(random: Random) -> list[str]:
    own = name(random)
    said = random.choice(
        (own, f"{own}:", f"{own} =", f"## {own}", f"{own} (2x3)", f"**{own}**", f"# {own}", "", f"{own} = 1 2")
    )
    rows = grid(random)
    labels = random.random() < 0.3
    if random.random() < 0.2:
        table = ["| " + " | ".join(row) + " |" for row in rows]
        rule = "|" + "---|" * (len(rows[0]) if rows else 1)
        return [said, *table[:1], rule, *table[1:], ""]
    cell = random.choice((" ", "\t", ", ", ";", "  "))
    lines = [cell.join([word(random), *row] if labels else row) for row in rows]
    if random.random() < 0.2:
        lines.insert(
            random.randrange(len(lines) + 1),
            random.choice(("# so far", word(random), "===", "```", "I was ill", "[", "]]")),
        )
    if random.random() < 0.2:
        lines.insert(0, cell.join(word(random) for _ in range(len(rows[0]) if rows else 2)))
    return [said, *lines, random.choice(("", "", "---"))]


def delimited(random: Random, delimiter: str) -> bytes:
    """A table with or without labels."""
    rows = grid(random)
    if random.random() < 0.4:
        rows = [[_quoted(random, word(random)), *row] for row in rows]
    if random.random() < 0.4 and rows:
        rows.insert(
            0, ["" if n == 0 and random.random() < 0.5 else _quoted(random, word(random)) for n in range(len(rows[0]))]
        )
    if random.random() < 0.2:
        rows.insert(random.randrange(len(rows) + 1), ["# a remark"])
    if random.random() < 0.1:
        delimiter = random.choice((",", ";", "\t", " ", "|"))
    return _saved(random, random.choice(ENDS).join(delimiter.join(row) for row in rows))


def _quoted(random: Random, text: str) -> str:
    kind = random.random()
    if kind < 0.3:
        return '"' + text.replace('"', '""') + '"'
    return '"' + text if kind < 0.35 else text


def _saved(random: Random, text: str) -> bytes:
    """As an editor saves it, mostly in UTF-8."""
    encoding = random.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "latin-1", "utf-32"))
    data = text.encode(encoding, "replace")
    return mutated(random, data) if random.random() < 0.25 else data


def corpus(random: Random) -> str:
    """A text to make a vocabulary of."""
    return "".join(word(random) + random.choice((" ", " ", ". ", "\n", ", ", "")) for _ in range(random.randrange(12)))


def cells(random: Random) -> str:
    """A cell as --work and --trace take it."""
    inside = ",".join(
        random.choice((word(random), number(random), "1", "2")) for _ in range(random.choice((1, 2, 2, 3)))
    )
    return random.choice(
        (f"{name(random)}[{inside}]", name(random), "", "*", f"{name(random)}[{inside}", f"a.{name(random)}[{inside}]")
    )
