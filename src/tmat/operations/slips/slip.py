"""A slip: a mistake that people make in an operation, stated as what they compute instead.

A slip is registered on its operation. Given a step to recompute (its operation, operands and parameters, and how the
operands were made), it returns the wrong numbers that it leads to, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.operations.operation import Array, Operation


@dataclass(slots=True, eq=False)
class Redo:
    """A step to recompute, and how its operands were made; its result is cached."""

    op: Operation
    operands: tuple[Array, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    result: str = "result"
    makers: Sequence[Redo | None] = ()
    widths: Mapping[int, str] = field(
        default_factory=dict
    )  # widths on the page that may be mistaken for d_k, with their names
    rows: NDArray[np.intp] | None = None  # the rows to compute; None: all
    wholes: tuple[Array, ...] = ()  # the operands with all their rows, where only some are computed
    epsilons: tuple[float, ...] = ()  # of the page's norms
    _done: Array | None = field(default=None, init=False)

    def __getitem__(self, name: str) -> Any:
        """A parameter of the step."""
        return self.params[name]

    def __call__(self) -> Array:
        """The right numbers, read-only; NaN where they cannot be computed, as for an id without a row."""
        if self._done is None:
            try:
                with np.errstate(all="ignore"):
                    self._done = self.op.evaluate(*self.operands, **self.params).view()
            except InputError:
                self._done = np.full((len(self.operands[0]), self.operands[-1].shape[1]), np.nan)
            self._done.flags.writeable = False
        return self._done

    def known_as(self, values: Array) -> Redo:
        """This step with its result already known."""
        self._done = values.view()
        self._done.flags.writeable = False
        return self

    def whole(self, n: int) -> Array:
        """Operand n with all its rows."""
        return self.wholes[n] if self.wholes else self.operands[n]

    def here(self, values: Array) -> Array:
        """Of values for all rows, those of the rows to compute."""
        return values if self.rows is None else values[self.rows]

    def again(self, **params: Any) -> Redo:
        """The step with other parameters."""
        return replace(self, params={**self.params, **params})

    def taking(self, n: int, values: Array, name: str | None = None) -> Redo:
        """The step with another matrix for operand n."""
        operands = (*self.operands[:n], values, *self.operands[n + 1 :])
        names = self.names if name is None else (*self.names[:n], name, *self.names[n + 1 :])
        return replace(self, operands=operands, names=names, rows=None, wholes=())

    def maker(self, n: int, *ops: str) -> Redo | None:
        """The step that made operand n, if its operation is one of these (or any, where none is named)."""
        made = self.makers[n] if n < len(self.makers) else None
        return made if made is not None and (not ops or made.op.name in ops) else None

    def fits(self) -> bool:
        """Whether the sizes of the operands agree."""
        shapes = [(int(a.shape[0]), int(a.shape[1])) for a in self.operands]
        return self.op.mismatch(shapes) is None


@dataclass(slots=True, eq=False)
class Variant:
    """The numbers of one way to make a slip, and what differs in its name and sentences."""

    values: Array
    details: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    said: str | None = None
    mend: str | None = None
    rare: int = 0


def way(
    values: Array,
    name: str | None = None,
    said: str | None = None,
    mend: str | None = None,
    rare: int = 0,
    **details: str,
) -> Variant:
    """A variant of a slip; ``details`` are what its sentences may name."""
    return Variant(values, details, name, said, mend, rare)


Found: TypeAlias = Array | Variant | Iterable[Variant] | None
How: TypeAlias = Callable[..., Found]
"""Computes the wrong numbers of a step: ``(step, *operands) -> …``."""


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A slip: ``said`` tells what happened, ``mend`` what to do instead; ``rare`` is 0 for common ones, more for rarer."""

    name: str
    said: str
    mend: str
    how: How
    rare: int = 0

    def variants(self, step: Redo) -> list[Variant]:
        """The variants for a step; none where the slip does not apply."""
        with np.errstate(all="ignore"):
            return list(self.each(step))

    def each(self, step: Redo) -> Iterable[Variant]:
        """The same one by one, for who needs the first of them; what is no number is warned of."""
        if any(operand.size == 0 for operand in step.operands):
            return []  # there are no numbers to get wrong
        found = self.how(step, *step.operands)
        if found is None:
            return []
        if isinstance(found, np.ndarray):
            return [Variant(found)]
        return [found] if isinstance(found, Variant) else found


EVERYWHERE: list[Slip] = []
"""Slips that may be made in any operation."""


def slip(
    op: Operation | tuple[Operation, ...] | None, name: str, how: How, *, said: str, mend: str, rare: int = 0
) -> None:
    """Register a slip on its operations (None: on all of them).

    ``how`` is a function of the step and its operands. It returns the wrong numbers, or several variants made with
    ``way``, or None where the slip cannot be made.
    The sentences may name {result}, the operands {0}, {1}, …, the parameters, and a variant's details.
    """
    made = Slip(name, said, mend, how, rare)
    for slips in [EVERYWHERE] if op is None else [one.slips for one in (op if isinstance(op, tuple) else (op,))]:
        slips.append(made)
