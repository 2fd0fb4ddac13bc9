"""The errors of tmat: what was wrong, then where and why, then how to mend it.

>>> print(InputError("cannot form Q·Kᵀ", "Q is 3×4, K is 3×5", mend="try a W_K with 4 columns"))
cannot form Q·Kᵀ
  Q is 3×4, K is 3×5
  try a W_K with 4 columns

Options in an error are marked, ‹heads 3›, ‹scale False›, ‹-m W_O›, and spelled when it is shown: ``heads=3``,
``scale=False``, ``W_O=…`` in Python, ``--heads 3``, ``--no-scale``, ``-m W_O=…`` on the command line.

>>> print(InputError("‹heads 3› and ‹scale False› are said", mend="give ‹-m W_O›, or leave ‹heads› out"))
heads=3 and scale=False are said
  give W_O=…, or leave heads out
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from tmat.visible import visible

LONGEST = 2000
"""Most characters of a line of an error: names in it come from the input, and may have any length."""


class TmatError(Exception):
    """The base of all errors: what was wrong, a line for each detail, and how to mend it, where that is known."""

    exit_code = 2

    def __init__(self, what: str, *details: str, mend: str | None = None) -> None:
        self._marked = (what, *details, mend) if mend else (what, *details)
        self.what = spelled_with(what, in_python)
        self.details = tuple(spelled_with(line, in_python) for line in details)
        self.mend = None if mend is None else spelled_with(mend, in_python)
        super().__init__(self.what)

    def __str__(self) -> str:
        return self.told(in_python)

    def told(self, spelled: Callable[[str, str], str]) -> str:
        """The whole error; ``spelled`` writes an option and its value ("" for none)."""
        lines = [spelled_with(line, spelled) for line in self._marked]
        return "\n".join([visible(lines[0], LONGEST), *(f"  {visible(line, LONGEST)}" for line in lines[1:])])


def spelled_with(text: str, spelled: Callable[[str, str], str]) -> str:
    """A text with its marked options written by ``spelled``."""
    return re.sub("‹([^ ›]+) ?([^›]*)›", lambda mark: spelled(mark[1], mark[2]), text)


def in_python(name: str, value: str) -> str:
    """An option as it is written in Python: heads=3, and W_O=… for a matrix."""
    if name == "-m":
        return value if "=" in value else f"{value}=…"
    if name == "-o":
        return f"write(sheet, {value!r})"
    if not value:
        return name
    bare = value in ("True", "False", "None") or re.fullmatch(r"[-+]?(\d.*|\.\d.*|inf|nan|N|NUMBER)", value)
    return f"{name}={value}" if bare else f"{name}={value.strip(chr(34))!r}"


class InputError(TmatError):
    """Bad usage or bad input: shapes, numbers, names, files that cannot be read (exit code 2)."""


def expect(value: object, kind: type | tuple[type, ...], what: str) -> None:
    """Refuse a value of another type; ``what`` is the first line of the error.

    >>> expect([1], str, "a stage goes by its name")
    Traceback (most recent call last):
      ...
    tmat.errors.InputError: a stage goes by its name
      it was given a list
    """
    if not isinstance(value, kind):
        name = type(value).__name__
        kind_given = "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
        raise InputError(what, f"it was given {kind_given}")


class UnknownWords(InputError):
    """Words of a text that the vocabulary lacks."""


class LimitError(TmatError):
    """Too large for the memory, for a limit of tmat or for an output format (exit code 3)."""

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
            mend=f"try: {_installing(extra)}",
        )


def _installing(extra: str) -> str:
    """The command that installs an extra from where tmat was installed: an index, a folder, a file or a repository (PEP 610)."""
    import json  # loaded for an error alone
    from importlib.metadata import PackageNotFoundError, distribution
    from pathlib import Path

    try:
        source = json.loads(distribution("tmat").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:  # run where it stands, not installed
        return f'pip install "{Path(__file__).parents[2]}[{extra}]"'
    url = source.get("url", "")
    if "vcs_info" in source:
        url = f"{source['vcs_info']['vcs']}+{url}@{source['vcs_info']['commit_id']}"
    if source.get("dir_info", {}).get("editable"):
        return f'pip install -e "{_folder(url)}[{extra}]"'
    if "dir_info" in source:
        return f'pip install "{_folder(url)}[{extra}]"'
    return f'pip install "tmat[{extra}] @ {url}"' if url else f'pip install "tmat[{extra}]"'


def _folder(url: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(url).path)


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names closest to a mistyped or shortened one, nearest first; names are compared folded.

    >>> nearest("scroes", ["scores", "scaled", "weights"]), nearest("eps", ["heads", "epsilon"])
    (['scores'], ['epsilon'])
    """
    from difflib import get_close_matches  # loaded for an error alone

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), candidate)
    typed = fold(name)
    begun = [other for other in folded if len(typed) > 1 and other.startswith(typed)]
    close = get_close_matches(typed, folded, n=count, cutoff=0.6)
    return [folded[match] for match in dict.fromkeys([*sorted(begun, key=len), *close])][:count]


def meant(name: str, known: Iterable[str]) -> str | None:
    """The question "did you mean …?" for a mistyped name; None where no known name is near.

    >>> meant("scroes", ["scores", "weights"])
    'did you mean scores?'
    """
    near = nearest(name, known, 1)
    return f"did you mean {near[0]}?" if near else None


@lru_cache(2048)
def fold(name: str) -> str:
    """The form in which names are compared: without case, underscores, hyphens and blanks.

    >>> fold("W_Q"), fold("wq"), fold("layer1.W_Q")
    ('wq', 'wq', 'layer1.wq')
    """
    return name.replace("_", "").replace("-", "").replace(" ", "").casefold()
