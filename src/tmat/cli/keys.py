"""The keys of `tmat check`: one, or a folder with one for each submission; and the options that name steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tmat.cli.environment import Environment
from tmat.errors import InputError, fold, meant
from tmat.marking.answers import Called
from tmat.marking.folders import LeftOut, Submission, called_among, student_name
from tmat.marking.options import MOST_POINTS
from tmat.reading.documents import Document, read_documents
from tmat.reading.files import open_file
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible


def key_and_names(key: str, env: Environment) -> tuple[Worksheet, Mapping[str, Called]]:
    """The key, from a file, standard input or a worked example, and the names that an article uses for its steps."""
    if key.startswith("example:"):
        from tmat.articles.keys import key_of  # loads the articles, which other keys do not need

        return key_of(key.removeprefix("example:"))
    if key == "-":
        return _worksheet(list(read_documents(env.stdin)), "standard input"), {}
    return key_sheet(key), {}


def key_sheet(path: str) -> Worksheet:
    """The key in a file."""
    with open_file(path) as stream:
        return _worksheet(list(read_documents(stream, path)), path)


def _worksheet(documents: Sequence[Document], origin: str) -> Worksheet:
    if len(documents) != 1 or not isinstance(documents[0], Worksheet):
        found = (
            "nothing" if not documents else "bare matrices" if len(documents) == 1 else f"{len(documents)} documents"
        )
        raise InputError(
            f"{origin} is no key",
            f"expected one worksheet in JSON, found {found}",
            mend="make one with any stage: tmat attention --d-k 6 -o key.json",
        )
    return documents[0]


def points_of(parts: Sequence[str]) -> dict[str, float]:
    """Points by step, from --points.

    >>> points_of(["scores=2", "Z=4"])
    {'scores': 2.0, 'Z': 4.0}
    """
    points: dict[str, float] = {}
    for part in parts:
        name, equals, worth = part.partition("=")
        try:
            number = float(worth)
        except ValueError:
            number = -1.0
        if not equals or not name.strip() or not 0 <= number <= MOST_POINTS:
            raise InputError(
                f"--points does not understand '{part}'",
                f"expected a step and what it is worth, 0 to {MOST_POINTS}",
                mend="try --points scores=2,Z=4",
            )
        if any(fold(known) == fold(name.strip()) for known in points):
            raise InputError(f"--points names {name.strip()} twice")
        points[name.strip()] = number
    return points


def names_of(parts: Sequence[str], key: Worksheet) -> dict[str, Called]:
    """The steps that names in the answers mean, from --map: A=weights, S=attention-2.scores."""
    known = {name: stage.id for stage in key.stages for name in stage.names()}
    places = {
        fold(each)
        for name in known
        for each in (name, *(f"{stage.id}.{name}" for stage in key.stages if name in stage))
    }
    names: dict[str, Called] = {}
    for part in parts:
        name, equals, step = (text.strip() for text in part.partition("="))
        if not equals or not name or not step:
            raise InputError(
                f"--map does not understand '{part}'",
                "expected a name and the step that it means",
                mend="try --map A=weights,O=Z",
            )
        if fold(step) not in places:
            raise InputError(
                f"--map: the key has no step '{step}'", f"it has {', '.join(known)}", mend=meant(step, known)
            )
        stage, _, matrix = step.rpartition(".") if step not in known else ("", "", step)
        names[name] = names[fold(name)] = Called(stage or None, matrix)
    return names


class Keys(Mapping[str, Worksheet]):
    """The keys of a folder by file name, each read when it is needed."""

    def __init__(self, folder: str) -> None:
        try:
            listed = sorted(path for path in Path(folder).iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise InputError(
                f"cannot read the folder {visible(folder)}", f"{error.strerror or error}".lower()
            ) from None
        self.paths = {path.stem: path for path in listed if path.suffix.lower() == ".json"}
        self._others = [path for path in listed if path not in self.paths.values()]
        self.students = {student_name(name): name for name in self.paths}
        if not self.paths:
            raise InputError(f"no keys in the folder {visible(folder)}", "expected a worksheet each: s01.json")
        if len(self.students) < len(self.paths):
            raise InputError(f"two keys in {visible(folder)} have one name", "capitals make no other student")

    def __getitem__(self, name: str) -> Worksheet:
        return _read(self.paths[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def of(self, submission: Submission) -> Worksheet | None:
        """The key of a submission, where there is one."""
        name = called_among(submission, self.students)
        return None if name is None else self[name]

    def left_out(self, submissions: Sequence[Submission]) -> list[LeftOut]:
        """The keys that no submission goes by, and files that are no keys."""
        used = {called_among(one, self.students) for one in submissions}
        unused = [
            LeftOut(visible(str(path)), "no answers for this key")
            for name, path in self.paths.items()
            if name not in used
        ]
        return [
            *unused,
            *(LeftOut(visible(str(path)), "no key: its name does not end in .json") for path in self._others),
        ]


@lru_cache(1)
def _read(path: Path) -> Worksheet:
    return key_sheet(str(path))
