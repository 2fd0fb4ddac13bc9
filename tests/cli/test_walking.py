"""tmat show --step: forwards and back with keys, the working of the step that is on the table, by the step and not by its text."""

from __future__ import annotations

import os
import select
import subprocess
import sys

import pytest

import tmat
from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.walking import walk
from tmat.rendering.formats.json import dumps
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Worksheet


def walked(keys: str, sheet: Worksheet | None = None) -> list[str]:
    """What is shown after each key, the pages told apart by the line that names the keys."""
    env = Environment.piped()
    pressed = iter(keys)
    own = sheet or tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[0], [1]], W_V=[[1], [1]])
    walk([own], Common(width=80, top=5, full=False), env, Look(), lambda: next(pressed))
    return env.output.split("space next")


def test_space_goes_on_and_b_back() -> None:
    q, k, again, *_ = walked(" bq")
    assert " attention" in q
    assert " 1   Q = X·W_Q" in q
    assert q.endswith("\n\n ")
    assert k.startswith(" · b back · w working · q quit   1 of 7\n 2   K = X·W_K")
    assert " 1   Q = X·W_Q" in again
    assert "2 of 7" in again


def test_every_key_shows_one_step_more() -> None:
    """Given matrices and what ends a stage stand on the page of a step: a page a step, all of them."""
    sheet = tmat.decode([[1.0, 0.0]], vocabulary=["you", "win"], max_tokens=1)
    steps = sum(len(stage.steps) for stage in sheet.stages)
    pages = walked(" " * steps, sheet)
    assert len(pages) == steps + 1
    assert f"{steps - 1} of {steps}" in pages[steps - 1]
    assert "the sentence: " in pages[steps - 1]


def test_w_shows_the_working_of_the_step_on_the_table() -> None:
    pages = walked("wwq")
    working = "Q[q1] = Σ X[k] · W_Q[k]\n  = x₁w₁ + x₂w₂\n  = 1·1 + 2·0"
    assert [working in page for page in pages] == [False, True, False, False]
    assert all(" 1   Q = X·W_Q" in page for page in pages[:3])


def test_a_stage_without_steps_has_a_page_and_no_working() -> None:
    assert "nothing is computed here" in walked("wq", tmat.vocab("I drink"))[1]


def test_arrows_go_on_and_back_and_escape_ends() -> None:
    env = Environment.piped()
    pressed = iter(["\x1b[C", "\x1b[D", "\x1b"])
    own = tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[0], [1]], W_V=[[1], [1]])
    walk([own], Common(width=80, top=5, full=False), env, Look(), lambda: next(pressed))
    assert [page.count("Q = X·W_Q") for page in env.output.split("space next")] == [1, 0, 1, 0]


@pytest.mark.parametrize(("rows", "apart"), [("24", True), ("60", False)])
def test_what_is_too_high_for_the_terminal_stands_on_two_pages(rows: str, apart: bool) -> None:
    env = Environment.piped(variables={"LINES": rows, "COLUMNS": "60"})
    pressed = iter(" " * 20)
    own = tmat.attention([[0.125] * 6] * 6, d_k=4, seed=1)
    walk([own], Common(width=60, top=5, full=False), env, Look(), lambda: next(pressed))
    pages = env.output.split("\n space next")[:-1]
    assert len(pages) == 8 + apart
    assert " attention" in pages[0] and ("Q = X·W_Q" in pages[0]) is not apart
    assert "Q = X·W_Q" in pages[apart]
    assert max(page.count("\n") + 2 for page in pages) <= int(rows)


def test_q_ends() -> None:
    assert len(walked("q")) == 2


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals here")
def test_keys_come_from_the_terminal_where_the_sheet_comes_by_a_pipe() -> None:
    """The page is cleared before each step, and q, typed on the terminal, ends it."""
    import fcntl
    import termios

    sheet = tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[0], [1]], W_V=[[1], [1]])
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "tmat", "show", "--step", "--width", "80"], stdin=subprocess.PIPE, stdout=slave, stderr=slave,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as program:  # fmt: skip
        os.close(slave)
        assert program.stdin is not None
        program.stdin.write(dumps(sheet))
        program.stdin.close()
        seen = b""
        for key, last in ((b"  ", b"1 of 7"), (b"q", b"3 of 7")):  # two keys at once are two steps
            while last not in seen:
                assert select.select([master], [], [], 20)[0], seen  # else it would wait for ever
                seen += os.read(master, 4096)
            os.write(master, key)
        assert program.wait(30) == 0
    os.close(master)
    assert seen.count(b"\x1b[2J\x1b[H") == 3
    assert "= X·W_V ".encode() in seen.rpartition(b"\x1b[2J")[2]
