"""What `tmat check` marks: the key and the answers, from files, folders or standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from tmat.cli.environment import Environment
from tmat.cli.showing import sheets_of
from tmat.errors import InputError, fold
from tmat.marking.answers import Answers, Called
from tmat.marking.many import Failure, Marked, mark_many, submissions
from tmat.marking.mark_answers import mark, mark_self
from tmat.marking.options import MOST_POINTS, Choices
from tmat.marking.verdicts import Report
from tmat.progress import working
from tmat.reading.documents import read_documents
from tmat.reading.files import open_file, read_bytes
from tmat.sheet.worksheet import Worksheet

NONE_NAMED = "tmat check answers.txt --key key.json"


def key_sheet(key: str, env: Environment) -> tuple[Worksheet, Mapping[str, Called]]:
    """The worksheet to mark by, of a file, of standard input, or of a worked example, and that article's own names."""
    if key.startswith("example:"):
        from tmat.articles.keys import key_of  # loads the articles, which no other key needs

        return key_of(key.removeprefix("example:"))
    if key == "-":
        documents = list(read_documents(env.stdin))
    else:
        with open_file(key) as stream:
            documents = list(read_documents(stream, key))
    origin = "standard input" if key == "-" else key
    if len(documents) != 1 or not isinstance(documents[0], Worksheet):
        found = (
            "nothing" if not documents else "bare matrices" if len(documents) == 1 else f"{len(documents)} documents"
        )
        raise InputError(
            f"{origin} is no key",
            f"expected one worksheet in JSON, found {found}",
            mend="make one with any stage: tmat attention --d-k 6 -o key.json",
        )
    return documents[0], {}


def points_of(parts: Sequence[str]) -> dict[str, float]:
    """Points a step from what people type.

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


def decimals_of(said: str | None) -> int | str | None:
    """Decimals as people type them: a number, or a word that is looked at later."""
    return int(said) if said is not None and said.isdecimal() else said


def marked(
    paths: Sequence[str], key: str | None, env: Environment, jobs: int | None, choices: Choices
) -> tuple[list[Marked], Worksheet | None]:
    """The marking of each submission, or why it could not be marked; and the key, where there is one."""
    if key is None:
        return list(_held_against_themselves(paths, env, choices)), None
    sheet, names = key_sheet(key, env)
    if not paths:
        if key == "-":
            raise InputError("the key came on standard input, and no answers were named", mend="name a file of answers")
        return [mark(_from_standard_input(env), sheet, names=names, **choices)], sheet
    with working("marking", len(submissions(paths))) as step:
        found = list(mark_many(paths, sheet, names=names, jobs=jobs, progress=lambda done, of: step(done), **choices))
    if len(paths) == 1 and len(found) == 1 and isinstance(found[0], Failure) and not os.path.isdir(paths[0]):
        raise InputError(found[0].what, *found[0].details, mend=found[0].mend)  # one file: an error like any other
    return found, sheet


def _from_standard_input(env: Environment) -> Answers:
    if env.stdin_kind not in ("pipe", "file"):
        raise InputError("check has no answers", "none were named", mend=NONE_NAMED)
    return Answers.of_bytes(read_bytes(env.stdin, "standard input"))


def _held_against_themselves(paths: Sequence[str], env: Environment, choices: Choices) -> Iterator[Report]:
    """Worksheets whose steps are each recomputed from their own operands."""
    for path in paths:
        for sheet in sheets_of([path]):
            if not any(stage.steps for stage in sheet.stages):
                raise InputError(
                    f"{path} has no steps to hold against themselves",
                    "without --key, a worksheet is checked against its own operands",
                    mend="give the key: --key key.json",
                )
            yield mark_self(sheet, path, **choices)
    if paths:
        return
    found = 0
    for document in read_documents(env.stdin) if env.stdin_kind in ("pipe", "file") else ():
        if not isinstance(document, Worksheet):
            raise InputError("standard input has no steps", "bare matrices came", mend="give the key: --key key.json")
        found += 1
        yield mark_self(document, "standard input", **choices)
    if not found:
        raise InputError("check has nothing to mark", "no answers were named", mend=NONE_NAMED)
