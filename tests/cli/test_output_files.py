"""Where the output goes: a file by its suffix, whole or not at all; exit code 3 where it cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.running import attempt, refused, tmat


def test_a_file_holds_what_standard_output_would(tmp_path: Path) -> None:
    path = tmp_path / "sheet.json"
    done = tmat(f"attention --d-k 6 -o {path}")
    assert done.output == ""
    assert path.read_text() == tmat("attention --d-k 6").output
    assert [each.name for each in tmp_path.iterdir()] == ["sheet.json"]


def test_several_worksheets_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "sheets.json"
    tmat(f"ffn -o {path}", "[[1, 2]]\n[[3, 4]]")
    assert path.read_text() == tmat("ffn", "[[1, 2]]\n[[3, 4]]").output
    assert len(tmat(f"show {path}").sheets) == 2


def test_a_file_is_as_it_was_where_the_command_fails(tmp_path: Path) -> None:
    path = tmp_path / "sheet.json"
    path.write_text("before")
    refused(f"attention -m X='1 2; 3' -o {path}")
    refused(f"ffn -o {path}", "[[1, 2]]\n[[3")
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def cannot_write(line: str) -> str:
    done = attempt(line)
    assert (done.code, done.output) == (3, "")
    return done.errors


def test_a_folder_cannot_be_written_over(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    said = cannot_write(f"attention -o {tmp_path}/x.json")
    assert (
        said == f"tmat attention: cannot write {tmp_path}/x.json\n  it is a folder\n  give the name of a file in it\n"
    )


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert cannot_write(f"attention -o {tmp_path}/file/x.json").startswith(
        f"tmat attention: cannot write {tmp_path}/file/x.json\n  "
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "permission denied" in cannot_write(f"attention -o {tmp_path}/x.json")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk() -> None:
    assert "no space left on device" in cannot_write("attention --format json -o /dev/full")


@pytest.mark.parametrize("only", ["Q", "Q,weights", "q,WEIGHTS", "output"])
def test_only(only: str) -> None:
    names = {name.lower() for name in only.split(",")}
    assert {name.lower() for name in tmat(f"attention --only {only}").steps} == names
    separately = " ".join(f"--only {name}" for name in only.split(","))
    assert tmat(f"attention {separately}").output == tmat(f"attention --only {only}").output


def test_only_of_heads_means_every_head() -> None:
    assert tmat("attention --heads 2 --only weights").steps == ["weights1", "weights2"]


def test_show_picks_stages_and_matrices(tmp_path: Path) -> None:
    tmat(f"encode --layers 2 --seed 1 -o {tmp_path}/sheet.json")
    ids = [stage["id"] for stage in tmat(f"show {tmp_path}/sheet.json --stage attention-2,ffn").stages]
    assert ids == ["attention-2", "ffn"]
    assert len(tmat(f"show {tmp_path}/sheet.json --stage layer2").stages) == 4
    some = tmat(f"show {tmp_path}/sheet.json --only layer2.Q")
    assert [(stage["id"], [step["name"] for step in stage["steps"]]) for stage in some.stages] == [
        ("attention-2", ["Q"])
    ]
    assert "no stage 'atention' in this worksheet" in refused(f"show {tmp_path}/sheet.json --stage atention")
    assert "did you mean attention?" in refused(f"show {tmp_path}/sheet.json --stage atention")


def test_seeds_and_dtypes() -> None:
    assert tmat("attention --seed 3").output == tmat("attention --seed 3").output
    assert tmat("attention --seed 3").output != tmat("attention --seed 4").output
    assert tmat("attention --seed name:li.wei")["W_Q"].tolist() != tmat("attention --seed name:li.wang")["W_Q"].tolist()
    assert tmat("attention --seed 0 --dtype float32").entry("Q")["dtype"] == "float32"
