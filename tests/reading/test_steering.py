"""Texts made to steer a terminal or to be a formula: shown as what they are, never sent, and no formula."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.cli.running import attempt, tmat

STEERING = ("\x1b]0;pwned\x07", "\x1b[2J", "a\nb", "\x9b31m", "\u202egnp")
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3")


def labelled() -> str:
    words = (*STEERING, *FORMULAS)
    return json.dumps({"X": {"values": [[n, 1] for n in range(len(words))], "rows": words}})


def harmless(text: str) -> bool:
    return not any(character in text for character in "\x1b\x07\x9b\u202e\r\x00")


WAYS = (
    "-f text", "-f markdown", "-f latex", "-f html", "-f svg", "-f table", "-f table --heat", "--work Z", "--trace 'Z[1,1]'",
    "-f table --width 20",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_words_that_would_steer_a_terminal_are_shown_never_sent(way: str) -> None:
    assert harmless(tmat(f"attention --seed 1 {way}", labelled()).output)


@pytest.mark.parametrize(
    "way", ["-f table", "--work Z", "--trace 'Z[1,1]'", "-f json", "-f csv --only Z", "-f tsv --only Z", "-f npz"]
)
def test_nor_are_they_sent_to_a_terminal(way: str) -> None:
    """Formats that must read back hold the words as they are, but not where a terminal reads them."""
    output = attempt(f"attention --seed 1 {way}", labelled(), stdout_tty=True, variables={"COLUMNS": "80"}).output
    assert "\x1b]0;" not in output and "\x1b[2J" not in output and "\x07" not in output and "\x9b" not in output


@pytest.mark.parametrize(
    ("line", "stdin"),
    [
        ("attention --only '\x1b[2J'", None),
        ("attention -m '\x1b]0;pwned\x07=1'", None),
        ("attention -m X='\x1b[2J.csv'", None),
        ("attention --work 'Z[\x1b[2J,1]'", None),
        ("show 'no\nsuch\x1b[2J.json'", None),
        ("attention '\x1b[2J'", None),
        ("attention --\x1b[2J", None),
        ("\x1b[2J", None),
        ("attention --init '\x1b[2J'", None),
        ("attention", '{"\\u001b[2J": [[1]]}'),
        ("attention", "\x1b[2J"),
        ("attention", '[[1, "\\u001b[2J"]]'),
        ("embed --text '\x1b[2J'", None),
    ],
)
def test_errors_quote_without_sending(line: str, stdin: str | None) -> None:
    found = attempt(line, stdin)
    assert found.code == 2
    assert harmless(found.errors)
    assert "2J" in found.errors or "pwned" in found.errors


def test_completion_sends_nothing() -> None:
    environment = {**os.environ, "_TMAT_COMPLETE": "complete_bash", "COMP_WORDS": "tmat \x1b[2J", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-m", "tmat"], env=environment, capture_output=True, text=True)
    assert harmless(done.stdout + done.stderr)


def submissions(folder: Path) -> Path:
    """Answers whose names steer, start formulas, are in no encoding; one unreadable, one with unknown names."""
    key = folder / "key.json"
    tmat(f"attention --d-k 6 -o {key}")
    answers = tmat(f"show {key} -f text").output
    own = folder / "own"
    own.mkdir()
    for name in ("=1+1.txt", "\x1b[2Jred.txt", "a\nb.txt", "@x.txt", "<b>.txt"):
        try:
            (own / name).write_text(answers)
        except OSError:
            continue  # not every system has such names
    (own / "bad.txt").write_text("Q\n1 \x1b[2Jfoo\n")
    (own / "unknown.txt").write_text("\x1b[2JQ\n1 2\n")
    return key


@pytest.mark.parametrize("format", ["table", "csv", "json", "junit"])
def test_reports_of_submissions_that_would_steer(tmp_path: Path, format: str) -> None:
    key = submissions(tmp_path)
    done = attempt(f"check {tmp_path}/own --key {key} -f {format} --each")
    assert done.code == 2  # one could not be marked
    assert harmless(done.output + done.errors)
    assert "unknown.txt" in done.output
    if format == "csv":
        assert all(line[0] not in "=+-@" for line in done.output.splitlines())
        one = attempt(f"check '=1+1.txt' --key {key} -f csv") if os.chdir(tmp_path / "own") is None else done
        assert "\n'=1+1.txt," in one.output


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
@pytest.mark.parametrize("format", ["table", "csv", "json", "junit", "gradescope"])
def test_a_file_name_that_is_no_text(tmp_path: Path, format: str) -> None:
    key = submissions(tmp_path)
    path = os.path.join(os.fsencode(tmp_path), b"\xff\xfe.txt")
    with open(path, "wb") as file:
        file.write(b"Q\n1 2\n")
    done = attempt(f"check {os.fsdecode(path)} --key {key} -f {format}")
    assert done.code == 1
    assert done.errors == ""


def test_labels_that_start_formulas_are_no_formulas(tmp_path: Path) -> None:
    rows = tmat("attention --seed 1 -f csv --only Z", labelled()).output.splitlines()
    assert all(row.lstrip('"')[:1] not in ("=", "+", "@") for row in rows)
    pytest.importorskip("xlsxwriter")
    tmat(f"attention --seed 1 -o {tmp_path}/w.xlsx", labelled())
    with zipfile.ZipFile(tmp_path / "w.xlsx") as archive:
        written = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "calc" in written
    assert not [part for part in written.split("<f>")[1:] if "calc" in part.split("</f>")[0]]
    assert "<f>" in written, "the numbers are live"


def test_names_that_would_steer_a_terminal_are_shown_never_sent() -> None:
    name = "\x1b[2JQ"
    given = {"values": [[2.0]]}
    step = {"name": name, "op": "matmul", "of": ["\x07A", "\u202eB"], "values": [[4.0]]}
    stage = {"id": "s", "stage": "s", "given": {"\x07A": given, "\u202eB": given}, "steps": [step], "output": name}
    sheet = json.dumps({"tmat": 1, "stages": [stage]})
    for way in ("--work", "-f markdown --work", "-f latex --work", "-f html --work", "--trace ''", "-f table"):
        shown = tmat(f"show {way}", sheet).output
        assert harmless(shown), way
        assert "x1b" in shown, way
