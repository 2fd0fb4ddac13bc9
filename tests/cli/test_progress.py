"""A bar where a person waits at a terminal for more than a second, and nothing anywhere else."""

from __future__ import annotations

import io

import pytest

from tmat.cli import progress
from tmat.cli.environment import Environment
from tmat.cli.progress import bar_in
from tmat.engine import compute
from tmat.progress import watched_by, working
from tmat.stages.attention import attention
from tmat.stages.encode import encode
from tmat.text.counting import read_chunks


class Written:
    """A watcher that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int | None] | int | str] = []

    def begin(self, what: str, of: int | None) -> None:
        self.told.append((what, of))

    def step(self, done: int) -> None:
        self.told.append(done)

    def end(self) -> None:
        self.told.append("end")


def test_no_bar_without_a_terminal() -> None:
    assert bar_in(Environment.piped(None)) is None
    assert bar_in(Environment.piped(None, stdout_tty=True)) is None
    assert bar_in(Environment.piped(None, stderr_tty=True, variables={"TERM": "dumb"})) is None


def test_a_bar_after_a_second_and_gone_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    bar = bar_in(Environment.piped(None, stderr_tty=True, variables={"TERM": "xterm"}))
    assert bar is not None
    with watched_by(bar), working("a short one", 3) as step:
        step(1)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    with watched_by(bar), working("reading [odd]", 4) as step:
        step(1)
        step(3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading [odd]" in err and "75%" in err


def test_work_within_work_is_part_of_it() -> None:
    written = Written()
    with watched_by(written), working("decoding", 2) as step:
        with working("computing", 10) as inner:
            inner(10)
        step(1)
    assert written.told == [("decoding", 2), 1, "end"]


def test_the_end_is_told_where_work_fails() -> None:
    written = Written()
    with pytest.raises(ZeroDivisionError), watched_by(written), working("decoding", 2):
        raise ZeroDivisionError
    assert written.told == [("decoding", 2), "end"]


def test_a_large_calculation_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "LARGE", 100)
    monkeypatch.setattr(compute, "BLOCK", 100)
    for keep in (None, ["output"]):
        written = Written()
        with watched_by(written):
            attention([[1.0, 2.0]] * 20, seed=1, keep=keep)
        (what, of), *steps, end = written.told  # type: ignore[misc]
        assert (what, end) == ("computing", "end")
        assert steps == sorted(steps) and len(steps) > 5  # type: ignore[type-var]
        assert steps[-1] == of


def test_a_stack_tells_its_layers() -> None:
    written = Written()
    with watched_by(written):
        encode(layers=3, seed=1, X=[[1.0, 2.0]])
    assert written.told == [("encoding", 3), 1, 2, 3, "end"]


def test_reading_tells_the_bytes() -> None:
    written = Written()
    with watched_by(written):
        assert list(read_chunks(io.BytesIO(b"a storm"), "corpus.txt")) == ["a storm"]
    assert written.told == [("reading corpus.txt", None), 7, 7, "end"]
