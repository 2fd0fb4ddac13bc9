"""The Python of docs/library.md runs and prints what stands there; so does every docstring's example; docs/reference.md."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import tmat

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(tmat.__path__, "tmat.") if not module.name.endswith("__main__")
)


def test_library_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # where fixtures/models are
    outcome = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 5
    assert outcome.failed == 0


def reference(name: str) -> str:
    """What a docstring says before its example, under the name with what it takes."""
    thing = getattr(tmat, name)
    taken = [f"{p}=…" if q.kind is q.KEYWORD_ONLY else p for p, q in inspect.signature(thing).parameters.items()]
    taken = ["*details" if own == "details" else "**look" if own == "look" else own for own in taken]
    said = (inspect.getdoc(thing) or "").partition("\n>>>")[0].replace("``", "`").strip()
    said = re.sub(r"(?<!`)<(\w+)>(?!`)", r"`<\1>`", said)  # what Markdown would take for a tag
    return f"## `{name}`\n\n`tmat.{name}({', '.join(taken)})`\n\n{said}\n"


def test_the_reference_is_what_the_docstrings_say(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs" / "reference.md"
    before, begin, rest = page.read_text("utf-8").partition("<!-- reference -->\n")
    _, end, after = rest.partition("<!-- end -->")
    text = (
        before
        + begin
        + "\n"
        + "\n".join(map(reference, (name for name in dir(tmat) if not name.startswith("__"))))
        + "\n"
        + end
        + after
    )
    assert begin and end
    if request.config.getoption("--rewrite-docs"):
        page.write_text(text, "utf-8")
    assert page.read_text("utf-8") == text


@pytest.mark.parametrize("name", ["tmat", *MODULES])
def test_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    stage = getattr(module, name.rpartition(".")[2], None)
    if hasattr(stage, "declared"):  # a decorated function, which doctest does not look for
        [test] = doctest.DocTestFinder().find(stage, name, globs=vars(module).copy())
        assert test.examples
        assert doctest.DocTestRunner().run(test).failed == 0
