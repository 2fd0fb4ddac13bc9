"""What a stage declares stands in no second place, and the library never speaks of the command line's options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The texts of a module, but for docstrings: those say what it does, and run as tests."""
    bare = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in bare:
            yield node


def tables(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Every literal with several names: of a list, a tuple, a set, a dictionary's keys or values, or words in one text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts: list[ast.expr | None] = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        else:
            continue
        yield node.lineno, {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}
    for text in strings(tree):
        words = set(re.findall(r"[A-Za-z_]+", text.value))
        yield text.lineno, words if words <= STEPS else set()


def test_no_second_table_of_steps() -> None:
    second = []
    for path in FILES:
        if path.is_relative_to(SRC / "stages") or str(path.relative_to(SRC)) in KNOWN:
            continue
        for line, names in tables(ast.parse(path.read_text("utf-8"))):
            if len(names & STEPS) > 2:
                second.append(f"{path.relative_to(SRC)}:{line}: {' '.join(sorted(names & STEPS))}")
    assert second == []


def test_each_synonym_stands_once() -> None:
    of_steps, of_books, of_answers = set(said_otherwise()), set(ALIASES), set(MEANINGS)
    assert of_steps & of_books == of_steps & of_answers == of_books & of_answers == set()


def test_the_library_never_speaks_of_options() -> None:
    """‹heads 3› is spelled where it is shown; a whole command, as an example of one, is no option."""
    spoken = []
    for path in FILES:
        if path.is_relative_to(SRC / "cli"):
            continue
        for text in strings(ast.parse(path.read_text("utf-8"))):
            if re.search(r"(?<![-\w])--[a-z]", text.value) and not text.value.startswith("tmat "):
                spoken.append(f"{path.relative_to(SRC)}:{text.lineno}: {text.value}")
    assert spoken == []
