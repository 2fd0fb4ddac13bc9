"""Encodings that lack our signs, terminals of any kind, variables that say nothing."""

from __future__ import annotations

import io
import shlex

import pytest
from tests.cli.running import tmat
from tests.cli.shells import UNIX, shell

from tmat.cli.environment import Environment
from tmat.cli.program import run


@UNIX
@pytest.mark.parametrize(
    ("settings", "starts"),
    [
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, True),
        ({"LANG": "C", "PYTHONIOENCODING": "ascii"}, True),
        ({"PYTHONIOENCODING": "latin-1"}, False),
        ({"PYTHONIOENCODING": "cp1252"}, False),
    ],
)
def test_an_encoding_that_lacks_our_signs(settings: dict[str, str], starts: bool) -> None:
    for line in ("attention --d-k 6 -f table", "attention --help"):
        codes, output, errors = shell(f"TMAT {line}", starts=starts, **settings)
        assert (codes, errors) == ([0], ""), line
        assert output
    codes, output, errors = shell("TMAT attention -m Q='1 2' -m K='1 2 3' -m V=1", starts=starts, **settings)
    assert (codes, output) == ([2], "")
    assert "their widths, 2 and 3, must be equal" in errors


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "line",
    [
        "attention --d-k 6 --work Z",
        "attention --d-k 6 --trace 'Z[1,1]'",
        "scaling --draws 50 --queries 4 -f table",
        "example thrones",
    ],
)
def test_every_page_in_an_encoding_that_lacks_our_signs(line: str, encoding: str) -> None:
    env = Environment.piped(encoding=encoding)
    assert (run(shlex.split(line), env), env.errors) == (0, "")
    assert isinstance(env.stdout, io.BytesIO)
    assert "\\u" not in env.stdout.getvalue().decode(encoding)


def test_signs_are_spelled_out_where_they_are_lacking() -> None:
    output = tmat("attention --d-k 6 -f table --mask causal", encoding="ascii").output
    assert output.isascii()
    assert "-inf" in output and "sqrt" in output
    assert "\\u" not in output


VARIABLES: list[dict[str, str]] = [
    {},
    {"TERM": "dumb"},
    {"TERM": ""},
    {"TERM": "nosuch"},
    {"COLUMNS": "0"},
    {"COLUMNS": "abc"},
    {"COLUMNS": "²"},
    {"COLUMNS": "9" * 5000},
    {"LINES": "²"},
]
TOGETHER: list[dict[str, str]] = [
    {},
    {"TERM": "nosuch", "COLUMNS": "²", "LINES": "²"},
    {"TERM": "", "COLUMNS": "9" * 5000},
]


@UNIX
@pytest.mark.parametrize(
    ("settings", "starts"), [*((each, False) for each in VARIABLES), *((each, True) for each in TOGETHER)]
)
def test_variables_that_are_missing_or_say_nothing(settings: dict[str, str], starts: bool) -> None:
    expected = tmat("attention --d-k 6 -f table").output
    assert shell("TMAT attention --d-k 6 -f table", starts=starts, **settings) == ([0], expected, "")
    codes, output, errors = shell("TMAT --help", starts=starts, **settings)
    assert (codes, errors) == ([0], "")
    assert "softmax" in output


@pytest.mark.parametrize(
    "variables",
    [
        {"COLUMNS": "20"},
        {"COLUMNS": "1"},
        {"COLUMNS": "0"},
        {"COLUMNS": "²"},
        {"COLUMNS": "abc"},
        {"TERM": "dumb", "COLUMNS": "40"},
        {},
    ],
)
@pytest.mark.parametrize(
    "line",
    ["attention --d-k 6", "attention --d-k 6 --work Z", "scaling --draws 50 --queries 4", "decode --max-tokens 1"],
)
def test_any_terminal(variables: dict[str, str], line: str) -> None:
    done = tmat(line, stdout_tty=True, variables=variables)
    assert done.output
    if variables.get("TERM") == "dumb":
        assert "\x1b" not in done.output


def test_twenty_columns_are_kept_to() -> None:
    from tmat.visible import width

    output = tmat("attention --d-k 6 -f table --width 20").output
    lines = output.splitlines()
    assert max(width(line) for line in lines if "⎤" not in line and "⎥" not in line and "⎦" not in line) <= 20
    assert max(map(width, lines)) <= 21  # a label and one whole number: neither is ever cut
