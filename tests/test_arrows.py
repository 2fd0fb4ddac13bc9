"""Imports run one way: between packages in the order below, and among files without a circle.

Every import counts between packages, at the top of a file, in a function, or for types alone: a type from above is
known above, too. Among files those for types alone make no circle: a stage's helpers name the options of their stage.
``import_module`` with a name made at run time, as registries use it, is not seen here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

SOURCE = Path(__file__).parent.parent / "src"
ORDER = (
    "visible", "errors", "progress", "interrupts", "modules", "outputs", "numbers", "text",
    "operations", "sheet", "engine", "stages", "workings", "reading", "models", "rendering", "files", "marking", "testing", "articles",
    "experiment", "cli",
)  # fmt: skip
"""Each may import those before it, and itself; ``tmat`` and ``tmat.__main__`` stand above all."""

EXCEPTIONS = {
    # A prompt and a notebook ask a worksheet how to show it (__repr__, _repr_html_), so a worksheet must find its renderer.
    ("tmat.sheet.worksheet", "tmat.rendering.notebook"),
    ("tmat.sheet.worksheet", "tmat.rendering.prompt"),
}

Imports = dict[str, set[str]]


def modules(source: Path) -> dict[str, Path]:
    found = {}
    for path in source.rglob("*.py"):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: Path, *, types: bool = True) -> Imports:
    """What each module imports of the others, for types alone or not; the exceptions left out."""
    known = modules(source)
    found: Imports = {name: set() for name in known}
    for name, path in known.items():
        for imported in _imported(path, set(known), types):
            if (name, imported) not in EXCEPTIONS:
                found[name].add(imported)
    return found


def _imported(path: Path, known: set[str], types: bool = True) -> Iterator[str]:
    for module, name, typed in _names(path):
        if types or not typed:
            whole = f"{module}.{name}" if module else name
            yield from {whole if whole in known else module} & known


@cache
def _names(path: Path) -> list[tuple[str, str, bool]]:
    """What each import of a file says: the module after ``from``, the name, and whether it is for types alone."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    typed = {id(inner) for node in nodes if _for_types(node) for part in node.body for inner in ast.walk(part)}
    found = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used"
            found += [(node.module or "", alias.name, id(node) in typed) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [("", alias.name, id(node) in typed) for alias in node.names]
    return found


def _for_types(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def rank(module: str) -> int:
    parts = module.split(".")
    return len(ORDER) if len(parts) == 1 or parts[1] == "__main__" else ORDER.index(parts[1])


def upwards(found: Imports) -> list[str]:
    return [f"{a} → {b}" for a in sorted(found) for b in sorted(found[a]) if rank(b) > rank(a)]


def circle(found: Imports) -> list[str]:
    """The modules of a circle in their order, the first one again at the end; nothing where there is none."""
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for imported in sorted(found[module]):
            if met := walk(imported, [*path, module]):
                return met
        done.add(module)
        return []

    return next((met for module in sorted(found) if (met := walk(module, []))), [])


def test_no_package_imports_one_above_it() -> None:
    assert upwards(imports(SOURCE)) == []


def test_files_import_each_other_in_no_circle() -> None:
    assert circle(imports(SOURCE, types=False)) == []


def test_each_exception_is_still_there() -> None:
    known = modules(SOURCE)
    for name, imported in EXCEPTIONS:
        assert imported in _imported(known[name], set(known)), (name, imported)


def test_a_planted_arrow_and_a_planted_circle_are_found(tmp_path: Path) -> None:
    for name, code in {
        "numbers/rounding.py": "def late():\n    from tmat.sheet import worksheet",
        "sheet/worksheet.py": "import tmat.sheet.names",
        "sheet/names.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tmat.sheet.worksheet import Matrix",
    }.items():
        path = tmp_path / "tmat" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    found = imports(tmp_path)
    assert upwards(found) == ["tmat.numbers.rounding → tmat.sheet.worksheet"]
    assert circle(found) == ["tmat.sheet.worksheet", "tmat.sheet.names", "tmat.sheet.worksheet"]
