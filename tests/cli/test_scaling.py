from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from tmat.cli.commands.scaling import EXAMPLES
from tmat.cli.environment import Environment
from tmat.cli.program import run

QUICK = ["--draws", "50", "--d-k", "4,16", "--queries", "4"]


def tmat(*arguments: str, tty: bool = False, **variables: str) -> tuple[int, str, str]:
    env = Environment.piped(stdout_tty=tty, variables=variables)
    code = run(["scaling", *arguments], env)
    return code, env.output, env.errors


def test_a_pipe_gets_json() -> None:
    code, output, errors = tmat(*QUICK)
    told = json.loads(output)
    assert (code, errors) == (0, "")
    assert [each["d"] for each in told["widths"]] == [4, 16]
    assert told["widths"][1]["before"]["mean"]["error"] == pytest.approx((16 / 50) ** 0.5)
    assert told["article"]["draws"] == 20_000
    assert told["seed"] == 0


def test_a_terminal_gets_tables() -> None:
    code, output, _ = tmat(*QUICK, tty=True, COLUMNS="80", NO_COLOR="1", TERM="xterm")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert code == 0
    assert plain.startswith(" scaling    why scores are divided by √d\n     seed 0 · 50 draws of q·k for each d")
    assert "20,000 draws of N(0, 100²), and the same over 100" in plain
    assert max(map(len, plain.splitlines())) <= 80
    _, asked, _ = tmat(*QUICK, "--format", "table")
    assert asked == plain


def test_colours_say_nothing_that_the_words_do_not() -> None:
    _, coloured, _ = tmat(*QUICK, tty=True, COLUMNS="80", TERM="xterm-256color")
    _, bare, _ = tmat(*QUICK, "--format", "table")
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == bare


def test_an_output_without_blocks_gets_plain_signs() -> None:
    env = Environment.piped(encoding="ascii")
    assert run(["scaling", *QUICK, "--format", "table"], env) == 0
    assert " # " in env.output or "##" in env.output
    assert "\\u" not in env.output


def test_files(tmp_path: Path) -> None:
    code, output, _ = tmat(*QUICK, "-o", str(tmp_path / "found.json"))
    assert (code, output) == (0, "")
    assert json.loads((tmp_path / "found.json").read_text("utf-8"))["agrees"] is True
    tmat(*QUICK, "-o", str(tmp_path / "found.txt"), "--width", "60")
    assert max(map(len, (tmp_path / "found.txt").read_text("utf-8").splitlines())) <= 60


def test_a_picture_comes_beside_the_output(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    code, output, _ = tmat(*QUICK, "--plot", str(tmp_path / "found.svg"))
    assert code == 0
    assert json.loads(output)["agrees"] is True
    assert "<svg" in (tmp_path / "found.svg").read_text("utf-8")


@pytest.mark.usefixtures("from_an_index")
def test_a_picture_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, output, errors = tmat(*QUICK, "--plot", str(tmp_path / "found.png"))
    assert (code, output) == (2, "")
    assert errors == (
        "tmat scaling: --plot needs the extra 'plot'\n  it is not installed here\n  try: pip install \"tmat[plot]\"\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--d-k", "4,x"], "--d-k x is no width\n  expected whole numbers from 1, with commas\n  try --d-k 4,16,64\n"),
        (["--d-k", "-4"], "--d-k -4 is no width\n  expected whole numbers from 1, with commas\n  try --d-k 4,16,64\n"),
        (["--format", "jsn"], "--format jsn is not known\n  expected one of table, json\n  did you mean json?\n"),
        (["--format", "png"], "--format png is not known\n  expected one of table, json\n  a picture comes by --plot FILE\n"),
        (["-o", "found.md"], "cannot tell the format of found.md\n  its suffix is .md; expected one of .txt .json\n"
                             "  or say it: --format table\n"),
        (["--plot", "found.gif"], "--plot found.gif: no such kind of picture\n"
                                  "  its suffix is .gif; expected one of .png .svg .pdf\n"),
    ],
)  # fmt: skip
def test_what_cannot_be(arguments: list[str], text: str) -> None:
    assert tmat(*arguments) == (2, "", f"tmat scaling: {text}")


def test_too_much() -> None:
    code, _, errors = tmat("--d-k", "1000000")
    assert code == 3
    assert "would draw 20,320,020,000 numbers" in errors


def test_the_examples_of_the_help_run() -> None:
    assert len(EXAMPLES) == 2
    for line in EXAMPLES:
        _, *arguments = shlex.split(line)
        assert tmat(*arguments[1:])[0] == 0


def test_the_help_opens_with_the_formulas() -> None:
    code, output, _ = tmat("--help")
    assert code == 0
    assert "var(q·k) = d" in " ".join(output.split())
