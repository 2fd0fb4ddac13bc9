"""Files from elsewhere: line ends of Windows, byte order marks, decimal commas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.running import refused, tmat


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", ",a,b\nWhen,1,2\nyou,3,4\n"),
        ("x.tsv", "\ta\tb\nWhen\t1\t2\nyou\t3\t4\n"),
        ("x.txt", "X\nWhen 1 2\nyou 3 4\n\nY\n1\n"),
        ("x.json", '{"X": {"values": [[1, 2],\n[3, 4]], "rows": ["When", "you"]}\n}\n'),
    ],
)
def test_windows_line_ends_and_byte_order_marks(tmp_path: Path, name: str, text: str, mark: str, end: str) -> None:
    (tmp_path / name).write_bytes((mark + text.replace("\n", end)).encode())
    done = tmat(f"attention --no-weights -m X={tmp_path}/{name}")
    assert done["X"].tolist() == [[1, 2], [3, 4]]
    assert done.entry("X")["rows"] == ["When", "you"]


def test_line_ends_and_marks_in_a_corpus_and_on_standard_input(tmp_path: Path) -> None:
    expected = tmat("vocab", "you win\nor you die\n").sheets[0]["vocabulary"]
    assert tmat("vocab", "\ufeffyou win\r\nor you die\r\n").sheets[0]["vocabulary"] == expected
    (tmp_path / "c.txt").write_bytes("\ufeffyou win\r\nor you die\r\n".encode())
    assert tmat(f"vocab {tmp_path}/c.txt").sheets[0]["vocabulary"] == expected
    sheet = tmat("attention --d-k 6").output
    assert tmat("addnorm", "\ufeff" + sheet.replace("\n", "\r\n")).output == tmat("addnorm", sheet).output


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("x.txt", "X\n1,5 2,5\n", "line 2"),
    ],
)
def test_decimal_commas_are_an_error_that_says_so(tmp_path: Path, name: str, text: str, where: str) -> None:
    (tmp_path / name).write_text(text)
    said = refused(f"attention -m X={tmp_path}/{name}")
    assert "decimal comma" in said and where in said
    assert re.search(r"write (decimals with a point: 3\.14|3\.14 for one number)", said)


@pytest.mark.parametrize(("name", "text"), [("x.csv", "1,5;2,5\n3,5;4,5\n"), ("x.tsv", "1,5\t2,5\n3,5\t4,5\n")])
def test_decimal_commas_are_taken_with_a_word_where_nothing_else_fits(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    done = tmat(f"attention -m X={tmp_path}/{name} --only X")
    assert done["X"].tolist() == [[1.5, 2.5], [3.5, 4.5]]
    assert "decimal commas" in done.entry("X")["origin"]
