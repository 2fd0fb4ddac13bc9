from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError, TmatError
from tmat.reading.sources import (
    parse_assignment,
    read_matrices,
    read_matrix,
    split_selector,
    transpose,
)
from tmat.reading.weights import read_weights
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

SQUARE = [[1.0, 2.0], [3.0, 4.0]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sheet() -> Worksheet:
    def stage(id: str, number: float) -> Stage:
        step = Step(Matrix.of("Q", [[number, 0]], ["When"]), "matmul", ("X", "W_Q"))
        return Stage(id, id.split("-")[0], given={"W_Q": Matrix.of("W_Q", [[number]])}, steps=[step], output="Q")

    return Worksheet([stage("attention", 1), stage("attention-2", 2), stage("decode-1.self-attention", 3)])


def error_of(source: str, name: str | None = None) -> str:
    with pytest.raises(InputError) as error:
        read_matrix(name, source) if name else read_matrices(source)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("X=1 2; 3 4", ("X", False, "1 2; 3 4")),
        ("W_Q.T=w.npz:W_Q", ("W_Q", True, "w.npz:W_Q")),
        ("layer1.cross.W_K=a=b.csv", ("layer1.cross.W_K", False, "a=b.csv")),
        (" W_V1 =-", ("W_V1", False, "-")),
        ("γ=1", ("γ", False, "1")),
    ],
)
def test_assignments(text: str, parts: tuple[str, bool, str]) -> None:
    assert parse_assignment(text) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X", "'X' names no matrix\n  expected NAME=SOURCE\n  as in X=\"1 2; 3 4\""),
        ("=1 2", "'=1 2' has no name before the ="),
        (".T=1 2", "'.T=1 2' has no name before the ="),
        ("X=", "'X=' has no source after the ="),
        ("1 2=X", "'1 2' is no name for a matrix"),
        ("X\x1b[31m=1", r"'X\x1b[31m' is no name for a matrix"),
    ],
)
def test_no_assignments(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_assignment(text)
    assert message in str(error.value)


def test_transposes_take_their_labels_along(folder: Path) -> None:
    Path("w.csv").write_text(",a,b,c\nx,1,2,3\n")
    found = transpose(read_matrix("W_Q", "w.csv"))
    assert found.values.tolist() == [[1], [2], [3]]
    assert (found.name, found.rows, found.cols, found.origin) == ("W_Q", ("a", "b", "c"), ("x",), "w.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", b"[[1, 2], [3, 4]]"),
        ("x.json", b'{"whatever": [[1, 2], [3, 4]]}'),
        ("x.csv", b"1,2\n3,4\n"),
        ("X.CSV", b"1;2\n3;4\n"),
        ("x.tsv", b"1\t2\n3\t4\n"),
        ("x.txt", b"1 2\n3 4\n"),
        ("x.txt", b"W\n1 2\n3 4\n"),
        ("x.md", b"## W\n\n| 1 | 2 |\n| 3 | 4 |\n"),
        ("x", b"1 2\n3 4\n"),
        ("x.dat", b"1, 2\n3, 4\n"),
        ("x", b'{"W": [[1, 2], [3, 4]]}'),
        ("x", b"[[1, 2],\n [3, 4]]"),
        ("with space.csv", b"1,2\n3,4\n"),
        ("a:b.csv", b"1,2\n3,4\n"),
        ("2024.csv", b"1,2\n3,4\n"),
    ],
)
def test_files_of_each_kind(folder: Path, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    found = read_matrix("W", name)
    assert found.name == "W"
    assert found.values.tolist() == SQUARE
    assert found.origin.startswith(name)


def test_numpy_files_whatever_their_name(folder: Path) -> None:
    np.save("x.npy", np.array(SQUARE))
    np.savez("x.npz", W=SQUARE)
    os.rename("x.npz", "weights")
    assert read_matrix("W", "x.npy").values.tolist() == SQUARE
    assert read_matrix("W", "weights").values.tolist() == SQUARE
    for path in ("x.npy", "weights"):
        with open(path, "rb") as stream:
            assert read_matrix("W", "-", stdin=stream).values.tolist() == SQUARE


@pytest.mark.parametrize("content", [b"1 2\n3 4", b"[[1,2],[3,4]]", b"W\n1 2\n3 4\n", b'{"K": 1, "w": [[1,2],[3,4]]}'])
def test_standard_input(content: bytes) -> None:
    found = read_matrix("W", "-", stdin=io.BytesIO(content))
    assert found.values.tolist() == SQUARE
    assert found.origin.startswith("standard input")


def test_standard_input_that_is_empty() -> None:
    with pytest.raises(InputError, match="standard input is empty"):
        read_matrix("W", "-", stdin=io.BytesIO(b""))


def test_one_of_several(folder: Path) -> None:
    np.savez("w.npz", W_Q=[[1.0]], W_K=[[2.0]])
    Path("w.json").write_text('{"W_Q": 1, "W_K": 2}')
    Path("w.txt").write_text("W_Q\n1\n\nW_K\n2\n")
    for path in ("w.npz", "w.json", "w.txt"):
        assert read_matrix("X", f"{path}:W_K").values.tolist() == [[2]]
        assert read_matrix("X", f"{path}:wk").origin.startswith(path)
        assert read_matrix("wq", path).values.tolist() == [[1]]
        assert (
            error_of(path, "W_V")
            == f"no matrix 'W_V' in {path}\n  it has W_Q, W_K\n  choose one: W_V={path}:NAME, or give the whole file for all that the stage takes of it"
        )
        assert error_of(path, "W_QQ") == f"no matrix 'W_QQ' in {path}\n  it has W_Q, W_K\n  did you mean W_Q?"
        assert f"no matrix 'b' in {path}\n  it has W_Q, W_K" in error_of(f"{path}:b")
    Path("x.csv").write_text("1,2\n")
    assert "no matrix 'W' in x.csv\n  it holds one matrix, without a name\n  leave out the :name" in error_of("x.csv:W")


def test_a_matrix_of_a_worksheet(folder: Path) -> None:
    Path("sheet.json").write_bytes(dumps(sheet()))
    assert read_matrix("X", "sheet.json:attention.Q").values.tolist() == [[1, 0]]
    assert read_matrix("X", "sheet.json:attention-2.q").values.tolist() == [[2, 0]]
    assert read_matrix("X", "sheet.json:decode-1.self-attention.Q").values.tolist() == [[3, 0]]
    assert read_matrix("X", "sheet.json:Q").origin == "sheet.json:decode-1.self-attention.Q"
    assert read_matrix("Q", "sheet.json").rows == ("When",)
    assert "no matrix 'attention.K' in sheet.json\n  it has W_Q, Q, attention.W_Q" in error_of("sheet.json:attention.K")


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("w.npz", ("w.npz", None)),
        ("w.npz:W_Q", ("w.npz", "W_Q")),
        ("dir/w.json:attention.Q", ("dir/w.json", "attention.Q")),
        (r"C:\w.npz", (r"C:\w.npz", None)),
        (r"C:\w.npz:W_Q", (r"C:\w.npz", "W_Q")),
        ("C:/w.npz", ("C:/w.npz", None)),
        ("c:w.npz", ("c:w.npz", None)),
        ("w.npz:", ("w.npz:", None)),
    ],
)
def test_the_colon_of_a_drive_is_no_selector(folder: Path, source: str, parts: tuple[str, str | None]) -> None:
    assert split_selector(source) == parts


def test_files_that_cannot_be_read(folder: Path) -> None:
    Path("weights.csv").write_text("1,2\n")
    Path("empty.txt").write_bytes(b"")
    Path("sub").mkdir()
    assert error_of("wieghts.csv") == "no file wieghts.csv\n  did you mean weights.csv?"
    assert error_of("nowhere/x.csv").startswith("no file nowhere/x.csv\n  nor a folder nowhere\n  expected numbers")
    assert error_of("sub") == "sub is a folder\n  name a file in it"
    assert error_of("empty.txt") == "empty.txt is empty\n  expected numbers"
    assert error_of("").startswith("no numbers and no file's name")
    assert error_of("a\x1b[2J\n.csv").startswith(r"no file a\x1b[2J\n.csv")
    assert error_of("a\0.csv").startswith(r"cannot read a\x00.csv")
    assert len(error_of("x" * 5000)) < 400


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_file_without_permission(folder: Path) -> None:
    Path("x.csv").write_text("1")
    os.chmod("x.csv", 0)
    assert error_of("x.csv") == "cannot read x.csv\n  permission denied"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", "1 2\n3 x\n".encode("utf-16"), "'x' where a number is due\n  in x.txt, line 2, column 3"),
        ("x.txt", b"\xff\xfe1", "x.txt is no utf-16 text"),
        ("x.csv", b"1,2\n\x81,3\n", "x.csv is not UTF-8 text\n  byte 4 (line 2) is 0x81"),
        ("x.txt", b"1 2\n\0", "x.txt is no text\n  byte 4 is 0"),
        ("x.txt", b"# nothing\n", "x.txt holds no numbers"),
        ("x.txt", b"Q\n1 _\n", "Q is not filled in: row 1, column 2 is blank\n  in x.txt, the matrix at line 1"),
        ("x.json", b"[[1, 2]", "the JSON stops before its end\n  in x.json, line 1, column 8"),
        ("x.json", b" ", "x.json is empty"),
        ("x.json", b"[1][2]", "x.json holds 2 JSON documents\n  expected one here"),
        ("x.json", b'{"tmat": 1, "stages": []}', "the worksheet in x.json has no matrices"),
        ("x.npz", b"no zip", "x.npz is no .npz that can be read"),
    ],
)
def test_contents_that_cannot_be_read(folder: Path, name: str, content: bytes, message: str) -> None:
    Path(name).write_bytes(content)
    assert message in error_of(name)


def test_numbers_meant_inline_are_not_looked_for_on_disk() -> None:
    assert error_of("1 2; 3 x").startswith("'x' where a number is due")
    assert error_of("0.5 1/0").startswith("'1/0' divides by 0")
    assert error_of("3,14 2,71").startswith("'3,14': a decimal comma, or two cells?")


def test_weights(folder: Path) -> None:
    arrays: dict[str, Any] = {"W_Q": [[1.0, 2.0]], "layer1.W_K.T": [[1.0, 2.0]]}
    np.savez("w.npz", **arrays)
    Path("w.json").write_text(json.dumps(arrays))
    Path("w.txt").write_text("W_Q\n1 2\n\nlayer1.W_K.T\n1 2\n")
    for path in ("w.npz", "w.json", "w.txt"):
        found = read_weights(path)
        assert {name: m.values.tolist() for name, m in found.items()} == {"W_Q": [[1, 2]], "layer1.W_K": [[1], [2]]}
        assert all(name == m.name for name, m in found.items())
    Path("sheet.json").write_bytes(dumps(sheet()))
    assert {name: m.values.tolist() for name, m in read_weights("sheet.json").items()} == {"W_Q": [[3]]}
    Path("x.csv").write_text("1,2\n")
    with pytest.raises(InputError, match=r"x.csv names no matrices(.|\n)*-m W_Q=x.csv"):
        read_weights("x.csv")


@given(st.text(max_size=15).filter(lambda text: text.strip() != "-"))
def test_a_source_gives_nothing_but_our_own_errors(source: str) -> None:
    try:
        assert read_matrices(source)
    except TmatError as error:
        assert "\x1b" not in str(error)


@given(st.one_of(st.binary(max_size=40), st.text(alphabet='12.,;[]{}" \n\tQ:', max_size=20).map(str.encode)))
def test_standard_input_gives_nothing_but_our_own_errors(data: bytes) -> None:
    try:
        assert read_matrices("-", stdin=io.BytesIO(data))
    except TmatError as error:
        assert "\x1b" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "Q\n1,2\n3,4\n\nK\n5,6\n7,8\n",
        "Q,\n1,2\n3,4\n,\nK,\n5,6\n7,8\n",
        "Q,,,K,\n1,2,,5,6\n3,4,,7,8\n",
        "Q,1,2\n,3,4\nK,5,6\n,7,8\n",
        "Q;;;K;\n1,0;2;;5;6\n3;4;;7;8,0\n",
    ],
)
def test_a_csv_with_several_named_blocks(text: str, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(text)
    found = read_matrices(str(path))
    assert {name: matrix.values.tolist() for name, matrix in found.items()} == {
        "Q": [[1, 2], [3, 4]],
        "K": [[5, 6], [7, 8]],
    }
