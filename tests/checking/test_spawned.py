"""Marking in several processes where a new one starts from nothing: macOS, Windows, and Python's own default one day."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.running import tmat

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import multiprocessing, sys
from pathlib import Path
from tmat.checking.many import WORTH_A_POOL, mark_many
from tmat.reading import loads

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    key = loads(Path(sys.argv[1]).read_bytes())
    marked = list(mark_many([sys.argv[2]] * (WORTH_A_POOL + 2), key, jobs=2))
    print(len(marked), all(one.all_right for one in marked))
"""


def test_processes_that_are_spawned(tmp_path: Path) -> None:
    tmat(f"attention --d-k 6 -o {tmp_path}/key.json")
    (tmp_path / "answers.txt").write_text(tmat(f"show {tmp_path}/key.json -f text").output, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "key.json"), str(tmp_path / "answers.txt")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "50 True\n", "")
