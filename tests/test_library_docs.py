"""The Python of docs/library.md runs and prints what stands there; so does every docstring's example."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import tmat

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(tmat.__path__, "tmat.") if not module.name.endswith("__main__")
)


def test_library_page() -> None:
    outcome = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 5
    assert outcome.failed == 0


@pytest.mark.parametrize("name", ["tmat", *MODULES])
def test_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    stage = getattr(module, name.rpartition(".")[2], None)
    if hasattr(stage, "declared"):  # a decorated function, which doctest does not look for
        [test] = doctest.DocTestFinder().find(stage, name, globs=vars(module).copy())
        assert test.examples
        assert doctest.DocTestRunner().run(test).failed == 0
