"""Help is whole where Python drops docstrings."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tmat.cli.program import command_names


@pytest.mark.parametrize("name", command_names())
def test_help_is_the_same(name: str) -> None:
    shown = [
        subprocess.run(
            [sys.executable, "-m", "tmat", name, "--help"],
            env={**os.environ, "PYTHONOPTIMIZE": level, "COLUMNS": "100"},
            capture_output=True,
            check=True,
        ).stdout
        for level in ("", "2")
    ]
    assert shown[0] == shown[1]
