"""What a step of a program yields with each slip in it, at the rows that are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import overload

import numpy as np
from numpy.typing import NDArray

from tmat.marking.candidates import mistake, mistake_of
from tmat.marking.findings import Mistake
from tmat.marking.key import KeyMatrix
from tmat.marking.programs.chain import Chain, Held, Rows
from tmat.marking.programs.places import role
from tmat.operations.operation import Array
from tmat.operations.slips import EVERYWHERE, Redo, Slip
from tmat.sheet.names import stem

ROUNDED = 1e-9  # two orders of the same sums differ by less
MAKERS = 6
"""Steps back from a step that its slips may look at: from a softmax to masked, capped, scaled, scores, rotated, Q1. Each maker
is told anew where it is asked for, so that going back through a whole stack would tell its first layers thousands of times."""
FEW = 16  # rows at which what a slip yields is kept
MASKED = -1e9  # what programs write for −∞
PLAIN = ("transposed", "sign")  # of the slips that any step can have, those that a program makes
GIVEN_OUT = ("softmax", "softmax_tempered")
"""Operations whose results programs give out beside the output."""
USUAL = (1e-3, 1e-5, 1e-6, 1e-8, 1e-12)  # the ε of Keras, of torch, of Llama, of Adam, of BERT


@dataclass(slots=True, eq=False)
class Done:
    """The numbers that one bug yields in one step, and how rare it is."""

    held: Held
    mistake: Mistake
    rare: int


class Slipped:
    """The steps that lead to a target, each with a slip in it.

    A step has sources of what it could yield, numbered: its operation's slips, then what any program can do to any step.
    """

    def __init__(self, chain: Chain, target: int, rows: Rows, by_rows: dict[object, bool]) -> None:
        self.chain, self.rows, self.by_rows = chain, rows, by_rows
        self.held = chain.held(target, rows)
        self._known: dict[tuple[int, int], list[Done]] = {}
        self._redone: dict[tuple[int, bool], Redo] = {}

    def done(self, matrix: KeyMatrix, source: int) -> list[Done]:
        """What one source yields in one step, at the rows that are needed."""
        known = self._known.get((matrix.index, source))
        if known is None:
            known = self._known[matrix.index, source] = list(self._yielded(matrix, source, {}))
        return known

    def again(
        self, mistake: Mistake, source: int, number: int, matrix: KeyMatrix, now: Mapping[int, Held]
    ) -> Held | None:
        """The same slip in another step, or in the same with other operands: by what it tells, else by its number."""
        changed = any(operand in now for operand in matrix.of or ())
        kept = not changed and (self.rows is None or len(self.rows) <= FEW)
        first, at = None, None
        for n, done in enumerate(self.done(matrix, source) if kept else self._yielded(matrix, source, now)):
            same = done.mistake.tells == mistake.tells
            if same and n == number:
                return done.held
            first = done.held if same and first is None else first
            at = done.held if n == number else at
        return at if first is None else first

    def sources(self, matrix: KeyMatrix) -> int:
        return len(self._slips(matrix)) + 4

    @staticmethod
    def _slips(matrix: KeyMatrix) -> list[Slip]:
        assert matrix.op is not None
        return [*matrix.op.slips, *(slip for slip in EVERYWHERE if slip.name in PLAIN)]

    def _yielded(self, matrix: KeyMatrix, source: int, now: Mapping[int, Held]) -> Iterator[Done]:
        base = self.held[matrix.index]
        whole = base.rows is not None and not self.goes_by_rows(matrix, source)
        for made, rare, values in self._variants(self.redo(matrix, now, whole=whole), matrix, source):
            if values.shape == (matrix.values.shape if whole else base.values.shape):
                for shown in _as_programs_mask(values[base.rows] if whole else values):
                    yield Done(Held(shown, partial(_errors, shown, base, self.chain), base.rows), made, rare)

    def _variants(self, redo: Redo, matrix: KeyMatrix, source: int) -> Iterator[tuple[Mistake, int, Array]]:
        slips = self._slips(matrix)
        if source < len(slips):
            slip = slips[source]
            for variant in slip.variants(redo):
                yield mistake_of(slip, redo, variant), slip.rare + variant.rare, variant.values
        else:
            others = self._other_weights, _turned, _other_epsilon, _causal_too
            yield from others[source - len(slips)](redo, matrix)

    # -- some rows of a step

    def goes_by_rows(self, matrix: KeyMatrix, source: int) -> bool:
        """Whether a source yields the same from the rows that are held as from all: tried once for each kind of step."""
        rows = self.held[matrix.index].rows
        if rows is None:
            return True
        kind = self._kind(matrix), source, len(rows)
        if kind not in self.by_rows:
            self.by_rows[kind] = self._same_by_rows(matrix, source, rows)
        return self.by_rows[kind]

    def _same_by_rows(self, matrix: KeyMatrix, source: int, rows: NDArray[np.intp]) -> bool:
        try:
            whole = self._variants(self.redo(matrix, {}, whole=True), matrix, source)
            part = self._variants(self.redo(matrix, {}), matrix, source)
            return all(
                one is not None and two is not None and _alike(one, two, rows) for one, two in zip_longest(whole, part)
            )
        except (ValueError, IndexError, TypeError):
            return False

    def _kind(self, matrix: KeyMatrix) -> object:
        """What like steps have in common, those of all heads: the operation, and what it was done to."""
        assert matrix.op is not None
        of = [self.chain.key.matrices[index] for index in matrix.of or ()]
        made = tuple((each.values.shape, stem(each.name), each.op and each.op.name) for each in of)
        return role(matrix.stage), stem(matrix.name), matrix.op.name, made

    def _other_weights(self, redo: Redo, matrix: KeyMatrix) -> Iterator[tuple[Mistake, int, Array]]:
        """The step with another given matrix of the same shape: W_K for W_V, or another layer's own."""
        key = self.chain.key
        for n, operand in enumerate(matrix.of or ()):
            own = key.matrices[operand]
            if not own.given:
                continue
            for other in key.matrices:
                fits = other.given and other is not own and other.values.shape == own.values.shape
                near = other.stage == own.stage or stem(other.name) == stem(own.name)
                if fits and near and not np.array_equal(other.values, own.values):
                    name = other.name if other.stage == own.stage else f"{other.stage}.{other.name}"
                    said, mend = "{other} taken in place of {due}", "take {due}"
                    made = mistake(redo, "another-operand", said, mend, other=name, due=redo.names[n])
                    yield made, 1, redo.taking(n, self.chain.values(other.index), name)()

    def redo(self, matrix: KeyMatrix, now: Mapping[int, Held], *, whole: bool = False) -> Redo:
        """The step and how its operands were made, at the rows that are held of it, or whole."""
        rows = None if whole else self.held[matrix.index].rows
        if now.keys() & {*self.chain.before(matrix.index)}:
            return self._redo(matrix, now, rows, MAKERS)
        if (matrix.index, whole) not in self._redone:
            self._redone[matrix.index, whole] = self._redo(matrix, {}, rows, MAKERS)
        return self._redone[matrix.index, whole]

    def _redo(self, matrix: KeyMatrix, now: Mapping[int, Held], rows: Rows, depth: int) -> Redo:
        assert matrix.op is not None and matrix.of is not None
        operands: list[Array] = []
        wholes: list[Array] = []
        makers: list[Callable[[], Redo] | None] = []
        for n, index in enumerate(matrix.of):
            own = rows if self.chain.row_by_row(matrix, n) else None
            operands.append(self._values(index, now, own))
            wholes.append(operands[n] if own is None or index in now else self.chain.values(index))
            maker = self.chain.key.matrices[index]
            made = partial(self._redo, maker, dict(now), own, depth - 1)
            makers.append(made if depth and done_again(maker) else None)
        widths = self.chain.key.widths
        redo = Redo(
            matrix.op, tuple(operands), matrix.params, matrix.names, matrix.name, Makers(makers), widths, rows,
            () if rows is None else tuple(wholes), self.chain.key.epsilons,
        )  # fmt: skip
        return redo if now else redo.known_as(self._values(matrix.index, now, rows))

    def _values(self, index: int, now: Mapping[int, Held], rows: Rows) -> Array:
        if index in now:
            return now[index].at(rows).values
        values = self.chain.values(index)
        return values if rows is None else values[rows]


class Makers(Sequence["Redo | None"]):
    """How operands were made, each found out when a slip asks for it."""

    def __init__(self, makers: Sequence[Callable[[], Redo] | None]) -> None:
        self._makers = makers
        self._made: dict[int, Redo] = {}

    def __len__(self) -> int:
        return len(self._makers)

    def __bool__(self) -> bool:
        return any(make is not None for make in self._makers)

    @overload
    def __getitem__(self, n: int) -> Redo | None: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[Redo | None]: ...
    def __getitem__(self, n: int | slice) -> Redo | Sequence[Redo | None] | None:
        if isinstance(n, slice):
            return [self[one] for one in range(len(self))[n]]
        make = self._makers[n]
        if make is not None and n not in self._made:
            self._made[n] = make()
        return self._made.get(n)


def done_again(matrix: KeyMatrix) -> bool:
    """Whether a step can be done again from what it was made of."""
    return not matrix.given and matrix.of is not None


def _alike(whole: tuple[Mistake, int, Array], part: tuple[Mistake, int, Array], rows: NDArray[np.intp]) -> bool:
    """Whether one variant is the other's rows."""
    (made, rare, values), (its, own, few) = whole, part
    if made.tells != its.tells or rare != own or len(values) <= rows[-1]:
        return False
    values = values[rows]
    with np.errstate(all="ignore"):
        near = values.shape == few.shape and np.allclose(
            few, values, rtol=ROUNDED, atol=ROUNDED * _size(values), equal_nan=True
        )
    return bool(near)


def _as_programs_mask(values: Array) -> Iterator[Array]:
    """Numbers as they are; where a row is masked whole, also with a large number for −∞, or with NaN, its softmax."""
    yield values
    lost = np.asarray(np.isneginf(values).all(axis=1))
    if lost.any():
        yield np.where(np.isneginf(values), MASKED, values)
        yield np.where(lost[:, None], np.nan, values)


def _turned(redo: Redo, _: KeyMatrix) -> Iterator[tuple[Mistake, int, Array]]:
    """The step with one square operand transposed: a torch Linear's weight, say."""
    for n, name in enumerate(redo.names):
        values = redo.operands[n]
        if values.shape[0] == values.shape[1] and not np.array_equal(values, values.T):
            said, mend = "{operand} transposed first", "take {operand} as it stands"
            made = mistake(redo, "operand-transposed", said, mend, operand=name)
            yield made, 1, redo.taking(n, values.T)()


def _other_epsilon(redo: Redo, _: KeyMatrix) -> Iterator[tuple[Mistake, int, Array]]:
    """A norm with the ε that another library takes."""
    due = redo.params.get("epsilon")
    for other in USUAL:
        if due is not None and other != due:
            said, mend = "ε = {other} was taken, not {due}", "take ε = {due}"
            made = mistake(redo, "another-epsilon", said, mend, other=other, due=due)
            yield made, 1, redo.again(epsilon=other)()


def _causal_too(redo: Redo, matrix: KeyMatrix) -> Iterator[tuple[Mistake, int, Array]]:
    """The weights of attention under a causal mask where no cell is masked."""
    height, width = matrix.values.shape
    if redo.op.name in GIVEN_OUT and height == width > 1 and np.isfinite(redo.operands[0]).all():
        rows = np.arange(height) if redo.rows is None else redo.rows
        masked = np.where(np.arange(width) > rows[:, None], -np.inf, redo.operands[0])
        said = "a causal mask was put on, which this sheet does not have"
        made = mistake(redo, "causal-mask-not-due", said, "let every row see all")
        yield made, 0, redo.taking(0, masked)()


def _errors(values: Array, base: Held, chain: Chain) -> Array:
    """The deviation of numbers that a bug made: that of the right ones, as much larger as the numbers are."""
    with np.errstate(all="ignore"):
        own, right = (_size(a) for a in (values, base.values))
        grown = max(own / right, 1.0) if right > 0 and np.isfinite(own) else 1.0
        finite = np.isfinite(base.errors)
        typical = float(np.sqrt(np.mean(np.square(base.errors[finite])))) if finite.any() else 0.0
        found = grown * np.maximum(np.where(finite, base.errors, typical), typical)
    computed = np.isfinite(values) & (values != MASKED)
    return np.asarray(found + chain.kind.roundoff * np.where(computed, np.abs(values), 0.0))


def _size(a: Array) -> float:
    """The root of the mean square of what is finite and no mask."""
    numbers = a[np.isfinite(a) & (a != MASKED)]
    return float(np.sqrt(np.mean(np.square(numbers)))) if numbers.size else 0.0
