"""From inside a zip the program says that it is to be installed, in place of a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import tmat
from tmat.__main__ import IN_AN_ARCHIVE


def test_it_says_so(tmp_path: Path) -> None:
    package = Path(tmat.__file__).parent
    archive = tmp_path / "tmat.zip"
    with ZipFile(archive, "w") as zipped:
        zipped.writestr("__main__.py", "from tmat.__main__ import main\nmain()\n")
        for module in package.rglob("*.py"):
            zipped.write(module, Path("tmat") / module.relative_to(package))
    for line, path in (([str(archive)], ""), (["-m", "tmat"], str(archive))):
        run = subprocess.run(
            [sys.executable, *line, "attention"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
        assert (run.returncode, run.stdout, run.stderr.replace("\r", "")) == (2, "", IN_AN_ARCHIVE)
    run = subprocess.run(
        [sys.executable, "-c", "import tmat; tmat.attention([[1.0]])"],
        env={**os.environ, "PYTHONPATH": str(archive)},
        capture_output=True,
        text=True,
    )
    assert "ImportError: tmat cannot run from inside an archive" in run.stderr
