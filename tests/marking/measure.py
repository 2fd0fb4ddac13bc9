"""How often marking is right, silent, unsure and false: python -m tests.marking.measure --sheets N --matrices M

Writes docs/marking.md, a row as soon as it is counted. Each kind is a way to make sheets of which all is known; what is
false is told by that alone. There are N sheets of each kind that is right or wrong by slips that marking knows; of wrong numbers
that it does not know there are M, each on a sheet with one wrong matrix: so many of noise, of all its sizes together, and so on.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import numpy as np
from tests.marking.handed_in import HABITS, NOISE, HandedIn, Random, any_sheet, leave_out, work
from tests.marking.injected import SLIPS, Injected, sheet_of
from tests.marking.page_rules import RULES, page_of

from tmat.marking import Report, StepReport, Verdict, mark, single_cells, submission
from tmat.marking.candidates import Candidate
from tmat.marking.findings import Finding, Kind

PAGE = Path(__file__).parents[2] / "docs" / "marking.md"
TRIES = 30  # to make one sheet of a kind
ROUNDED = 1 / 8  # of the cells of a slip that was carried on in some habit


@dataclass
class Tally:
    """The counts of one kind of sheet; steps are counted where names are, sheets where sheets are."""

    sheets: int = 0
    named: int = 0
    perhaps: int = 0
    silent: int = 0
    unsure: int = 0
    false: int = 0
    first: int = 0  # the first wrong step is right
    later: int = 0  # steps after the slip
    followed: int = 0
    rejected: int = 0  # right cells that are called wrong
    examples: list[str] = field(default_factory=list)


# -- the slips that marking knows, one taken off the list


@contextmanager
def without(names: Collection[str]) -> Iterator[None]:
    """Marking with some names off its list."""
    tiers, cells = submission.tiers, single_cells.cell_slips

    def fewer(found: Iterable[Candidate]) -> Iterator[Candidate]:
        return (candidate for candidate in found if not set(candidate.mistake.parts) & set(names))

    def fewer_tiers(*args: object) -> list[Callable[[], Iterator[Candidate]]]:
        return [lambda tier=tier: fewer(tier()) for tier in tiers(*args)]  # type: ignore[arg-type, misc]

    def fewer_cells(*args: object) -> list[object]:
        return [slip for slip in cells(*args) if slip.name not in names]  # type: ignore[arg-type]

    with patch.object(submission, "tiers", fewer_tiers), patch.object(single_cells, "cell_slips", fewer_cells):
        yield


def same(found: Sequence[Finding], wrong: np.ndarray) -> bool:
    """Whether one other name than the true one yields the numbers that are written, but for a rounding here or there."""
    cells = {(int(i), int(j)) for i, j in np.argwhere(wrong)}
    return len(cells) > 2 and any(len(cells - set(finding.cells)) <= ROUNDED * len(cells) for finding in found)


# -- a sheet is marked, and what is said of it judged


def judge(one: HandedIn, tally: Tally) -> None:
    """Mark a sheet and count what is said of each of its steps."""
    report = mark(one.answers(), one.key)
    tally.sheets += 1
    wrong = report.first_wrong
    tally.first += (wrong.name if wrong is not None else None) == one.first
    for step in report.steps:
        if step.name in one.names:
            _judge_slip(one, step, tally)
        elif step.findings:
            _judge_other(one, step, tally)
    if not one.names and one.first is not None:
        tally.silent += not any(_slips(step) for step in report.steps)
    _judge_later(one, report, tally)


def _slips(step: StepReport) -> list[Finding]:
    return [finding for finding in step.findings if finding.kind is not Kind.PROPERTY]


def _judge_slip(one: HandedIn, step: StepReport, tally: Tally) -> None:
    slips = _slips(step)
    alike = same(slips, one.slipped[step.name] & (step.cells != int(Verdict.RIGHT)))
    good = [f for f in slips if f.names[0] in one.names[step.name] or alike]
    good += [f for f in slips if f not in good and not f.sure and set(f.names) & set(one.names[step.name])]
    bad = [finding for finding in slips if finding not in good]
    if any(finding.sure for finding in bad):
        _false(tally, step, bad, one)
    elif good and good[0].sure:
        tally.named += 1
    elif good:
        tally.perhaps += 1
    elif bad:
        _unsure(tally, step, bad, one)
    else:
        tally.silent += 1


def _judge_other(one: HandedIn, step: StepReport, tally: Tally) -> None:
    """A step without a slip: every name is false, but where it yields the numbers that follow from a slip before."""
    slips = _slips(step)
    if one.names and same(slips, step.cells != int(Verdict.RIGHT)):
        return
    if any(finding.sure for finding in slips):
        _false(tally, step, slips, one)
    elif slips:
        _unsure(tally, step, slips, one)


def _false(tally: Tally, step: StepReport, bad: Sequence[Finding], one: HandedIn) -> None:
    tally.false += 1
    said = next(finding for finding in bad if finding.sure)
    tally.examples.append(
        f"{step.name}: {said.names[0]} ({len(said.cells)} of {step.size}) for {one.names.get(step.name)}"
    )


def _unsure(tally: Tally, step: StepReport, bad: Sequence[Finding], one: HandedIn) -> None:
    tally.unsure += 1
    wrong = step.count(Verdict.WRONG, Verdict.SLIP, Verdict.CLOSE)
    said = f"{bad[0].names[0]} ({len(bad[0].cells)} of {wrong} of {step.size})"
    tally.examples.append(f"perhaps {step.name}: {said} for {one.names.get(step.name)}")


def _judge_later(one: HandedIn, report: Report, tally: Tally) -> None:
    """Steps that are right by the writer's own numbers are to be recognised, right ones not rejected."""
    for step in report.steps:
        if one.first is None or step.name not in one.shown:
            tally.rejected += step.count(Verdict.CLOSE, Verdict.SLIP, Verdict.WRONG)
        elif step.name not in one.names and step.name != one.first:
            tally.later += 1
            tally.followed += step.verdict in (Verdict.RIGHT, Verdict.FOLLOWS)
            if step.verdict not in (Verdict.RIGHT, Verdict.FOLLOWS):
                tally.examples.append(f"later {step.name}: {step.verdict.word} after {one.names}")


# -- the kinds of sheets


def sheets_of(kind: str, r: Random, slip: Injected) -> HandedIn | None:
    """One sheet of a kind; the slip is put into those that have one."""
    what, _, how = kind.partition(": ")
    vary = r.rand() < 0.3
    if what == "right":
        one = work(any_sheet(r), how, r, vary=vary)
        if one is not None and r.rand() < 0.5:
            leave_out(one, r)
        return one
    if what == "rules of pages":
        return page_of(RULES[r.randint(len(RULES))], r)
    if what in ("noise", "invented rows", "invented cells"):
        key = any_sheet(r)
        steps = key.stages[0].steps
        noise = how if how in NOISE else list(NOISE)[r.randint(len(NOISE))]
        cells = None if what == "invented rows" else CELLS.get(how, all_of)
        one = work(key, _habit(r), r, invented={steps[r.randint(len(steps))].name: noise}, cells=cells)
        return one if one is not None and one.first is not None else None
    if what == "mixed rows":
        sizes = [size for size in NOISE if size != "one unit"]
        own = {slip.step: sizes[r.randint(len(sizes))]}
        return work(
            sheet_of(slip.sheet, r), _habit(r), r, {slip.step: slip}, rows=lambda n: r.rand(n) < 0.4, invented=own
        )
    if what == "two slips":
        others = [s for s in SLIPS if s.sheet == slip.sheet and s.step != slip.step]
        other = others[r.randint(len(others))] if others else None
        return work(sheet_of(slip.sheet, r), _habit(r), r, {s.step: s for s in (slip, other) if s}) if other else None
    one = work(sheet_of(slip.sheet, r), how or _habit(r), r, {slip.step: slip}, vary=vary)
    if one is not None and r.rand() < 0.3:
        leave_out(one, r)
    return one


def _habit(r: Random) -> str:
    return list(HABITS)[r.randint(len(HABITS))]


def all_of(n: int) -> int:
    return n


CELLS = {"one": lambda n: 1, "two": lambda n: 2, "a third": lambda n: max(n // 3, 1)}

KNOWN = (*(f"right: {habit}" for habit in HABITS), *(f"one slip: {habit}" for habit in HABITS), "two slips")
UNKNOWN = (
    "off the list",
    "rules of pages",
    "mixed rows",
    *(f"noise: {size}" for size in NOISE),
    *(f"invented rows: {size}" for size in NOISE),
    *(f"invented cells: {count}" for count in CELLS),
)
KINDS = (*KNOWN, *UNKNOWN)


def tally_of(kind: str, count: int, seed: int = 1) -> Tally:
    """The counts of one kind, over so many sheets."""
    r, tally = Random(seed), Tally()
    order = r.permutation(len(SLIPS))
    for n in range(TRIES * count):
        if tally.sheets >= count:
            break
        slip = SLIPS[order[n % len(SLIPS)]]
        one = sheets_of(kind, r, slip)
        if one is not None:
            with without(slip.names if kind == "off the list" else ()):
                judge(one, tally)
    return tally


# -- the page

HEAD = """# How far marks can be trusted

This page is written by `python -m tests.marking.measure`, which makes sheets of which all is known, marks them, and
counts what `tmat check` says. Each kind has sheets of attention, masks, heads, LayerNorm, feed-forward networks and
positional encodings, in sizes and with numbers drawn at random, written to 2 to 4 decimals, in 3 of 10 with other
decimals at each step; in some, steps are left out.

- **one slip**: a mistake that people make, computed by the test's own formula, and all that follows from it worked on in
  a habit: rounded at each step, carried in full, carried with two guard digits, or some steps so and some so.
- **two slips**: in two steps of one sheet. **mixed rows**: in one step right rows, slipped ones and invented ones.
- **off the list**: the same slips, marked with that slip taken off the list: rules that marking does not know. Other
  names that yield the very numbers, but for an eighth of them at most, are not false.
- **noise**: all numbers of one step, off by this much. **invented rows**: some rows of it, up to all. **invented cells**:
  some of its cells, off by any of these.
- **rules of pages**: a small sheet, half of them in whole numbers, of which one matrix is wrong as on published pages: by
  a rule of their own (`tests/marking/page_rules.py`), known to marking or not, or invented to look right.

*named*: the slip's name, surely; *perhaps*: its name, with a "perhaps"; *silent*: no name; *unsure*: another name, with
a "perhaps"; *false*: another name, surely. These are counted in matrices: one is wrong in each sheet, in two slips two.
*first*: the first wrong step is the right one. *later*: the other steps of a sheet with something wrong, that are found
to be right or to follow. *rejected*: cells of right sheets that are called wrong.

"""
COLUMNS = ("sheets", "named", "perhaps", "silent", "unsure", "false", "first", "later", "rejected")


TOP = (f"| kind | {' | '.join(COLUMNS)} |", f"|---|{'--:|' * len(COLUMNS)}")


def page(rows: Collection[str]) -> str:
    return HEAD + "\n".join([*TOP, *rows]) + "\n"


def renewed(text: str, rows: dict[str, str]) -> str:
    """The page with some rows in place of those that it has."""
    known = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines() if line.startswith("| ")}
    return page([rows.get(kind, known.get(kind, "")) for kind in KINDS if kind in rows or kind in known])


def row(kind: str, tally: Tally) -> str:
    counted = tally.named + tally.perhaps + tally.silent + tally.unsure + tally.false
    has_names = kind in ("two slips", *UNKNOWN[:3]) or kind.startswith("one slip")
    right = kind.startswith("right")
    cells = [
        f"{tally.sheets:,}",
        *(_share(n, counted) if has_names else "" for n in (tally.named, tally.perhaps)),
        "" if right else _share(tally.silent, counted),
        *(f"{n}" for n in (tally.unsure, tally.false)),
        _share(tally.first, tally.sheets),
        _share(tally.followed, tally.later) if tally.later else "",
        f"{tally.rejected}" if right else "",
    ]
    return f"| {kind} | {' | '.join(cells)} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=300, help="of each kind that is right or has known slips")
    parser.add_argument("--matrices", type=int, default=2000, help="of noise, of invented rows, …")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", help="only kinds that begin so")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page, whose rows of these kinds are renewed")
    asked = parser.parse_args()
    families = Counter(kind.partition(":")[0] for kind in UNKNOWN)
    print("\n".join(TOP), flush=True)
    for kind in KINDS:
        if not asked.kind or kind.startswith(tuple(asked.kind)):
            began = time.process_time()
            matrices = -(-asked.matrices // families[kind.partition(":")[0]]) if kind in UNKNOWN else asked.sheets
            tally = tally_of(kind, matrices, asked.seed)
            print(row(kind, tally), flush=True)
            for example in sorted(tally.examples, key=lambda text: text.startswith(("later", "perhaps")))[:40]:
                print(f"  {example}")
            print(f"  {time.process_time() - began:.0f} s of processor", flush=True)
            text = asked.output.read_text("utf-8") if asked.output.exists() else ""
            asked.output.write_text(renewed(text, {kind: row(kind, tally)}), encoding="utf-8")


if __name__ == "__main__":
    main()
