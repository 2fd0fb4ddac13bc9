"""Marking in several processes where a new one starts from nothing: macOS, Windows, and Python's own default one day."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import tmat

from tmat.errors import LimitError
from tmat.marking.many import WORTH_A_POOL, mark_many
from tmat.reading.worksheet_json import loads
from tmat.sheet.worksheet import Worksheet

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import multiprocessing, sys
from pathlib import Path
from tmat.marking.many import WORTH_A_POOL, mark_many
from tmat.reading.worksheet_json import loads

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


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="another's process is changed by forking it")
def test_a_process_that_is_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    key = loads(tmat("attention --d-k 6").output.encode())
    assert isinstance(key, Worksheet)
    monkeypatch.setattr("tmat.marking.many._marked", lambda *_: os._exit(9))
    with pytest.raises(LimitError, match=r"a process that marks was ended from outside\n.*\n  try jobs=1"):
        list(mark_many(["a.txt"] * 2 * WORTH_A_POOL, key, jobs=2))
