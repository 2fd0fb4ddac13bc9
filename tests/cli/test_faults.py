"""What goes wrong around the program: streams closed or full, interrupts, folders that cannot be written, old terminals."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.running import attempt, refused, tmat

from tmat.cli.environment import Environment
from tmat.cli.program import run

ROOT = Path(__file__).resolve().parents[2]
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell as Unix has it")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
PROGRAM = f"{shlex.quote(sys.executable)} -m tmat"
OWN = ("LANG", "COLUMNS", "LINES", "NO_COLOR", "TERM", "HOME")


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON")) and name not in OWN
    }
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def shell(line: str, **more: str) -> tuple[list[int], str, str]:
    """A line of bash where TMAT is the program: each command's exit code, what stood on standard output and error."""
    reading, writing = os.pipe()
    script = f'{line.replace("TMAT", PROGRAM)}\ncodes=("${{PIPESTATUS[@]}}"); echo "${{codes[@]}}" >&{writing}'
    try:
        done = subprocess.run(
            ["bash", "-c", script], env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True,
            pass_fds=(writing,), timeout=120,
        )  # fmt: skip
    finally:
        os.close(writing)
    with os.fdopen(reading) as codes:
        return (
            [int(code) for code in codes.read().split()],
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode(),
        )


# -- streams


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
    codes, output, said = shell(line)
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


# -- told to end


def started(folder: Path, line: str, **more: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tmat", *shlex.split(line)], env=environment(), cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # fmt: skip


@UNIX
@pytest.mark.parametrize("after", [0.06, 0.12, 0.2, 0.3, 0.4, 0.5])
def test_an_interrupt_at_any_point(tmp_path: Path, after: float) -> None:
    (tmp_path / "w.json").write_text("before")
    process = started(tmp_path, "attention --seed 1 --positions 1500 --d-model 8 -o w.json")
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert output == b""
    if (
        process.returncode == -signal.SIGINT
        or b"import_site" in errors
        or b"<frozen site>" in errors
        or b"runpy" in errors
    ):
        return  # the interpreter itself was still starting
    assert process.returncode in (130, 0), errors
    assert errors == b""
    assert [path.name for path in tmp_path.iterdir()] == ["w.json"]
    if process.returncode == 130:
        assert (tmp_path / "w.json").read_text() == "before"


@UNIX
@pytest.mark.parametrize("told", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_told_to_end_while_a_file_is_written(tmp_path: Path, told: str) -> None:
    number = signal.Signals[told]
    (tmp_path / "w.npz").write_text("before")
    process = started(tmp_path, "attention --seed 1 --positions 2000 --d-model 8 -o w.npz")
    began = time.monotonic()
    while not list(tmp_path.glob(".tmat-*")):
        assert process.poll() is None and time.monotonic() - began < 60
        time.sleep(0.001)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]
    if process.returncode != 0:  # else it was done before it was told
        assert process.returncode == (130 if told == "SIGINT" else -number)
        assert (tmp_path / "w.npz").read_text() == "before"


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # ended, or not a system that says it
        return ""


@UNIX
@pytest.mark.parametrize("told", ["SIGTERM", "SIGKILL", "SIGINT"])
def test_a_class_half_marked_leaves_no_process_behind(tmp_path: Path, told: str) -> None:
    """They hold standard output: who reads it would wait for ever. Ctrl-C goes to all of them at once."""
    tmat(f"attention -o {tmp_path}/key.json")
    (tmp_path / "a.txt").write_text(tmat(f"show {tmp_path}/key.json -f text").output, encoding="utf-8")
    answers = " ".join(["a.txt"] * 3000)
    process = started(tmp_path, f"check --jobs 2 --key key.json {answers}", start_new_session=True)
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    began = time.monotonic()
    while time.monotonic() - began < (60 if workers.exists() else 1.5) and len(_read(workers).split()) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    (os.killpg if told == "SIGINT" else os.kill)(process.pid, signal.Signals[told])
    assert process.communicate(timeout=20) == (b"", b"")
    assert process.returncode == (130 if told == "SIGINT" else -signal.Signals[told])


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


# -- places that cannot be written


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
    codes, _, errors = shell(f"cd {tmp_path} && mkdir gone && cd gone && rmdir ../gone && TMAT attention -o x.json")
    assert (codes[-1], errors) == (3, "tmat attention: cannot write x.json\n  no such file or directory\n")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that not even root may write in")
@pytest.mark.parametrize("target", ["/proc/x.json", "/proc/version"])
def test_a_file_system_that_cannot_be_written(target: str) -> None:
    done = attempt(f"attention --format json -o {target}")
    assert (done.code, done.output) == (3, "")
    assert done.errors.startswith(f"tmat attention: cannot write {target}\n  ")


# -- locales and terminals


@UNIX
@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "cp1252"},
    ],
)
def test_an_encoding_that_lacks_our_signs(settings: dict[str, str]) -> None:
    for line in ("attention --d-k 6 -f table", "attention --help"):
        codes, output, errors = shell(f"TMAT {line}", **settings)
        assert (codes, errors) == ([0], ""), line
        assert output
    codes, output, errors = shell("TMAT attention -m Q='1 2' -m K='1 2 3' -m V=1", **settings)
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


@UNIX
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"TERM": "dumb"},
        {"TERM": ""},
        {"TERM": "nosuch"},
        {"COLUMNS": "0"},
        {"COLUMNS": "abc"},
        {"COLUMNS": "²"},
        {"COLUMNS": "9" * 5000},
        {"LINES": "²"},
    ],
)
def test_variables_that_are_missing_or_say_nothing(settings: dict[str, str]) -> None:
    expected = tmat("attention --d-k 6 -f table").output
    assert shell("TMAT attention --d-k 6 -f table", **settings) == ([0], expected, "")
    codes, output, errors = shell("TMAT --help", **settings)
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
    from tmat.width import width

    output = tmat("attention --d-k 6 -f table --width 20").output
    lines = output.splitlines()
    assert max(width(line) for line in lines if "⎤" not in line and "⎥" not in line and "⎦" not in line) <= 20
    assert max(map(width, lines)) <= 21  # a label and one whole number: neither is ever cut


# -- files from elsewhere


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
