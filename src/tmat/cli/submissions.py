"""What `tmat check` marks: answers from files, folders or standard input, by their keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tmat.cli.environment import Environment
from tmat.cli.keys import Keys, key_and_names, names_of, points_of
from tmat.cli.options import split_names
from tmat.cli.showing import sheets_of
from tmat.errors import InputError
from tmat.marking.answers import Answers, Called
from tmat.marking.folders import LeftOut, submissions
from tmat.marking.key import Key, own_names
from tmat.marking.many import Failure, Marked, mark_many, refuse_endless
from tmat.marking.mark_answers import mark, mark_self
from tmat.marking.options import Choices
from tmat.marking.verdicts import Report
from tmat.outputs import STANDARD_INPUT, refuse_inputs
from tmat.progress import working
from tmat.reading.documents import read_documents
from tmat.reading.files import read_bytes
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tmat.cli.commands.check import Asked

NONE_NAMED = "tmat check answers.txt --key key.json"


@dataclass(slots=True)
class Work:
    """Submissions, each marked when its result is asked for, and what there is besides."""

    results: Iterator[Marked]
    names: Sequence[str]  # a submission each, as reports call them
    students: Sequence[str]  # as files of theirs are called
    key: Callable[[int], Worksheet | None]  # of a submission by its number
    left_out: Sequence[LeftOut] = ()


@contextmanager
def marking(asked: Asked, env: Environment) -> Iterator[Work]:
    """The work that is asked for; a cluster is connected meanwhile."""
    paths = [] if asked.answers == ["-"] else asked.answers or []
    if "-" in paths:
        raise InputError("- is standard input, and files are named beside it", mend="mark them one after the other")
    if asked.jobs and asked.cluster:
        raise InputError(
            "--jobs and --cluster are both said", "a cluster has as many processes as it has", mend="leave one out"
        )
    choices = Choices(
        atol=asked.atol, rtol=asked.rtol, points=points_of(split_names(asked.points)), follow=asked.follow, close=asked.close,
        decimals=decimals_of(asked.decimals), dtype=asked.dtype, only=split_names(asked.only), columns=asked.columns,
    )  # fmt: skip
    if asked.key is None:
        if asked.map or asked.cluster:
            option = "--map" if asked.map else "--cluster"
            raise InputError(f"{option} is for answers that are marked by a key", mend="give the key: --key key.json")
        _refuse_outputs(asked.output, paths, env)
        found = list(_held_against_themselves(paths, env, choices))
        origins = [one.origin for one in found]
        yield Work(iter(found), origins, [Path(name).stem for name in origins], lambda number: None)
        return
    keys: Keys | Worksheet
    if os.path.isdir(asked.key):
        keys = Keys(asked.key)
        names = names_of(split_names(asked.map), next(iter(keys.values()))) if asked.map else {}
    else:
        keys, called = key_and_names(asked.key, env)
        names = {**called, **names_of(split_names(asked.map), keys)}
    if paths:
        with _executor(asked.cluster) as executor:
            yield _of_files(asked, env, paths, keys, names, executor, choices)
    elif isinstance(keys, Keys):
        raise InputError(f"the key {asked.key} is a folder, and no answers were named", mend="name a folder of answers")
    elif asked.key == "-":
        raise InputError("the key came on standard input, and no answers were named", mend="name a file of answers")
    else:
        _refuse_outputs(asked.output, [asked.key], env)
        report = mark(_from_standard_input(env, keys), keys, names=names, **choices)
        yield Work(iter([report]), [report.origin], ["answers"], lambda number: keys)


def _of_files(
    asked: Asked,
    env: Environment,
    paths: Sequence[str],
    keys: Keys | Worksheet,
    names: Mapping[str, Called],
    executor: Executor | None,
    choices: Choices,
) -> Work:
    found = submissions(paths, keys.students) if isinstance(keys, Keys) else submissions(paths, (), own_names(keys))
    handed_in = found.submissions
    _refuse_outputs(asked.output, [*(str(path) for one in handed_in for path in one.files), asked.key or ""], env)
    results = mark_many(handed_in, keys, names=names, jobs=asked.jobs, executor=executor, **choices)
    told = _told(results, len(handed_in), alone=len(paths) == 1 and not os.path.isdir(paths[0]))
    origins, students = [one.name for one in handed_in], [one.students[0] for one in handed_in]
    if isinstance(keys, Keys):
        unused = keys.left_out(handed_in) if any(map(os.path.isdir, paths)) else []  # the class is meant
        return Work(told, origins, students, lambda number: keys.of(handed_in[number]), [*found.left_out, *unused])
    return Work(told, origins, students, lambda number: keys, found.left_out)


def decimals_of(said: str | None) -> int | str | None:
    """Decimals as people type them: a number, or a word that is looked at later."""
    return int(said) if said is not None and said.isdecimal() and len(said) < 10 else said


def _told(results: Iterator[Marked], count: int, *, alone: bool) -> Iterator[Marked]:
    """The results while progress is told; one alone tells its own, and is an error like any other where it cannot be marked."""
    if alone:
        for one in results:
            if isinstance(one, Failure):
                raise InputError(one.what, *one.details, mend=one.mend)
            yield one
        return
    with working("marking", count) as step:
        for done, one in enumerate(results, start=1):
            step(done)
            yield one


def _executor(address: str | None) -> AbstractContextManager[Executor | None]:
    if address is None:
        return nullcontext()
    from tmat.cli.cluster import cluster_at  # an extra, asked for by few

    return cluster_at(address)


def _refuse_outputs(output: str | None, inputs: Sequence[str], env: Environment) -> None:
    """Say no where a report would replace what is read, or pages would go among the answers."""
    if output is None:
        return
    refuse_inputs(output, [*inputs, *[STANDARD_INPUT] * (env.stdin_kind == "file")])
    if os.path.isdir(output):
        for folder in {os.path.dirname(path) or "." for path in inputs}:
            if os.path.isdir(folder) and os.path.samefile(folder, output):
                raise InputError(
                    f"{output} holds files that this command reads",
                    "pages beside them would be marked the next time",
                    mend="give the pages a folder of their own",
                )


def _from_standard_input(env: Environment, key: Worksheet) -> Answers:
    if env.stdin_kind not in ("pipe", "file"):
        raise InputError("check has no answers", "none were named", mend=NONE_NAMED)
    data = read_bytes(env.stdin, "standard input")
    refuse_endless(data, Key(key), "standard input")
    return Answers.of_bytes(data)


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
