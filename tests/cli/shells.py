"""Lines of bash in which TMAT is the program: a fork of one process that has imported it, or a process that starts."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.forked import search_path

ROOT = Path(__file__).resolve().parents[2]
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell as Unix has it")
STARTED = f"{shlex.quote(sys.executable)} -m tmat"
OWN = ("LANG", "COLUMNS", "LINES", "NO_COLOR", "TERM", "HOME")


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON")) and name not in OWN
    }
    return {**kept, "PATH": search_path(), "PYTHONPATH": str(ROOT / "src"), **more}


def shell(line: str, *, starts: bool = False, **more: str) -> tuple[list[int], str, str]:
    """Each command's exit code, what stood on standard output and error. ``starts``: where it matters how it starts."""
    reading, writing = os.pipe()
    program = STARTED if starts else "tmat"
    script = f'{line.replace("TMAT", program)}\ncodes=("${{PIPESTATUS[@]}}"); echo "${{codes[@]}}" >&{writing}'
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
