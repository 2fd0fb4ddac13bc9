"""Interrupts and signals at any point: nothing half written, no process left."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.running import tmat
from tests.cli.shells import UNIX, environment


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
