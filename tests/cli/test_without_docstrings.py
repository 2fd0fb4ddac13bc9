"""Help is whole where Python drops docstrings."""

from __future__ import annotations

import os
import subprocess
import sys

from tmat.cli.program import command_names

HELP = """
from tmat.cli.environment import Environment
from tmat.cli.program import command_names, run
for name in command_names():
    environment = Environment.piped()
    run([name, "--help"], environment)
    print(environment.output)
"""


def test_help_is_the_same() -> None:
    shown = [
        subprocess.run(
            [sys.executable, "-c", HELP],
            env={**os.environ, "PYTHONOPTIMIZE": level, "COLUMNS": "100"},
            capture_output=True,
            check=True,
        ).stdout
        for level in ("", "2")
    ]
    assert shown[0] == shown[1]
    assert all(f"tmat {name} [" in shown[0].decode() for name in command_names())
