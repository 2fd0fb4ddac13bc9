"""Marking on executors: the same as in one process, whichever it is, and whatever becomes of its workers."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import tmat
from tests.marking.reported import to_json
from tests.marking.test_reports import handed_in, key

from tmat.marking.many import WORTH_A_POOL, Failure, Marked, mark_many
from tmat.marking.spreading import spread

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
forked = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="another's process is changed by forking it"
)


def started(script: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    (folder / "script.py").write_text(script)
    return subprocess.Popen(
        [sys.executable, str(folder / "script.py"), *arguments], env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_that_are_spawned(tmp_path: Path) -> None:
    """A new process starts from nothing on macOS and Windows, and by Python's own default one day."""
    tmat(f"attention --d-k 6 -o {tmp_path}/key.json")
    (tmp_path / "answers.txt").write_text(tmat(f"show {tmp_path}/key.json -f text").output, encoding="utf-8")
    process = started(SCRIPT, tmp_path, str(tmp_path / "key.json"), str(tmp_path / "answers.txt"))
    assert (*process.communicate(), process.returncode) == ("50 True\n", "", 0)


class Leaving(Executor):
    """Takes the first two and no more; what becomes of those two is for the classes made of it."""

    def __init__(self) -> None:
        self.sent = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += 1
        if self.sent > 2:
            raise ConnectionError("gone")
        return Future()


class Refusing(Leaving):
    """Loses the first two."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(fn, *args, **kwargs)
        future.set_exception(OSError("the worker is gone"))
        return future


class Forgetting(Leaving):
    """Settles neither, as a Dask client does that is closed in between."""


def test_a_result_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.marking.spreading.PATIENCE", 0.01)
    found = list(spread(pairs(6), negated, lambda number: number, Forgetting(), 1))
    assert found == [[0, -1], [-2, -3], [-4, -5]]


def test_a_slow_result_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.marking.spreading.PATIENCE", 0.01)
    with ThreadPoolExecutor(1) as pool:
        assert list(spread([[0.2]], slowly, lambda seconds: -seconds, pool, 1)) == [[0.2]]


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a class large enough to be spread, one of which cannot be read."""
    folder = tmp_path_factory.mktemp("submissions")
    handed_in(folder, WORTH_A_POOL + 2)
    (folder / "s001.txt").write_bytes(b"\xff\xfe\x00")
    return folder


@pytest.fixture(scope="module")
def in_one_process(submissions: Path) -> list[Marked]:
    return list(mark_many([submissions], key(), jobs=1))


@pytest.mark.parametrize(
    "executor", [None, ThreadPoolExecutor(3), ProcessPoolExecutor(2), Refusing()], ids=lambda e: type(e).__name__
)
def test_any_executor_gives_what_one_process_gives(
    executor: Executor | None, submissions: Path, in_one_process: list[Marked]
) -> None:
    together = list(mark_many([submissions], key(), jobs=2, executor=executor))
    assert to_json(together) == to_json(in_one_process)
    assert [type(one) for one in in_one_process[:2]] != [Failure, Failure]
    if executor is not None:
        executor.shutdown()


# What is done to numbers below, in processes that some of the numbers end.


def told(number: int) -> int:
    return -number


def negated(numbers: Sequence[int]) -> list[int]:
    return [-number for number in numbers]


def slowly(numbers: Sequence[float]) -> list[float]:
    time.sleep(sum(numbers))
    return list(numbers)


def ending(numbers: Sequence[int]) -> list[int]:
    if 5 in numbers:
        os._exit(9)
    return [10 * number for number in numbers]


def ending_once(numbers: Sequence[str]) -> list[str]:
    """Each is the name of a file that is there from the second time on."""
    for name in numbers:
        if name.endswith("5") and not os.path.exists(name):
            Path(name).touch()
            os._exit(9)
    return list(numbers)


def pairs(count: int) -> Iterator[list[int]]:
    return ([n, n + 1] for n in range(0, count, 2))


def test_a_work_that_ends_its_process_costs_no_other() -> None:
    found = [one for part in spread(pairs(40), ending, told, None, 2) for one in part]
    assert found == [-5 if n == 5 else 10 * n for n in range(40)]


def test_a_worker_that_dies_costs_nothing(tmp_path: Path) -> None:
    names = [[str(tmp_path / str(n)), str(tmp_path / f"{n}b")] for n in range(20)]
    found = [one for part in spread(names, ending_once, lambda name: "lost", None, 2) for one in part]
    assert found == [name for pair in names for name in pair]
    assert (tmp_path / "15").exists()


@forked
def test_a_submission_that_ends_its_process_is_the_only_one_not_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tmat.marking import many

    handed_in(tmp_path, WORTH_A_POOL + 2)
    whole = many._marked
    monkeypatch.setattr(
        many, "_marked", lambda handed, *rest: os._exit(9) if "s007" in handed.origin else whole(handed, *rest)
    )
    found = list(mark_many([tmp_path], key(), jobs=2))
    assert [(one.origin, one.what) for one in found if isinstance(one, Failure)] == [
        (str(tmp_path / "s007.txt"), "the process that marked it was ended from outside")
    ]
    assert len(found) == WORTH_A_POOL + 2


SLOW = """
import os, sys, time
from tmat.marking.spreading import spread

def slow(numbers):
    open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()
    time.sleep(60)

if __name__ == "__main__":
    from tmat.interrupts import end_when_interrupted
    end_when_interrupted()
    try:
        list(spread([[1], [2], [3]], slow, int, None, 2))
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        os._exit(130)
"""


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc")
@pytest.mark.parametrize(("number", "said"), [(2, "interrupted\n"), (9, "")], ids=["interrupted", "killed"])
def test_no_worker_is_left_behind(number: int, said: str, tmp_path: Path) -> None:
    workers = tmp_path / "workers"
    workers.mkdir()
    process = started(SLOW, tmp_path, str(workers))
    for _ in range(600):
        if len(list(workers.iterdir())) == 2:
            break
        time.sleep(0.05)
    for each in (process.pid, *(int(path.name) for path in workers.iterdir())):  # as a terminal does, to all of them
        if number == 2 or each == process.pid:
            os.kill(each, number)
    assert process.communicate(timeout=20) == (said, "")
    for _ in range(200):
        left = [path.name for path in workers.iterdir() if alive(int(path.name))]
        if not left:
            break
        time.sleep(0.05)
    assert left == []
