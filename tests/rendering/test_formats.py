"""What formats there are, and what each says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

import tmat
from tmat.cli import program
from tmat.cli.environment import Environment
from tmat.errors import InputError
from tmat.rendering import format_named, format_of_suffix, formats, known_formats, rendered
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix

SUFFIXES = {
    "csv": ".csv", "html": ".html .htm", "json": ".json .jsonl", "latex": ".tex", "markdown": ".md .markdown", "npy": ".npy",
    "npz": ".npz", "svg": ".svg", "table": "", "text": ".txt", "tsv": ".tsv", "typst": ".typ", "xlsx": ".xlsx",
}  # fmt: skip


def test_a_format_is_a_module() -> None:
    folder = Path(formats.__file__).parent
    assert known_formats() == sorted(SUFFIXES)
    assert {path.stem for path in folder.iterdir() if not path.name.startswith("_")} == set(SUFFIXES)


@pytest.mark.parametrize("name", SUFFIXES)
def test_its_suffixes_lead_to_it_alone(name: str) -> None:
    assert " ".join(format_named(name).suffixes) == SUFFIXES[name]
    for suffix in format_named(name).suffixes:
        assert format_of_suffix(f"a.b/sheet{suffix.upper()}") == name
        assert [other for other in SUFFIXES if suffix in format_named(other).suffixes] == [name]


def test_a_suffix_that_is_none_names_all_there_are() -> None:
    with pytest.raises(InputError) as caught:
        format_of_suffix("sheet.docx")
    told = str(caught.value)
    assert "its suffix is .docx" in told
    assert all(suffix in told.split() for suffixes in SUFFIXES.values() for suffix in suffixes.split())


@pytest.mark.parametrize("name", SUFFIXES)
def test_working_is_shown_where_the_format_says_so(name: str) -> None:
    if name == "xlsx":
        pytest.importorskip("xlsxwriter")
    environment = Environment.piped()
    code = program.run(["attention", "--work", "Q[When,q1]", "-f", name], environment)
    assert (code == 0) == format_named(name).working
    assert ("0.79" in environment.output) == format_named(name).working
    assert code == 0 or f"--work does not go with {name}" in environment.errors


def test_a_table_is_text_for_the_library_too() -> None:
    sheet = tmat.posenc(Matrix.of("X", [[0.25, 0.5]]))
    [data] = rendered([sheet], "table", Look(), "a").values()
    assert "PE = sin, cos(pos / 10000^(2⌊i/2⌋ / 2))" in data.decode()
