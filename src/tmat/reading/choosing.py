"""One matrix of several, by its name."""

from __future__ import annotations

from collections.abc import Collection

from tmat.errors import InputError, fold, nearest
from tmat.visible import visible


def choose(name: str, known: Collection[str], origin: str) -> str:
    """The key that a name means, case and underscores forgiven; an error that lists the names where none does."""
    if name in known:
        return name
    same = [key for key in known if fold(key) == fold(name)]
    if len(same) == 1:
        return same[0]
    names = ", ".join(visible(key, 40) for key in list(known)[:20]) + (", …" if len(known) > 20 else "")
    if same:
        raise InputError(f"'{visible(name, 60)}' could be any of {', '.join(map(visible, same))}", f"in {origin}")
    near = nearest(name, known, 1)
    raise InputError(
        f"no matrix '{visible(name, 60)}' in {origin}",
        f"it has {names}",
        mend=f"did you mean {visible(near[0])}?" if near else None,
    )
