"""Fuzzing in full: python tests/fuzz/run.py --inputs 100000. Input n is the same each time; --from and --inputs 1 repeat one.

With --show an input is printed, to be turned into a test.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
MEMORY = 4 << 30
"""Bytes that the whole run may take: what asks for more gets a MemoryError."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print each input")
    asked = parser.parse_args()
    _limit_memory()
    from tests.fuzz.judging import judged

    codes: Counter[tuple[str, int]] = Counter()
    failed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tmat-fuzz-") as folder:
        for number in range(asked.first, asked.first + asked.inputs):
            if asked.show:
                _show(number)
            started = time.monotonic()
            kind, code, complaint = judged(number, Path(folder))
            took = time.monotonic() - started
            codes[kind, code] += 1
            if took > 5:
                print(f"{number} {kind}: took {took:.1f} s", flush=True)
            if complaint:
                failed += 1
                print(f"{number} {kind}: {complaint}", flush=True)
    for kind in sorted({kind for kind, _ in codes}):
        counts = ", ".join(f"{code}: {n}" for (own, code), n in sorted(codes.items()) if own == kind)
        print(f"{kind:>10}  {counts}")
    print(f"{asked.inputs} inputs in {time.monotonic() - began:.0f} s, {failed} failed")
    return 1 if failed else 0


def _show(number: int) -> None:
    from tests.fuzz.judging import KINDS
    from tests.fuzz.lines import line

    if KINDS[number % len(KINDS)] == "line":
        print(line(Random(f"line:{number}")))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    raise SystemExit(main())
