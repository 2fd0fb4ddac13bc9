"""Streams that are closed, full, cut off or cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shells import UNIX, shell

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")


@UNIX
@pytest.mark.parametrize("way", ["", "-f table", "--layers 1 -f html", "-f text", "--help"])
def test_a_reader_that_goes_away_ends_the_program_quietly(way: str) -> None:
    codes, output, errors = shell(f"TMAT encode --layers 8 --seed 1 {way} | head -c 100")
    assert (codes, errors) == ([0, 0], "")
    assert len(output.encode()) >= 100


@UNIX
@pytest.mark.parametrize(
    ("line", "code", "errors"),
    [
        ("TMAT attention --d-k 6 <&-", 0, ""),
        ("TMAT attention --d-k 6 2>&-", 0, ""),
        ("TMAT attention --nosuch 2>&-", 2, ""),
        ("TMAT attention --d-k 6 >&-", 3, "tmat attention: cannot write\n  standard output is closed\n"),
        ("TMAT attention --d-k 6 -f table >&-", 3, "tmat attention: cannot write\n  standard output is closed\n"),
        ("TMAT attention --help >&-", 3, "tmat attention: cannot write\n  standard output is closed\n"),
        ("TMAT attention --d-k 6 <&- >&- 2>&-", 3, ""),
        ("TMAT show <&-", 2, "tmat show: show has no worksheet\n"),
        ("TMAT attention -m X=- <&-", 2, "tmat attention: "),
    ],
)
def test_streams_that_are_closed(line: str, code: int, errors: str) -> None:
    codes, output, said = shell(line, starts=True)
    assert codes == [code], said
    assert said.startswith(errors) and bool(said) == bool(errors)
    assert "Traceback" not in said
    assert bool(output) == (code == 0)


@UNIX
@FULL
@pytest.mark.parametrize(
    "line", ["attention --d-k 6", "attention --d-k 6 -f table", "attention --help", "--version", "scaling --draws 50"]
)
def test_standard_output_on_a_full_disk(line: str) -> None:
    codes, _, errors = shell(f"TMAT {line} >/dev/full")
    assert codes == [3]
    assert "cannot write\n  No space left on device\n" in errors


@UNIX
@FULL
def test_standard_error_on_a_full_disk() -> None:
    assert shell("TMAT attention --nosuch 2>/dev/full")[0] == [2]
    assert shell("TMAT attention --d-k 6 2>/dev/full >/dev/null")[0] == [0]


@UNIX
def test_a_writer_that_is_cut_off() -> None:
    codes, output, errors = shell("TMAT attention --d-k 6 | head -c 500 | TMAT addnorm")
    assert codes[1:] == [0, 2]
    assert output == ""
    assert errors.startswith("tmat addnorm: the JSON stops before its end\n  in standard input, line 1, column 499")


@UNIX
def test_a_writer_that_fails() -> None:
    codes, output, errors = shell("TMAT attention --nosuch | TMAT addnorm | TMAT ffn")
    assert (codes, output) == ([2, 2, 2], "")
    assert errors.count("the pipe ended without a worksheet") == 2


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that opens and cannot be read")
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("vocab /proc/self/mem", "/proc/self/mem"),
        ("attention -m X=/proc/self/mem", "/proc/self/mem"),
        ("check /proc/self/mem --key example:thrones", "/proc/self/mem"),
    ],
)
def test_what_cannot_be_read_is_not_said_to_be_unwritable(line: str, what: str) -> None:
    codes, output, errors = shell(f"TMAT {line}")
    assert (codes, output) == ([2], "")
    assert f"cannot read {what}\n  input/output error" in errors
