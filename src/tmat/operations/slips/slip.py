"""A slip: a way in which people get an operation wrong, stated as what they compute instead.

It stands beside its operation and is registered on it. Given a step to be done again (its operation,
operands and parameters, and how the operands were made), it answers the numbers that the slip yields,
or none where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from tmat.errors import InputError
from tmat.operations.operation import Array, Operation


@dataclass(slots=True, eq=False)
class Redo:
    """One step to be done again: from which numbers, and how those were made. It is done once, however often asked."""

    op: Operation
    operands: tuple[Array, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    result: str = "result"
    makers: tuple[Redo | None, ...] = ()
    widths: tuple[int, ...] = ()  # other widths on the page that could be taken for d_k
    _done: Array | None = field(default=None, init=False)

    def __getitem__(self, name: str) -> Any:
        """A parameter of the step."""
        return self.params[name]

    def __call__(self) -> Array:
        """The numbers of the step, done as it should be; not to be written into. NaN where it cannot be: a word without a row."""
        if self._done is None:
            try:
                with np.errstate(all="ignore"):
                    self._done = self.op.evaluate(*self.operands, **self.params).view()
            except InputError:
                self._done = np.full((len(self.operands[0]), self.operands[-1].shape[1]), np.nan)
            self._done.flags.writeable = False
        return self._done

    def again(self, **params: Any) -> Redo:
        """The step with other parameters."""
        return replace(self, params={**self.params, **params})

    def taking(self, n: int, values: Array, name: str | None = None) -> Redo:
        """The step with another matrix for operand n."""
        operands = (*self.operands[:n], values, *self.operands[n + 1 :])
        names = self.names if name is None else (*self.names[:n], name, *self.names[n + 1 :])
        return replace(self, operands=operands, names=names)

    def maker(self, n: int, *ops: str) -> Redo | None:
        """How operand n was made, where that was one of these operations, or any where none is named."""
        made = self.makers[n] if n < len(self.makers) else None
        return made if made is not None and (not ops or made.op.name in ops) else None

    def fits(self) -> bool:
        """Whether the sizes of the operands agree."""
        shapes = [(int(a.shape[0]), int(a.shape[1])) for a in self.operands]
        return self.op.mismatch(shapes) is None


@dataclass(slots=True, eq=False)
class Variant:
    """The numbers that a slip yields, where it can be made in several ways: which one this is."""

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
    """One way to make a slip, and what its sentences name."""
    return Variant(values, details, name, said, mend, rare)


Found: TypeAlias = Array | Variant | Iterable[Variant] | None
How: TypeAlias = Callable[..., Found]
"""What a slip makes of a step: ``(step, *operands) -> …``."""


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A slip by name; ``said`` tells what happened, ``mend`` what to do; ``rare`` counts from 0, the common ones."""

    name: str
    said: str
    mend: str
    how: How
    rare: int = 0

    def variants(self, step: Redo) -> Iterable[Variant]:
        """What it yields for a step; nothing where it does not apply, which the slip says itself."""
        if any(operand.size == 0 for operand in step.operands):
            return []  # without a number nothing can go wrong
        with np.errstate(all="ignore"):
            found = self.how(step, *step.operands)
            if found is None:
                return []
            if isinstance(found, np.ndarray):
                return [Variant(found)]
            return [found] if isinstance(found, Variant) else list(found)


EVERYWHERE: list[Slip] = []
"""Slips that belong to no one operation."""


def slip(
    op: Operation | tuple[Operation, ...] | None, name: str, how: How, *, said: str, mend: str, rare: int = 0
) -> None:
    """Register a slip on its operations (None: on all of them).

    ``how`` is a function of the step and its operands. It answers the wrong numbers; or, where there are several ways
    to make the slip, each with ``way``; or None where the slip cannot be made.
    The sentences may name {result}, the operands {0}, {1}, …, the parameters, and a variant's details.
    """
    made = Slip(name, said, mend, how, rare)
    for slips in [EVERYWHERE] if op is None else [one.slips for one in (op if isinstance(op, tuple) else (op,))]:
        slips.append(made)
