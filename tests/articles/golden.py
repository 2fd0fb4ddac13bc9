"""The files of fixtures/examples: what each example prints at a fixed width without colour, and its worksheets."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import tmat

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "examples"
WIDTH = 100
LINES = {
    "txt": "--format table --width 100",
    "corrected.txt": "--corrected --format table --width 100",
    "json": "--format json",
}
"""How each kind of file is made."""


def path(name: str, kind: str) -> Path:
    return FOLDER / f"{name}.{kind}"


def made(name: str, kind: str) -> str:
    """What the program prints now."""
    return tmat(f"example {name} {LINES[kind]}").output
