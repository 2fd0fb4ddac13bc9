"""Whether the tests of slips would notice a wrong slip: python -m tests.mutate_slips [name …]

Puts a constant in the place of the numbers that a slip yields, of each slip in turn: of all its variants, then of each
alone. Runs the slip's own tests, and prints the slips that none of them missed; exit code 1 where there are any.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from tests.operations.slips.oracle import ORACLES, check_marking, check_numbers, home
from tests.operations.slips.test_oracles import SLIPS

from tmat.operations.slips import Redo, Slip, Variant

Check: TypeAlias = Callable[[str, Slip], None]

CONSTANT = 0.4711


def constant(slip: Slip, only: int | None) -> Slip:
    """The slip with a constant in place of its numbers, in all its variants or only in one."""

    def how(step: Redo, *_: np.ndarray) -> Iterable[Variant]:
        return [
            replace(variant, values=np.full_like(variant.values, CONSTANT)) if only in (None, n) else variant
            for n, variant in enumerate(slip.variants(step))
        ]

    return replace(slip, how=how)


@contextmanager
def in_place(op: str, slip: Slip, wrong: Slip) -> Iterator[None]:
    """The wrong slip registered in the place of the right one."""
    slips = home(op)
    place = slips.index(slip)
    slips[place] = wrong
    try:
        yield
    finally:
        slips[place] = slip


def noticed(
    op: str, slip: Slip, only: int | None = None, checks: Sequence[Check] = (check_numbers, check_marking)
) -> bool:
    """Whether a test of this slip fails when its numbers are constant."""
    wrong = constant(slip, only)
    with in_place(op, slip, wrong):
        for check in checks:
            try:
                check(op, wrong)
            except AssertionError:
                return True
    return False


def unnoticed(op: str, slip: Slip) -> Iterator[str]:
    """What nobody missed of this slip."""
    if not noticed(op, slip):
        yield f"{op}: {slip.name}"
    most = max(len(list(slip.variants(case.redo()))) for case in ORACLES[op, slip.name].cases())
    for n in range(most) if most > 1 else ():
        if not noticed(op, slip, only=n):
            yield f"{op}: {slip.name}, variant {n + 1} of {most}"


def main(names: Iterable[str]) -> int:
    wanted = set(names)
    slips = [(op, slip) for op, slip in SLIPS if not wanted or slip.name in wanted]
    missed = [text for op, slip in slips for text in unnoticed(op, slip)]
    print(*missed, f"{len(slips)} slips, {len(missed)} that nobody missed", sep="\n")
    return 1 if missed or not slips else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
