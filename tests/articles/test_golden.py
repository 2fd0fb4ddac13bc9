"""What the examples print, byte for byte, and pipe, to 1e-12; ``pytest --rewrite-golden`` writes the files anew."""

from __future__ import annotations

import pytest
from tests.articles.golden import FOLDER, LINES, made, path
from tests.near import apart

from tmat.articles import EXAMPLES

FILES = [(name, kind) for name in EXAMPLES for kind in LINES if kind != "corrected.txt" or name == "thrones"]


@pytest.mark.parametrize(("name", "kind"), FILES)
def test_golden(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    text = made(name, kind)
    if request.config.getoption("--rewrite-golden"):
        path(name, kind).write_text(text, encoding="utf-8", newline="\n")
    expected = path(name, kind).read_bytes().decode("utf-8")
    # Tables are the same byte for byte; what is piped has all digits, and e^x its last one from the mathematics library.
    assert apart(text, expected) == "" if kind == "json" else text == expected


def test_no_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.{kind}" for name, kind in FILES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_line_fits_the_width(name: str) -> None:
    from tmat.visible import width

    assert max(width(line) for line in path(name, "txt").read_text("utf-8").splitlines()) <= 100
