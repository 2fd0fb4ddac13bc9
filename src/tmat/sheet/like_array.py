"""What a matrix has in common with a NumPy array: its shape, indexing, iteration and equality."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError, meant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LikeArray:
    """Numbers with labels, which NumPy, pandas and others accept as an array."""

    values: NDArray[np.floating]
    rows: tuple[str, ...]
    cols: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np

        wanted = self.values.dtype if dtype is None else np.dtype(dtype)
        if copy is False and wanted != self.values.dtype:
            raise ValueError(f"numbers of {self.values.dtype} cannot be {wanted} without a copy")
        return self.values.astype(wanted, copy=bool(copy))

    def __len__(self) -> int:
        return len(self.values)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter(self.values)

    def __getitem__(self, place: Any) -> Any:
        """Some of the numbers: ``m["When", "play"]`` by labels, ``m[0, 2]`` and slices as in NumPy.

        Errors: a label that is not there, or that several rows have.
        """
        parts = place if isinstance(place, tuple) else (place,)
        sides = ((self.rows, "row"), (self.cols, "column"))
        found = [
            _place_of(part, *sides[n]) if isinstance(part, str) and n < 2 else part for n, part in enumerate(parts)
        ]
        try:
            return self.values[tuple(found)]
        except (IndexError, TypeError, ValueError):
            place = ", ".join(map(str, parts))
            raise InputError(
                f"no part [{place}] of a matrix of {'×'.join(map(str, self.shape))}",
                'a row and a column are expected: labels, ["When", "play"], or numbers from 0, [0, 2]',
            ) from None

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.rows)

    def __eq__(self, other: object) -> Any:
        """Whether numbers and labels are equal, whatever the names; with an array cell by cell, as in NumPy."""
        import numpy as np

        if not isinstance(other, LikeArray):
            return self.values == other if isinstance(other, list | tuple | int | float) else NotImplemented
        same = self.shape == other.shape and np.array_equal(self.values, other.values, equal_nan=True)
        return same and (self.rows, self.cols) == (other.rows, other.cols)

    def __hash__(self) -> int:
        return hash((self.rows, self.cols))


def _place_of(label: str, labels: tuple[str, ...], side: str) -> int:
    alike = [n for n, other in enumerate(labels) if other == label]
    if len(alike) == 1:
        return alike[0]
    if alike:
        numbers = ", ".join(map(str, alike))
        raise InputError(
            f"{len(alike)} {side}s are called {label!r}",
            f"counted from 0 they are {numbers}",
            mend="choose one by its number",
        )
    known = ", ".join(labels[:12]) + (", …" if len(labels) > 12 else "")
    raise InputError(f"no {side} {label!r}", f"the {side}s are {known}", mend=meant(label, labels))
