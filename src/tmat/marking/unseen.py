"""Slips in steps that were not handed in, carried on to the one that was; the same slip in every head is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from tmat.errors import InputError
from tmat.marking.candidates import Candidate, own
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.slips import Redo

DEEPEST = 8
"""Steps back that a slip is looked for: from the output of many heads to the projections."""


class Unseen(NamedTuple):
    """A slip in a step that was not handed in: what it makes of that step or of one that was made from it."""

    values: Array
    found: Candidate
    kind: tuple[str, str, int]  # the operation, the slip, which of its ways: the same in every head
    steps: tuple[str, ...]  # in which it was made


def in_unseen(
    step: Redo, unseen: Sequence[bool], decimals: int, on_the_way: Sequence[int | None]
) -> Iterator[Candidate]:
    """A slip in a step that was not handed in, carried on to this one: as it is, rounded at the end, or at each step.

    ``on_the_way``: to how many decimals each step is rounded, None being not at all.
    """
    for each in on_the_way:
        for operands, slip in _in_operands(step, unseen, each, DEEPEST):
            made = replace(
                slip.found.mistake, within=" and ".join(filter(None, (", ".join(slip.steps[:-1]), slip.steps[-1])))
            )
            rounded = tuple(round_half_away(values, decimals) for values in operands)
            for taken in (operands, rounded) if each is None else (rounded,):
                values = _done(replace(step, operands=taken))
                if values is not None:
                    yield Candidate(values, made, slip.found.rare + 1, slip.found.among, slip.found.kind)


def _in_operands(
    step: Redo, unseen: Sequence[bool], decimals: int | None, depth: int
) -> Iterator[tuple[tuple[Array, ...], Unseen]]:
    """The operands with a slip in the making of one, and with the same slip in every one where it can be made."""
    alike: dict[tuple[str, str, int], dict[int, Unseen]] = {}
    for n, maker in enumerate(step.makers[: len(unseen)]):
        if maker is None or not unseen[n] or not depth:
            continue
        for slip in _of_maker(maker, decimals, depth):
            if slip.values.shape == step.operands[n].shape:
                yield step.taking(n, slip.values).operands, slip
                known = alike.setdefault(slip.kind, {}).get(n)
                if known is None or len(slip.steps) > len(known.steps):
                    alike[slip.kind][n] = slip
    for slips in alike.values():
        if len(slips) > 1:
            operands = tuple(slips[n].values if n in slips else own for n, own in enumerate(step.operands))
            steps = tuple(dict.fromkeys(name for slip in slips.values() for name in slip.steps))
            yield operands, next(iter(slips.values()))._replace(steps=steps)


def _of_maker(maker: Redo, decimals: int | None, depth: int) -> Iterator[Unseen]:
    """What slips make of a step: its own, and those further back, rounded on the way to so many decimals or not."""
    counted: Counter[str] = Counter()
    for found in own(maker):
        counted[found.mistake.name] += 1
        kind = (maker.op.name, found.mistake.name, counted[found.mistake.name])
        yield Unseen(found.values, found, kind, (maker.result,))
    for operands, slip in _in_operands(maker, [True] * len(maker.makers), decimals, depth - 1):
        if decimals is not None:
            operands = tuple(round_half_away(values, decimals) for values in operands)
        further = replace(slip.found, rare=slip.found.rare + 1)
        values = _done(replace(maker, operands=operands))
        if values is not None:
            yield slip._replace(values=values, found=further)


def _done(step: Redo) -> Array | None:
    """The step's numbers; None where it cannot be done: an id that a slip made may name no row of the table."""
    try:
        return step()
    except (InputError, ValueError, IndexError):
        return None
