"""How fast whole classes are marked, and in how much memory; writes the figures into docs/scale.md.

python -m tests.benchmarks.classes                1,000 submissions, and 4,000, in processes of ours and on a cluster of two
python -m tests.benchmarks.classes --count 500
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import cpu_count, getloadavg, wait4
from pathlib import Path

from tests.benchmarks.marking import CLASS
from tests.benchmarks.measure import PYTHON, TMAT, once, python

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def made(folder: Path, count: int) -> None:
    """A key and a thousand slipped sheets, under as many names as are asked for."""
    once([*TMAT, "attention", "--d-k", "6", "-o", "thrones.json"], folder)
    once(python(CLASS.format(count=min(count, 1000))), folder)
    sheets = sorted((folder / "class").iterdir())
    for n in range(len(sheets), count):
        shutil.copy(sheets[n % 1000], folder / "class" / f"student{n:06}.txt")


def taken(folder: Path, *options: str) -> tuple[float, float, float]:
    """Seconds on the wall, seconds of processor of it and its own workers, and MiB of the process that reports."""
    start = time.perf_counter()
    process = subprocess.Popen([*TMAT, "check", "class", "--key", "thrones.json", *options], cwd=folder)
    _, status, used = wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status >> 8 != 1:  # 1: something is wrong, as it should be
        raise SystemExit(f"a measured command failed ({status}): {' '.join(options)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a cluster of two workers."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(CLUSTER)
        script.flush()
        process = subprocess.Popen([PYTHON, script.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()


WRITTEN = """
import pickle, sys
from tests.marking.test_reports import report
from tmat.marking.reports.data import json_parts, to_csv

packed = pickle.dumps(report("V"))

def reports():
    for n in range(100_000):
        one = pickle.loads(packed)
        one.origin = f"answers/student{{n:06}}.txt"
        yield one

if "{form}" == "csv":
    to_csv(reports())
elif "{form}" == "json":
    with open("{file}", "wb") as file:
        file.writelines(json_parts(reports(), alone=False))
"""


def written(folder: Path) -> str:
    """What holding and writing a hundred thousand reports takes besides marking."""
    runs = {
        form: once(python(WRITTEN.format(form=form, file=folder / "marks.json"))) for form in ("nothing", "csv", "json")
    }
    csv, json = ((runs[form].memory - runs["nothing"].memory) / 2**20 for form in ("csv", "json"))
    return f"A hundred thousand reports take {csv:.0f} MiB while they become CSV, and {json:.0f} MiB while they become JSON.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="submissions; also marked are four times as many")
    count = parser.parse_args().count
    rows = []
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large, cluster() as address:
        made(Path(small), count)
        made(Path(large), 4 * count)
        for what, folder, number, options in (
            ("one process, CSV", small, count, ["--jobs", "1", "-o", "marks.csv"]),
            ("two processes, CSV", small, count, ["--jobs", "2", "-o", "marks.csv"]),
            ("two processes, CSV", large, 4 * count, ["--jobs", "2", "-o", "marks.csv"]),
            ("two processes, JSON", small, count, ["--jobs", "2", "-o", "marks.json"]),
            ("two processes, a page each", small, count, ["--jobs", "2", "-o", "pages/"]),
            ("Dask, two workers, CSV", small, count, ["--cluster", address, "-o", "marks.csv"]),
        ):
            wall, processor, memory = taken(Path(folder), *options)
            spent = (
                ("the workers'", "")
                if "Dask" in what
                else (f"{1e3 * processor / number:.1f} ms", f"{number / processor:.0f}")
            )
            rows.append(f"| {what} | {number:,} | {' | '.join(spent)} | {wall:.1f} s | {memory:.0f} MiB |")
            print(rows[-1], flush=True)
        more = written(Path(small))
    table = "\n".join(
        [
            "| how | submissions | processor for each | a second of processor | on the wall | memory |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )
    busy = getloadavg()[1]
    said = (
        f"Measured on {platform.system()}, {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}, while "
        f"{busy:.0f} processes wanted to run: where these are more than the processors, the time on the wall is theirs too. The memory "
        "is that of the process that reports.\n"
    )
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n\n{said}\n{more}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
