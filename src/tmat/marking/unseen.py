"""Slips in steps that were not handed in, carried on to the one that was; the same slip in every head is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tmat.errors import InputError
from tmat.marking.candidates import Candidate, own
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.slips import Redo


class Unseen(NamedTuple):
    """A slip in a step that was not handed in: what it makes of that step or of one that was made from it."""

    values: Array
    found: Candidate
    kind: tuple[str, str, int]  # the operation, the slip, which of its ways: the same in every head
    steps: tuple[str, ...]  # in which it was made
    places: tuple[int, ...]  # these steps, as they are told apart where two stages have one name


def in_unseen(
    step: Redo, unseen: Sequence[bool], decimals: int, on_the_way: Sequence[int | None]
) -> Iterator[Candidate]:
    """A slip in a step that was not handed in, carried on to this one: as it is, rounded at the end, or at each step.

    ``on_the_way``: to how many decimals each step is rounded, None being not at all.
    """
    for each in on_the_way:
        for operands, slip in _in_operands(step, unseen, each, {}):
            made = replace(
                slip.found.mistake, within=" and ".join(filter(None, (", ".join(slip.steps[:-1]), slip.steps[-1])))
            )
            rounded = tuple(round_half_away(values, decimals) for values in operands)
            for taken in (operands, rounded) if each is None else (rounded,):
                values = _done(replace(step, operands=taken))
                if values is not None:
                    yield Candidate(values, made, slip.found.rare + 1, slip.found.among, slip.found.kind)


def _in_operands(
    step: Redo, unseen: Sequence[bool], decimals: int | None, known: dict[int, list[Unseen]]
) -> Iterator[tuple[tuple[Array, ...], Unseen]]:
    """The operands with a slip in the making of one, and with the same slip in every one where it can be made.

    What one hidden step makes wrong is wrong in every operand that was made from it. ``known`` is what slips make
    of the steps that were looked at already.
    """
    made: dict[tuple[tuple[int, ...], tuple[str, str, int]], dict[int, Unseen]] = {}
    for n, maker in enumerate(step.makers[: len(unseen)]):
        if maker is None or not unseen[n]:
            continue
        if id(maker) not in known:
            known[id(maker)] = list(_of_maker(maker, decimals, known))
        for slip in known[id(maker)]:
            if slip.values.shape == step.operands[n].shape:
                made.setdefault((slip.places, slip.kind), {})[n] = slip
    alike: dict[tuple[str, str, int], dict[int, Unseen]] = {}
    for (places, kind), slips in made.items():
        yield _with(step, slips), next(iter(slips.values()))
        if len(slips) > 1:  # or in the one place where it stands, and others were made from the right one
            yield from ((_with(step, {n: slip}), slip) for n, slip in slips.items() if places == (id(step.makers[n]),))
        for n, slip in slips.items():
            other = alike.setdefault(kind, {}).get(n)
            if other is None or len(slip.places) > len(other.places):
                alike[kind][n] = slip
    for slips in alike.values():
        steps = tuple(dict.fromkeys(name for slip in slips.values() for name in slip.steps))
        places = tuple(dict.fromkeys(place for slip in slips.values() for place in slip.places))
        if len({slip.places for slip in slips.values()}) > 1:
            yield _with(step, slips), next(iter(slips.values()))._replace(steps=steps, places=places)


def _with(step: Redo, slips: Mapping[int, Unseen]) -> tuple[Array, ...]:
    """The operands of a step with what slips make of some."""
    return tuple(slips[n].values if n in slips else own for n, own in enumerate(step.operands))


def _of_maker(maker: Redo, decimals: int | None, known: dict[int, list[Unseen]]) -> Iterator[Unseen]:
    """What slips make of a step: its own, and those further back, rounded on the way to so many decimals or not."""
    counted: Counter[str] = Counter()
    for found in own(maker):
        counted[found.mistake.name] += 1
        kind = (maker.op.name, found.mistake.name, counted[found.mistake.name])
        yield Unseen(found.values, found, kind, (maker.result,), (id(maker),))
    for operands, slip in _in_operands(maker, [True] * len(maker.makers), decimals, known):
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
