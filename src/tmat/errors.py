"""What can go wrong, said so that the reader can mend it.

An error is one block: what was wrong, then where and why, then the mend.

>>> print(InputError("cannot form Q·Kᵀ", "Q is 3×4, K is 3×5", mend="try a W_K with 4 columns"))
cannot form Q·Kᵀ
  Q is 3×4, K is 3×5
  try a W_K with 4 columns
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tmat.visible import visible

LONGEST = 2000
"""Characters of a line of an error: names come from anybody, and may be of any length."""


class TmatError(Exception):
    """Anything tmat says no to: what was wrong, the details a line each, and the mend where it can be known."""

    exit_code = 2

    def __init__(self, what: str, *details: str, mend: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.details = details
        self.mend = mend

    def __str__(self) -> str:
        # What was typed is quoted here: it must not steer a terminal.
        rest = [*self.details, self.mend] if self.mend else self.details
        return "\n".join([visible(self.what, LONGEST), *(f"  {visible(line, LONGEST)}" for line in rest)])


class InputError(TmatError):
    """Bad usage or bad input: shapes, numbers, names, files that cannot be read (exit code 2)."""


class LimitError(TmatError):
    """A limit was reached: memory, size, the widest table a format can hold (exit code 3)."""

    exit_code = 3


class OutputError(TmatError):
    """A file that cannot be written (exit code 3)."""

    exit_code = 3


class MissingExtra(InputError):
    """An optional library is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra '{extra}'",
            "it is not installed here",
            mend=f'try: pip install "tmat[{extra}]"',
        )


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names closest to a mistyped one, nearest first; case and underscores forgiven.

    >>> nearest("scroes", ["scores", "scaled", "weights"])
    ['scores']
    """
    from difflib import get_close_matches  # loaded for an error alone

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), candidate)
    return [folded[match] for match in get_close_matches(fold(name), folded, n=count, cutoff=0.6)]


@lru_cache(2048)
def fold(name: str) -> str:
    """A name as names are compared: W_Q, Wq and wq are one.

    >>> fold("W_Q"), fold("wq"), fold("layer1.W_Q")
    ('wq', 'wq', 'layer1.wq')
    """
    return name.replace("_", "").replace("-", "").replace(" ", "").casefold()
