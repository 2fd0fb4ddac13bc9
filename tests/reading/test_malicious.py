"""Inputs made to do harm: none is loaded, run or believed; each is refused with a word, or shown as what it is."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.cli.running import attempt, refused, tmat

from tmat.engine.limits import memory

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
