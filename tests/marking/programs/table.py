"""Write the table of docs/debugging.md: python -m tests.marking.programs.table (needs torch).

Each bug is planted in torch at several shapes and in three types, its sublayer's output is handed in alone, and what marking
says is counted: named surely, hedged, another name, nothing said, and how often the bug moves no number beyond its type's error.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import torch
from tests.marking.programs.layers import BUGS, TYPES, named, of, says, stage_of
from tests.marking.programs.planted import run

from tmat.marking.verdicts import StepReport, Verdict

SHAPES = (
    (2, 4, 2),
    (3, 6, 2),
    (5, 8, 2),
    (4, 6, 3),
    (7, 8, 4),
    (6, 12, 3),
    (9, 16, 2),
    (12, 16, 4),
    (20, 8, 2),
    (33, 32, 4),
)
PAGE = Path("docs/debugging.md")
BEGIN, END = "<!-- table -->\n", "<!-- end -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=len(SHAPES))
    options = parser.parse_args()
    seen: dict[str, Counter[str]] = {bug: Counter() for bug in BUGS}
    for number, shape in enumerate(SHAPES[: options.shapes], start=1):
        for bug in BUGS:
            layer = of(bug, *shape)
            for kind in TYPES:
                output = run(layer, bug, getattr(torch, kind.name))[stage_of(bug)].double().numpy()
                said = found(named(layer, stage_of(bug), output, kind), bug)
                seen[bug][said] += 1
                if said not in ("named", "unmoved"):
                    print(f"{bug}, {shape}, {kind.name}: {said}", flush=True)
        write(seen, number)


def found(report: StepReport, bug: str) -> str:
    if report.verdict is Verdict.RIGHT:
        return "unmoved"
    if says(report, bug):
        return "named"
    return "silent" if not report.findings else "other" if report.findings[0].sure else "hedged"


def write(seen: Mapping[str, Counter[str]], shapes: int) -> None:
    """The table into the page, after so many shapes."""
    total = sum(seen.values(), Counter[str]())
    lines = ["| bug | named | hedged | other name | silent | not moved |", "|---|---:|---:|---:|---:|---:|"]
    for bug, counts in [*seen.items(), ("**all**", total)]:
        cells = [str(counts[each]) for each in ("named", "hedged", "other", "silent", "unmoved")]
        lines.append(f"| {' | '.join([bug, *cells])} |")
    count = sum(total.values()) - total["unmoved"]
    lines += [
        "",
        f"{len(BUGS)} bugs × {shapes} shapes × {len(TYPES)} types: of {count} outputs that a bug moved, {100 * total['named'] / count:.1f} % are named.",
        "",
    ]
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n".join(lines) + END + rest.split(END, 1)[1], encoding="utf-8")
    print(lines[-2], flush=True)


if __name__ == "__main__":
    main()
