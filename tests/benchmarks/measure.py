"""Whole processes against whole processes: run in turns, the best of many, so that a busy machine slows all alike.

Nothing here loads NumPy or torch: a process counts the memory of the one that started it as its own largest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# Installed packages are compiled once; where the environment forbids that, a checkout would be compiled at every start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
PYTHON = sys.executable
TMAT = [PYTHON, "-m", "tmat"]


@dataclass
class Run:
    """What one process took: seconds on the wall and of the processors, and its largest memory in bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass
class Figure:
    """One line of the report: what was measured, the ratio (or another number), and what was asked for."""

    what: str
    value: float
    bound: float
    at_least: bool = False
    unit: str = "×"
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def once(command: Sequence[str], folder: Path | None = None, stdin: Path | None = None, terminal: bool = False) -> Run:
    """Run a command to its end; on a terminal of its own where that is asked for."""
    start = time.perf_counter()
    if terminal:
        status, used = _on_a_terminal(command)
    else:
        with open(stdin or os.devnull, "rb") as source:
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, cwd=folder)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = status
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"a measured command failed ({status}): {' '.join(command)[:200]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def _on_a_terminal(command: Sequence[str]) -> tuple[int, os._typeshed.structseq]:  # type: ignore[name-defined]
    import pty

    child, master = pty.fork()
    if child == 0:
        os.environ.setdefault("TERM", "xterm-256color")
        os.execv(command[0], list(command))
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:  # Linux says the end of a terminal so
        pass
    _, status, used = os.wait4(child, 0)
    os.close(master)
    return status, used


def in_turns(
    commands: Mapping[str, Sequence[str]], rounds: int, *, folder: Path | None = None, terminals: Sequence[str] = ()
) -> dict[str, Run]:
    """The best of each command."""
    return {name: best(runs) for name, runs in turns(commands, rounds, folder=folder, terminals=terminals).items()}


def turns(
    commands: Mapping[str, Sequence[str]], rounds: int, *, folder: Path | None = None, terminals: Sequence[str] = ()
) -> dict[str, list[Run]]:
    """The runs of each command: one after another, round after round, the first round only to warm up."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            run = once(command, folder, terminal=name in terminals)
            if turn or rounds == 1:
                found[name].append(run)
    return found


def best(runs: Sequence[Run]) -> Run:
    return Run(min(r.wall for r in runs), min(r.cpu for r in runs), min(r.memory for r in runs))


def beside(runs: Sequence[Run], others: Sequence[Run]) -> float:
    """The middle of the ratios of runs that came one after the other.

    What takes a tenth of a second has the luck, now and then, that nothing else runs; eight processes never have: the
    best of the one over the best of the other would compare luck.
    """
    return median(run.wall / other.wall for run, other in zip(runs, others, strict=True))


def milliseconds(runs: Sequence[Run]) -> str:
    """The middle one, and the best."""
    return f"{median(run.wall for run in runs) * 1e3:.0f} ms (best {best(runs).wall * 1e3:.0f})"
