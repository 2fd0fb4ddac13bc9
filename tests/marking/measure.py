"""How often marking is right, silent, unsure and false, by kind of sheet: python -m tests.marking.measure --sheets N

Writes docs/marking.md. Each kind is a way to make sheets of which all is known; what is false is told by that alone.
"""

from __future__ import annotations

import argparse
import time
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
from tmat.marking.findings import Extent, Finding, Kind

PAGE = Path(__file__).parents[2] / "docs" / "marking.md"
TRIES = 30  # to make one sheet of a kind


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


def same(found: Sequence[Finding], step: str, one: HandedIn) -> bool:
    """Whether other names than the slip's own yield the very numbers that were written for it: in all the cells it made."""
    cells = {(int(i), int(j)) for i, j in np.argwhere(one.slipped[step])}
    said = {cell for finding in found for cell in finding.cells}
    return len(cells) > 2 and (cells <= said or any(finding.extent is Extent.MATRIX for finding in found))


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
    _judge_later(one, report, tally)


def _judge_slip(one: HandedIn, step: StepReport, tally: Tally) -> None:
    slips = [finding for finding in step.findings if finding.kind is not Kind.PROPERTY]
    alike = same(slips, step.name, one)
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
    """A step without a slip: every name that is given to it is false."""
    slips = [finding for finding in step.findings if finding.kind is not Kind.PROPERTY]
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
    if what == "invented":
        key = any_sheet(r)
        steps = key.stages[0].steps
        return work(key, _habit(r), r, invented={steps[r.randint(len(steps))].name: how})
    if what == "rules of pages":
        return page_of(RULES[r.randint(len(RULES))], r)
    if what == "invented cells":
        key = any_sheet(r)
        steps = key.stages[0].steps
        size = list(NOISE)[r.randint(len(NOISE))]
        return work(key, _habit(r), r, invented={steps[r.randint(len(steps))].name: size}, cells=CELLS[how])
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


CELLS = {"one": 1, "two": 2}

KINDS = (
    *(f"right: {habit}" for habit in HABITS),
    *(f"one slip: {habit}" for habit in HABITS),
    "two slips",
    "mixed rows",
    "off the list",
    *(f"invented: {size}" for size in NOISE),
    *(f"invented cells: {count}" for count in CELLS),
    "rules of pages",
)


def tallies(count: int, seed: int = 1, kinds: Sequence[str] = KINDS) -> dict[str, Tally]:
    """The counts of each kind, over as many sheets of each."""
    found = {}
    for kind in kinds:
        r = Random(seed)
        tally = found[kind] = Tally()
        order = r.permutation(len(SLIPS))
        for n in range(TRIES * count):
            if tally.sheets >= count:
                break
            slip = SLIPS[order[n % len(SLIPS)]]
            one = sheets_of(kind, r, slip)
            if one is not None:
                with without(slip.names if kind == "off the list" else ()):
                    judge(one, tally)
    return found


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
  names that yield all of the very numbers are not false.
- **invented**: some rows of one step, off by this much. **invented cells**: one or two cells, off by any of these.
- **rules of pages**: a small sheet, half of them in whole numbers, of which one matrix is wrong as on published pages: by
  a rule of their own (`tests/marking/page_rules.py`), known to marking or not, or invented to look right.

*named*: the slip's name, surely; *perhaps*: its name, with a "perhaps"; *silent*: no name; *unsure*: another name, with
a "perhaps"; *false*: another name, surely. *first*: the first wrong step is the right one. *later*: the other steps
of a sheet with something wrong, that are found to be right or to follow. *rejected*: cells of right sheets that are called wrong.

"""
COLUMNS = ("sheets", "named", "perhaps", "silent", "unsure", "false", "first", "later", "rejected")


def page(found: dict[str, Tally]) -> str:
    lines = [f"| kind | {' | '.join(COLUMNS)} |", f"|---|{'--:|' * len(COLUMNS)}"]
    for kind, tally in found.items():
        slips = tally.named + tally.perhaps + tally.silent + tally.unsure + tally.false
        has_slips = kind.split(":")[0] not in ("right", "invented", "invented cells")
        cells = [
            f"{tally.sheets:,}",
            *(_share(n, slips) if has_slips else "" for n in (tally.named, tally.perhaps, tally.silent)),
            *(f"{n}" for n in (tally.unsure, tally.false)),
            _share(tally.first, tally.sheets),
            _share(tally.followed, tally.later) if tally.later else "",
            f"{tally.rejected}" if kind.startswith("right") else "",
        ]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return HEAD + "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=1000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", help="only kinds that begin so; nothing is written")
    parser.add_argument("--output", type=Path, default=PAGE)
    asked = parser.parse_args()
    kinds = [kind for kind in KINDS if not asked.kind or kind.startswith(tuple(asked.kind))]
    began = time.perf_counter()
    found = tallies(asked.sheets, asked.seed, kinds)
    text = page(found)
    print(text.removeprefix(HEAD))
    for kind, tally in found.items():
        for example in sorted(tally.examples, key=lambda text: text.startswith(("later", "perhaps")))[:40]:
            print(f"{kind}: {example}")
    print(f"{time.perf_counter() - began:.0f} s")
    if not asked.kind:
        asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
