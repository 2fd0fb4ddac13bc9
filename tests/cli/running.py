"""Running the program in this process, as a shell would."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tmat.cli.environment import Environment
from tmat.cli.program import run

SPECIAL = {"-Infinity": -np.inf, "Infinity": np.inf, "NaN": np.nan}


@dataclass
class Done:
    """What a command answered."""

    code: int
    output: str
    errors: str

    @property
    def sheets(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def stages(self) -> list[dict[str, Any]]:
        [sheet] = self.sheets
        found: list[dict[str, Any]] = sheet["stages"]
        return found

    @property
    def stage(self) -> dict[str, Any]:
        return self.stages[-1]

    @property
    def steps(self) -> list[str]:
        return [step["name"] for step in self.stage["steps"]]

    @property
    def notes(self) -> list[str]:
        found: list[str] = self.stage["notes"]
        return found

    def entry(self, name: str) -> dict[str, Any]:
        """A step of the last stage, or a matrix given to it."""
        steps = {step["name"]: step for step in self.stage["steps"]}
        found: dict[str, Any] = steps[name] if name in steps else self.stage["given"][name]
        return found

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        rows = self.entry(name)["values"]
        return np.array([[SPECIAL.get(cell, cell) for cell in row] for row in rows], dtype=float)


def tmat(line: str, stdin: str | bytes | None = None, **rest: Any) -> Done:
    """Run a command line that must succeed and say nothing on standard error."""
    done = attempt(line, stdin, **rest)
    assert (done.code, done.errors) == (0, ""), f"tmat {line}: {done.code}\n{done.errors}"
    return done


def attempt(line: str, stdin: str | bytes | None = None, **rest: Any) -> Done:
    """Run a command line, whatever comes of it."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    env = Environment.piped(stdin=given, **rest)
    code = run(shlex.split(line), env)
    return Done(code, env.output, env.errors)


def pipe(*lines: str, stdin: str | None = None) -> Done:
    """Commands one into the next."""
    done = None
    for line in lines:
        done = tmat(line, stdin)
        stdin = done.output
    assert done is not None
    return done


def refused(line: str, stdin: str | bytes | None = None) -> str:
    """The message of a command line that must fail: exit 2, one block on standard error, nothing on standard output."""
    done = attempt(line, stdin)
    assert done.code == 2, f"tmat {line}: {done.code}\n{done.errors or done.output[:300]}"
    assert done.output == "", line
    block = done.errors
    assert block.endswith("\n"), block
    assert block.startswith("tmat"), block
    assert "Traceback" not in block, block
    assert "unforeseen" not in block, block
    first, *rest = block.rstrip("\n").split("\n")
    assert first.partition(": ")[2], block
    assert all(each.startswith("  ") and each.strip() for each in rest), block
    return block.rstrip("\n")
