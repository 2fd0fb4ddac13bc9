"""Where the output goes: a file by its suffix, whole or not at all; exit code 3 where it cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.running import attempt, refused, tmat
from tests.cli.shells import UNIX, shell

from tmat.cli.environment import _Complete


def test_a_file_holds_what_standard_output_would(tmp_path: Path) -> None:
    path = tmp_path / "sheet.json"
    done = tmat(f"attention --d-k 6 -o {path}")
    assert done.output == ""
    assert path.read_text() == tmat("attention --d-k 6").output
    assert [each.name for each in tmp_path.iterdir()] == ["sheet.json"]


def test_a_name_that_no_system_has() -> None:
    done = attempt("attention -f json -o \ud800")
    assert done.code == 3
    assert "this system has no such name" in done.errors


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


def test_a_read_only_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "grades.json"
    path.write_text("mine")
    path.chmod(0o444)
    said = cannot_write(f"attention -o {path}")
    assert "it is read-only" in said and f"chmod u+w {path}" in said
    assert path.read_text() == "mine"


@pytest.mark.parametrize("line", ["attention -m X={} -o {}", "show {} -o {}", "ffn --weights {} -o {}"])
def test_what_is_read_is_not_written_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.json"
    path.write_text('{"X": [[1, 2], [3, 4]]}')
    said = refused(line.format(path, path))
    assert f"{path} is read by this command, and would be replaced" in said
    assert path.read_text() == '{"X": [[1, 2], [3, 4]]}'


@pytest.mark.parametrize("line", ["vocab {} -o {}", "vocab --text ab --order {} -o {}", "attention -m X={} -o {}"])
def test_a_text_that_is_read_is_not_written_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.txt"
    path.write_text("1 2")
    assert f"{path} is read by this command, and would be replaced" in refused(line.format(path, path))
    assert path.read_text() == "1 2"


def test_a_file_in_a_folder_that_is_read_is_not_written_over(tmp_path: Path) -> None:
    own = tmp_path / "all" / "X.csv"
    own.parent.mkdir()
    own.write_text(",a\n1,2\n")
    said = refused(f"attention -m X={own} -o {tmp_path}/all.csv")
    assert f"{own} is read by this command, and would be replaced" in said
    assert [path.name for path in own.parent.iterdir()] == ["X.csv"]


@pytest.mark.parametrize("line", ["attention -o own.json", "check - --key key.json -o own.json"])
def test_standard_input_is_not_written_over(tmp_path: Path, line: str) -> None:
    for name in ("own.json", "key.json"):
        tmat(f"attention --d-k 6 -o {tmp_path / name}")
    before = (tmp_path / "own.json").read_bytes()
    with (tmp_path / "own.json").open("rb") as file:
        told = subprocess.run(
            [sys.executable, "-m", "tmat", *line.split()], stdin=file, capture_output=True, text=True, cwd=tmp_path
        )
    assert told.returncode == 2
    assert "own.json is read by this command, and would be replaced" in told.stderr
    assert (tmp_path / "own.json").read_bytes() == before


def test_a_folder_of_files_is_whole_or_not_there(tmp_path: Path) -> None:
    tmat(f"attention --d-k 6 -o {tmp_path}/all.csv")
    names = sorted(each.name for each in (tmp_path / "all").iterdir())
    assert len(names) > 5
    kept = tmp_path / "all" / names[-1]
    kept.write_text("mine")
    kept.chmod(0o444)
    first = (tmp_path / "all" / names[0]).read_bytes()
    assert attempt(f"attention --seed 9 -o {tmp_path}/all.csv").code == 3
    assert (tmp_path / "all" / names[0]).read_bytes() == first and kept.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["all"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("arguments", [["attention", "--seed", "1"], ["attention", "--help"]])
def test_a_full_disk_is_said_without_a_buffer_too(arguments: list[str]) -> None:
    variables = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tmat", *arguments], stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env=variables,
        )  # fmt: skip
    assert done.returncode == 3 and b"No space left" in done.stderr


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="needs pipes that do not block")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_does_not_block_gets_all_of_it(unbuffered: str) -> None:
    command = [sys.executable, "-m", "tmat", "attention", "--seed", "1", "--positions", "60"]
    expected = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True).stdout
    assert len(expected) > 1 << 16  # more than a pipe holds
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    program = subprocess.Popen(
        command, stdout=writer, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONUNBUFFERED": unbuffered}
    )
    os.close(writer)
    time.sleep(0.5)  # the pipe is full before anyone reads
    with os.fdopen(reader, "rb") as stream:
        assert stream.read() == expected
    assert program.wait() == 0


def test_one_write_may_take_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytes] = []

    def part(_: int, data: memoryview) -> int:
        taken.append(bytes(data[:3]))
        return len(taken[-1])

    monkeypatch.setattr(os, "write", part)
    assert _Complete(1).write(b"ten bytes!") == 10
    assert b"".join(taken) == b"ten bytes!"


@pytest.mark.parametrize("line", ["check a.json --key k.json -o a.json", "check a.json --key k.json -o k.json",
                                  "check answers --key k.json -o answers/li.json", "check a.json -o a.json"])  # fmt: skip
def test_check_replaces_none_of_its_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    for name in ("a.json", "k.json", "answers/li.json"):
        tmat(f"attention --d-k 6 -o {name}")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert "is read by this command, and would be replaced" in refused(line)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before


def test_a_folder_of_matrices_is_told_and_reads_back_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    done = attempt(f"attention --d-k 6 --only X,Q -o {path}", stdout_tty=True, stderr_tty=True)
    assert f"wrote the folder {tmp_path}/x of 2 files, X.csv Q.csv; {path} reads them again" in done.errors.replace(
        "\n", " "
    )
    again = tmat(f"ffn -m X={path}:Q --seed 1")
    assert (again["X"] == tmat("attention --d-k 6")["Q"]).all()


@UNIX
def test_a_file_that_is_written_again_stays_what_it_was(tmp_path: Path) -> None:
    """A link goes on pointing where it did, and who may read the file stays as it was."""
    for name in ("real.json", "gone.json"):
        (tmp_path / f"to-{name}").symlink_to(name)
    (tmp_path / "real.json").write_text("before")
    (tmp_path / "real.json").chmod(0o600)
    for name in ("real.json", "gone.json"):
        tmat(f"attention -o {tmp_path}/to-{name}")
        assert (tmp_path / f"to-{name}").is_symlink()
        assert (tmp_path / name).read_text().startswith('{"tmat":1')
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("target", ["nosuch/x.json", "file/x.json", "folder.json"])
def test_what_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()
    done = attempt(f"attention -o {target}")
    assert (done.code, done.output) == (3, "")
    assert done.errors.startswith(f"tmat attention: cannot write {target}\n  ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.json"]


@UNIX
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    codes, _, errors = shell(
        f"cd {tmp_path} && mkdir gone && cd gone && rmdir ../gone && TMAT attention -o x.json", starts=True
    )
    assert (codes[-1], errors) == (3, "tmat attention: cannot write x.json\n  no such file or directory\n")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that not even root may write in")
@pytest.mark.parametrize("target", ["/proc/x.json", "/proc/version"])
def test_a_file_system_that_cannot_be_written(target: str) -> None:
    done = attempt(f"attention --format json -o {target}")
    assert (done.code, done.output) == (3, "")
    assert done.errors.startswith(f"tmat attention: cannot write {target}\n  ")
