"""What a screen shows: nothing wider than it is, in a pager too; colour where it is forced; matrices in the order asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import attempt, tmat

from tmat.cli.environment import Environment
from tmat.cli.program import run
from tmat.visible import width

pty = pytest.importorskip("pty", reason="a terminal as Unix has it")
SOURCE = Path(__file__).parents[2] / "src"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

PAGES = (
    ["attention", "--d-k", "6", "--full"],
    ["attention", "--symbols"],
    ["attention", "--symbols", "--heads", "2", "--positions", "3"],
    ["attention", "--trace", "output[When,1]", "--depth", "5"],
    ["attention", "--work"],
    ["posenc", "--positions", "40", "--d-model", "30"],
    ["scaling", "--d-k", "8,512", "--draws", "50", "--queries", "4"],
    ["example"],
    ["example", "causal"],
)


def on_a_terminal(arguments: list[str], columns: int) -> str:
    """Both streams, as a terminal of so many columns shows them."""
    env = Environment.piped(stdout_tty=True, stderr_tty=True, variables={"COLUMNS": str(columns), "TERM": "xterm"})
    assert run(arguments, env) == 0
    return COLOUR.sub("", env.output + env.errors)


@pytest.mark.parametrize("columns", [60, 80, 120, 160])
@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
def test_nothing_is_wider_than_the_terminal(arguments: list[str], columns: int) -> None:
    assert max(map(width, on_a_terminal(arguments, columns).splitlines())) <= columns


@pytest.mark.parametrize("columns", [60, 80, 120, 160])
@pytest.mark.parametrize("words", ["When you play game of thrones", "当 你 玩 权力 的 游戏"])
def test_words_stand_over_the_weights(columns: int, words: str) -> None:
    shown = on_a_terminal(["attention", "--tokens", words], columns)
    page = shown.partition("weights = softmax(")[2].partition("Z = weights")[0]
    assert any(line.split()[-6:] == words.split() for line in page.splitlines()), page


def test_a_trace_folded_says_what_a_wide_one_says() -> None:
    def said(columns: int) -> str:
        tree = on_a_terminal(["attention", "--trace", "output[When,1]", "--depth", "4"], columns)
        return re.sub(r"[│├└─\s]+", "", tree)

    assert said(50) == said(200)


def test_what_is_not_shown_says_how_to_see_it() -> None:
    page = on_a_terminal(["posenc", "--positions", "40", "--d-model", "30", "--only", "PE"], 80)
    assert " ".join(page.split()).count("columns not shown · least -1 · largest 1 · mean 0.39 · --full shows all") == 1
    whole = on_a_terminal(["posenc", "--positions", "40", "--d-model", "30", "--only", "PE", "--full"], 80)
    assert "not shown" not in whole
    assert "--full" not in whole


def piped_to_a_pager(columns: int, command: str) -> str:
    """What a reader at the end of a pipe gets, where standard error is a terminal of so many columns."""
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m tmat {command} | cat"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
        env={**variables, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}, timeout=60, check=True,
    )  # fmt: skip
    os.close(slave)
    os.close(master)
    return done.stdout.decode()


def test_a_pager_gets_the_width_of_the_terminal() -> None:
    narrow = piped_to_a_pager(60, "attention --d-k 6 -f table")
    assert max(map(width, narrow.splitlines())) <= 60
    assert max(map(width, piped_to_a_pager(120, "attention --d-k 6 -f table").splitlines())) > 80
    assert narrow == tmat("attention --d-k 6 -f table --width 60").output


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_colour_can_be_forced(variable: str) -> None:
    line = "attention --only Z -f table"
    bare = tmat(line).output
    forced = tmat(line, variables={variable: "1", "TERM": "xterm"}).output
    assert COLOUR.search(forced)
    assert COLOUR.sub("", forced) == bare
    off = {"FORCE_COLOR": "", "CLICOLOR_FORCE": "0"}
    assert tmat(line, variables={variable: off[variable], "TERM": "xterm"}).output == bare


def test_forced_colour_stays_out_of_files(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    assert attempt(f"attention -f table -o {page}", variables={"FORCE_COLOR": "1", "TERM": "xterm"}).code == 0
    assert not COLOUR.search(page.read_text("utf-8"))


def test_an_example_in_a_pipe_is_a_page() -> None:
    assert tmat("example causal").output == tmat("example causal -f table").output
    assert tmat("example causal -f json").sheets[0]["tmat"] == 1


@pytest.mark.parametrize("names", ["X,Z", "Z,X", "Z,X,Q", "weights,W_Q,scores"])
@pytest.mark.parametrize(
    ("form", "heading"),
    [
        ("table", r"^ \d+   (\w+) = |^ +(\w+) \d×\d$"),
        ("text", r"^(\w+)   # "),
        ("markdown", r"^### (?:\d+ · )?\$?(\w+?)\$?$"),
    ],
)
def test_matrices_come_in_the_order_asked_for(names: str, form: str, heading: str) -> None:
    page = tmat(f"attention --only {names} -f {form}").output
    found = ["".join(match) if isinstance(match, tuple) else match for match in re.findall(heading, page, re.MULTILINE)]
    assert found == names.split(",")


@pytest.mark.parametrize("mask", ["--mask padding", "--valid 2", "-m 'mask=1 1 0; 1 1 0; 1 1 0'"])
@pytest.mark.parametrize(
    "more", ["--only weights", "--only weights --round 2", "--round 2", "--heads 2 --only weights2"]
)
def test_what_a_mask_hid_looks_other_than_a_rounded_zero(mask: str, more: str) -> None:
    line = f"attention -m 'X=1 2; 3 4; 5 6' --tokens 'a b <pad>' {mask} {more} --seed 2"
    page = tmat(f"{line} -f table").output.partition(" = softmax(")[2].partition(" Z = ")[0]
    rows = [row.split()[-4:-1] for row in page.splitlines() if row.endswith(("⎤", "⎥", "⎦"))]
    assert [row[2] for row in rows] == ["0"] * 3
    assert not {"0", "1"} & {cell for row in rows for cell in row[:2]}
    if "--only" in more:
        assert tmat("show -f table", tmat(line).output).output.count(rows[0][0]) >= 1
        assert " 0 ⎤" in tmat("show -f table", tmat(line).output).output


def test_an_error_is_folded_to_the_terminal_that_it_goes_to() -> None:
    line = ["attention", "-m", "X=1 2", "-m", "W_Q=1 2 3; 4 5 6; 7 8 9", "--round", "2"]
    wide, narrow = (Environment.piped(stderr_tty=True, variables={"COLUMNS": own}) for own in ("200", "30"))
    assert run(line, wide) == run(line, narrow) == 2
    assert max(map(width, narrow.errors.splitlines())) <= 30 < max(map(width, wide.errors.splitlines()))
    assert narrow.errors.split() == wide.errors.split()
    assert all(row.startswith("  ") for row in narrow.errors.splitlines()[1:])


@pytest.mark.parametrize("columns", [40, 60, 80, 160])
@pytest.mark.parametrize("each", [[], ["--each"]])
def test_a_class_stays_within_the_terminal(
    each: list[str], columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmat("attention --d-k 6 -o key.json")
    rows = tmat("show key.json --only Q -f csv").output.splitlines()[1:]
    numbers = "\n".join(row.partition(",")[2].replace(",", " ") for row in rows)
    slipped = f"Q\n{numbers}\n\nV\n{numbers}\n"
    for name in ("a.txt", "a name that is too long to stand before a sentence of what is wrong.txt"):
        Path(name).write_text(slipped)
    env = Environment.piped(stdout_tty=True, stderr_tty=True, variables={"COLUMNS": str(columns), "TERM": "xterm"})
    assert run(["check", *map(str, sorted(Path().glob("a*.txt"))), "--key", "key.json", *each], env) == 1
    shown = COLOUR.sub("", env.output)
    assert max(map(width, shown.splitlines())) <= columns
    assert "every number is Q's: V was made with W_Q" in " ".join(shown.split())


def test_the_points_are_the_last_line_of_a_marked_sheet(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Q\n1 2\n")
    env = Environment.piped(stdout_tty=True, stderr_tty=True, variables={"COLUMNS": "80", "TERM": "xterm"})
    env.stderr = env.stdout
    assert run(["check", str(tmp_path / "a.txt"), "--key", "example:causal"], env) == 1
    assert COLOUR.sub("", env.output).splitlines()[-1].endswith(" points")


@pytest.mark.parametrize(
    "line",
    ["check a.txt --key example:causal", "attention", "attention --only Q -f csv", "scaling --draws 50 --queries 4"],
)
def test_standard_output_by_name(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Q\n1 2\n")
    told, plain = attempt(f"{line} -o -"), attempt(line)
    assert (told.code, told.output, told.errors) == (plain.code, plain.output, plain.errors)
    assert told.output
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_second_flag_gives_way_to_an_option_of_the_output() -> None:
    """How many experts: --top, but in decode, where that is how many words are listed."""
    by_one, by_other = (attempt(f"ffn --experts 3 --seed 1 {flag} 1") for flag in ("--top", "--top-experts"))
    assert by_one == by_other and "3 experts, 1 a row" in by_one.stage["notes"]
    words = "decode --no-cross --words 'a b c' --max-tokens 1 --experts 3 --top-experts 1 -f table"
    short, whole = attempt(f"{words} --top 1"), attempt(words)
    assert short.code == whole.code == 0
    assert 0 < short.output.count("█") < whole.output.count("█")
