"""What a stage declares stands in no second place, and the library never speaks of the command line's options."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tmat
from tmat.sheet.names import ALIASES, MEANINGS
from tmat.stages import declared, said_otherwise, stage_names

SRC = Path(tmat.__file__).parent
STEPS = {name for stage in stage_names() for name in declared(stage).steps}
# an article's data say what it prints, under whatever names it likes
# the letters of cells; widths that are mixed up; what people call matrices
KNOWN = ("operations/printing/symbols.py", "marking/key.py", "sheet/names.py")
FILES = [path for path in sorted(SRC.rglob("*.py")) if not path.is_relative_to(SRC / "articles")]


@dataclass
class Literals:
    """What a file says in literals: the names that stand together in each, and its texts, with their lines."""

    tables: list[tuple[int, set[str]]]
    texts: list[tuple[int, str]]


@cache
def literals() -> dict[str, Literals]:
    return {str(path.relative_to(SRC)): _literals(path.read_text("utf-8")) for path in FILES}


def _literals(code: str) -> Literals:
    """Of a list, a tuple, a set, a dictionary's keys or values, and words in one text.

    The texts are all but docstrings: those say what the code does, and run as tests.
    """
    nodes = list(ast.walk(ast.parse(code)))
    bare = {node.value for node in nodes if isinstance(node, ast.Expr)}
    found = Literals([], [])
    for node in nodes:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts: list[ast.expr | None] = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in bare:
            found.texts.append((node.lineno, node.value))
            words = set(re.findall(r"[A-Za-z_]+", node.value))
            found.tables.append((node.lineno, words if words <= STEPS else set()))
            continue
        else:
            continue
        names = {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}
        found.tables.append((node.lineno, names))
    return found


def test_no_second_table_of_steps() -> None:
    second = []
    for name, said in literals().items():
        if name.startswith("stages/") or name in KNOWN:
            continue
        for line, names in said.tables:
            if len(names & STEPS) > 2:
                second.append(f"{name}:{line}: {' '.join(sorted(names & STEPS))}")
    assert second == []


def test_each_synonym_stands_once() -> None:
    of_steps, of_books, of_answers = set(said_otherwise()), set(ALIASES), set(MEANINGS)
    assert of_steps & of_books == of_steps & of_answers == of_books & of_answers == set()


def test_the_library_never_speaks_of_options() -> None:
    """‹heads 3› is spelled where it is shown; a whole command, as an example of one, is no option."""
    spoken = []
    for name, said in literals().items():
        if name.startswith("cli/"):
            continue
        for line, text in said.texts:
            if re.search(r"(?<![-\w])--[a-z]", text) and not text.startswith("tmat "):
                spoken.append(f"{name}:{line}: {text}")
    assert spoken == []
