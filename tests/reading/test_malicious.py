"""Inputs made to do harm: none is loaded, run or believed; each is refused with a word, or shown as what it is."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.cli.running import attempt, refused, tmat

from tmat.engine.limits import memory
from tmat.reading.pasted import read_pasted

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class Bomb:
    """What a pickle can do when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def too_much(line: str, stdin: str | None = None) -> str:
    """The message of a command line that reaches a limit: exit 3, nothing on standard output."""
    done = attempt(line, stdin)
    assert (done.code, done.output) == (3, ""), done.errors
    assert done.errors.startswith("tmat") and "Traceback" not in done.errors and "unforeseen" not in done.errors
    return done.errors


def zip_of(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return path


def test_a_zip_bomb_as_npz(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (6000, 6000)})
    path = zip_of(tmp_path / "w.npz", X_dot_npy=header.getvalue() + bytes(6000 * 6000 * 8))
    assert path.stat().st_size < 1 << 20
    assert "w.npz unpacks to 0.268 GiB from" in too_much(f"attention -m X={path}")


def test_a_zip_bomb_as_xlsx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.reading.xlsx_cells.LARGEST", 1 << 20)
    book = f'<workbook xmlns="{SHEET}" xmlns:r="r"><sheets><sheet name="X" r:id="a"/></sheets></workbook>'
    related = '<Relationships><Relationship Id="a" Type="/worksheet" Target="s.xml"/></Relationships>'
    rows = f'<worksheet xmlns="{SHEET}"><sheetData>' + "<row><c><v>0</v></c></row>" * 100_000
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": related, "xl/s.xml": rows}.items():
            archive.writestr(name, text)
    assert path.stat().st_size < 20_000
    assert "w.xlsx holds more than 1 MiB when unpacked" in too_much(f"attention -m X={path}")


def test_a_long_comment_in_xlsx_is_not_begun_anew_a_thousand_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = f'<workbook xmlns="{SHEET}" xmlns:r="r"><sheets><sheet name="X" r:id="a"/></sheets></workbook>'
    related = '<Relationships><Relationship Id="a" Type="/worksheet" Target="s.xml"/></Relationships>'
    row = '<sheetData><row r="1"><c r="A1"><v>1.5</v></c></row></sheetData>'
    sheet = f'<worksheet xmlns="{SHEET}"><!--{"x" * 20_000_000}-->{row}</worksheet>'
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": related, "xl/s.xml": sheet}.items():
            archive.writestr(name, text)
    fed: list[int] = []

    class Counting:
        def __init__(self, target: object) -> None:
            self.parser = ElementTree.XMLParser(target=target)

        def feed(self, data: bytes) -> None:
            fed.append(len(data))
            self.parser.feed(data)

        def close(self) -> None:
            self.parser.close()

    monkeypatch.setattr("tmat.reading.xlsx_cells.XMLParser", Counting)
    assert tmat(f"attention -m X={path} --seed 1")["X"].tolist() == [[1.5]]
    assert sum(fed) > 20_000_000 and len(fed) < 20


@pytest.mark.parametrize("suffix", ["npy", "npz", "csv", "dat"])
def test_a_pickle_is_never_loaded(tmp_path: Path, suffix: str) -> None:
    trace = tmp_path / "was-here"
    pickled = pickle.dumps(Bomb(trace))
    if suffix != "npz":
        path = tmp_path / f"w.{suffix}"
        path.write_bytes(pickled)
        refused(f"attention -m X={path}")
    whole = io.BytesIO()
    np.save(whole, np.array([[Bomb(trace)]], dtype=object), allow_pickle=True)
    path = tmp_path / f"o.{suffix}"
    path.write_bytes(whole.getvalue())
    if suffix == "npz":
        zip_of(path, X_dot_npy=whole.getvalue())
    assert "pickled Python objects" in refused(f"attention -m X={path}") or suffix == "csv"
    assert not trace.exists()


@pytest.mark.parametrize("shape", ["(100000, 12500)", "(1000000000, 1)", "(0, 999999999999)"])
def test_a_header_that_claims_ten_gigabytes(tmp_path: Path, shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    (tmp_path / "w.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    assert "at most 2 GiB are read" in too_much(f"attention -m X={tmp_path}/w.npy")


@pytest.mark.parametrize("open_bracket", ["[", '{"a":', '[{"X":'])
def test_json_a_million_deep(open_bracket: str) -> None:
    said = refused("show", open_bracket * 1_000_000)
    assert said.startswith("tmat show: the JSON is nested more than 64 levels deep\n  in standard input")


def test_arrays_that_would_be_passed_over_in_silence(tmp_path: Path) -> None:
    one, other = io.BytesIO(), io.BytesIO()
    np.save(one, np.eye(2))
    np.save(other, np.ones((2, 2)))
    (tmp_path / "two.npy").write_bytes(one.getvalue() + other.getvalue())
    assert "two.npy goes on after its 2×2 numbers\n  expected one array" in refused(f"show {tmp_path}/two.npy")
    zip_of(tmp_path / "longer.npz", X_dot_npy=one.getvalue() + b"x")
    assert "longer.npz:X goes on after its 2×2 numbers\n" in refused(f"show {tmp_path}/longer.npz")
    with zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for each in (one, other):
            archive.writestr("W_Q.npy", each.getvalue())
    assert "'W_Q' is there twice\n  in " in refused(f"show {tmp_path}/twice.npz")
    (tmp_path / "both.json").write_text('{"W_Q": [[1, 0], [0, 1]], "wq.T": [[1, 2], [3, 4]]}')
    said = refused(f"attention -m X='1 2; 3 4' --weights {tmp_path}/both.json")
    assert said.startswith("tmat attention: W_Q and wq.T are one matrix\n  in ")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1e400", "'1e400' is beyond what a 64-bit float can hold\n"),
        ("1.O", "'1.O' where a number is due\n"),
        ("0..5", "'0..5' where a number is due\n"),
    ],
)
def test_a_number_written_wrong_is_no_label(tmp_path: Path, cell: str, said: str) -> None:
    for name, text in (("x.csv", f"{cell},2\n{cell},3\n"), ("x.txt", f"X\n{cell} 2\n{cell} 3\n")):
        (tmp_path / name).write_text(text)
        found = refused(f"show {tmp_path}/{name}")
        assert said in found and "column 1" in found
    for name, text in (("y.csv", f",a\n{cell},2\n"), ("y.txt", f"X\n|  | a |\n|---|---|\n| {cell} | 2 |\n")):
        (tmp_path / name).write_text(text)  # under a corner, whatever stands there is a label
        assert tmat(f"show -f json {tmp_path}/{name}").stages[0]["given"].popitem()[1]["rows"] == [cell]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("n.json", "[[%s]]", "malformed JSON: number is infinity when parsed as double\n"),
        ("n.txt", "X\n1 %s\n", "9999999999999999999… has 10000000 characters\n"),
        ("n.csv", "1,%s\n", "line 1"),
        ("n.json", "[[1e%s]]", "malformed JSON"),
    ],
)
def test_a_number_of_ten_million_digits(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text % ("9" * 10_000_000))
    found = refused(f"attention -m X={tmp_path}/{name}")
    assert said in found
    assert len(found) < 600


def test_many_digits_that_are_a_number_are_that_number(tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text('{"X": [[0.%s, 1]]}' % ("9" * 10_000))
    assert tmat(f"attention --no-weights -m X={tmp_path}/n.json")["X"].tolist() == [[1.0, 1.0]]


def test_a_key_that_is_there_twice() -> None:
    text = '{"X": [[1, 2]], "X": [[3, 4]]}'
    assert refused("attention", text) == (
        'tmat attention: "X" is there twice in one object\n  in standard input, line 1\n  expected each key once'
    )
    sheet = tmat("attention --d-k 6").output.replace('"output":"output"', '"output":"output", "output" : "Z"')
    assert '"output" is there twice' in refused("addnorm", sheet)
    assert '"X" is there twice' in refused("attention", '{"X": [[1]], "\\u0058": [[2]]}')
    assert tmat("show", '{"\\": ": [[1]], "a:b": [[2]]}').stage["given"].keys() == {'": ', "a:b"}


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


@pytest.mark.parametrize("of", [[], ["Q"], ["Q", "Q", "Q"]])
def test_a_step_of_too_few_or_too_many_matrices_has_no_working(of: list[str]) -> None:
    step = {"name": "scores", "op": "matmul_transposed", "of": of, "values": [[4.0]]}
    stage = {"id": "s", "stage": "s", "given": {"Q": {"values": [[2.0]]}}, "steps": [step], "output": "scores"}
    sheet = json.dumps({"tmat": 1, "stages": [stage]})
    assert "matmul_transposed takes 2 matrices" in refused("show --work", sheet)
    assert tmat("show -f table", sheet).code == 0


def test_a_name_of_a_million_letters_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(json.dumps({"k" * 1_000_000: [[1.0]]}))
    found = refused(f"attention --weights {tmp_path}/w.json")
    assert "takes no matrix 'kkk" in found and len(found) < 10_000


@pytest.mark.parametrize("text", [b"a\0b", "you win".encode("utf-16-le")])
def test_a_corpus_that_is_no_text(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "corpus.txt").write_bytes(text)
    assert refused(f"vocab {tmp_path}/corpus.txt") == (
        f"tmat vocab: {tmp_path}/corpus.txt is no text\n  it holds a byte that is 0\n  save it as UTF-8 text"
    )


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


BILLION = 10**9
LIMITS = {
    f"attention --heads {BILLION}": f"--heads {BILLION} is too many\n  at most 4096 are computed\n  try --heads 4096\n",
    f"attention --seed 1 --heads {BILLION} --d-k 1": f"--heads {BILLION} is too many\n",
    f"encode --seed 1 --layers {BILLION}": f"--layers {BILLION} is too many\n",
    f"decode --layers {BILLION}": f"--layers {BILLION} is too many\n",
    f"decode --max-tokens {BILLION}": f"--max-tokens {BILLION} is too many\n",
    f"attention --seed 1 --positions {BILLION * 1000}": f"X would be {BILLION * 1000}×6\n  that takes ",
    f"posenc --positions {BILLION * 1000} --d-model 6": f"PE would be {BILLION * 1000}×6\n",
    f"ffn --d-ff {BILLION * 1000} --seed 1": f"W_1 would be 6×{BILLION * 1000}\n",
    f"attention --seed 1 --d-k {BILLION * 1000}": f"W_Q would be 6×{BILLION * 1000}\n",
    f"encode --seed 1 --d-model {BILLION}": "that takes ",
    f"scaling --draws {BILLION}": "the experiment would draw",
    f"scaling --keys {BILLION}": "the experiment would draw",
}  # fmt: skip


@pytest.mark.parametrize("line", LIMITS)
def test_sizes_beyond_memory_are_refused_before_anything_is_allocated(line: str) -> None:
    assert LIMITS[line] in too_much(line)


def test_matrices_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.engine.limits.memory", lambda: 1 << 28)
    said = too_much("attention --seed 1 --positions 8000 --d-model 2")
    assert said.startswith(
        "tmat attention: the matrices take 1.4 GiB, and there are 0.25 GiB of memory\n  the largest is scores, 8000×8000\n"
    )
    assert "--only output" in said


def test_memory_is_known() -> None:
    assert memory() > 1 << 28


@pytest.mark.parametrize("digits", [18, BILLION, -1, "9" * 5000])
def test_digits_have_their_limits(digits: object) -> None:
    assert "--digits" in refused(f"attention --digits {digits}")


@pytest.mark.parametrize("seed", ["9" * 5000, "+-5", "²", "٣", "-", ""])
def test_any_seed_is_a_seed(seed: str) -> None:
    assert tmat(f"attention --seed '{seed}' --dropout 0.5 --dropout-seed '{seed}'").steps


@pytest.mark.parametrize(
    "option", ["--width 1000000000 -f table", "--trace Z --depth 1000000000", "--mask causal --window 1000000000"]
)
def test_large_numbers_that_ask_for_nothing_large(option: str) -> None:
    assert tmat(f"attention --d-k 6 {option}").output


def test_thousands_of_brackets_beside_one_another_are_soon_refused() -> None:
    pasted = read_pasted("[1, 2], " * 11_000)
    assert not pasted.found
    assert "beside one another" in pasted.lost[0].error.what
