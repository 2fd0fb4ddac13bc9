"""The pages of docs/examples, as the program writes them; ``pytest --rewrite-docs`` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import tmat

from tmat.articles import EXAMPLES

DOCS = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.mark.parametrize("name", EXAMPLES)
def test_page(name: str, request: pytest.FixtureRequest) -> None:
    text = tmat(f"example {name} --format markdown").output
    file = DOCS / f"{name}.md"
    if request.config.getoption("--rewrite-docs"):
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text.encode() == file.read_bytes()


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    assert all(f"[{name}]({name}.md)" in index for name in EXAMPLES)


def test_the_errata_of_thrones_are_in_a_table() -> None:
    page = (DOCS / "thrones.md").read_text("utf-8")
    table = page[page.index("## Errata") : page.index("## Otherwise than the paper")]
    for slip in (
        "sin-for-cos",
        "another-matrix",
        "geometric-mean",
        "deviation-of-two-rows",
        "wrong-triangle",
        "no-softmax",
    ):
        assert slip in table
    paper = page[page.index("## Otherwise than the paper") : page.index("## Steps 1 to 3")]
    assert "2⌊i/2⌋/d" in paper
    assert "4, the width of Q" in paper
