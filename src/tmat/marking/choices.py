"""Which numbers to take of each operand of a step, the likeliest choice first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from tmat.marking.states import CARRIES, Pick, Side, State
from tmat.operations.operation import Array


def picks(states: Sequence[State], side: Side) -> Iterator[Pick]:
    """Ways to take the numbers of a step's operands and of what they were made from: the n-th of each, then mixtures."""
    ways = [side(state).all() for state in states]

    def nth(state: State, n: int) -> Array:
        return side(state).all()[min(n, len(side(state).all()) - 1)]

    def mixed(state: State, taken: dict[int, Array]) -> Array:
        return taken.get(id(state), side(state).first)

    for n in range(max(map(len, ways), default=0)):
        yield partial(nth, n=n)
    for operands in _mixtures(ways):
        yield partial(mixed, taken={id(state): values for state, values in zip(states, operands, strict=True)})


def choices(states: Sequence[State], side: Side) -> Iterator[tuple[Array, ...]]:
    """The numbers to take of each operand: as written, carried on alike, some as written; then every mixture."""
    yield tuple(side(state).first for state in states)
    for n in range(len(CARRIES)):
        yield tuple(side(state).carried(n) for state in states)
    ways = [side(state).all() for state in states]
    yield from islice(_in_step(ways), 1 + len(CARRIES), None)
    yield from _in_step([way if state.unseen else way[:1] for way, state in zip(ways, states, strict=True)])
    yield from _mixtures(ways)


def _in_step(ways: list[list[Array]]) -> Iterator[tuple[Array, ...]]:
    """The first way of each operand, then the second of each, …; of those that have no more, the last."""
    for n in range(max(map(len, ways), default=0)):
        yield tuple(each[min(n, len(each) - 1)] for each in ways)


def _mixtures(ways: list[list[Array]]) -> Iterator[tuple[Array, ...]]:
    """Every choice of a way for each operand, by the sum of their places."""
    distinct = [list({id(way): way for way in each}.values()) for each in ways]
    for total in range(sum(map(len, distinct)) - len(distinct) + 1):
        yield from _chosen(distinct, total)


def _chosen(ways: list[list[Array]], total: int) -> Iterator[tuple[Array, ...]]:
    """The choices whose places have this sum."""
    if not ways:
        yield from [()] if total == 0 else []
        return
    for n, way in enumerate(ways[0][: total + 1]):
        for rest in _chosen(ways[1:], total - n):
            yield (way, *rest)
