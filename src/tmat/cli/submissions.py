"""The work of `tmat check`: answers from files, folders or standard input, and their keys."""

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
from tmat.marking.answers import Answers, Called, headings_of
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

    from tmat.cli.commands.check import CheckOptions

NONE_NAMED = "tmat check answers.txt --key key.json"


@dataclass(slots=True)
class Work:
    """The results of marking, each computed when it is read, with names, keys and files that were left out."""

    results: Iterator[Marked]
    names: Sequence[str]  # of the submissions, in reports
    students: Sequence[str]  # names for the files of the submissions
    key: Callable[[int], Worksheet | None]  # of a submission, by its index
    left_out: Sequence[LeftOut] = ()


@contextmanager
def marking(options: CheckOptions, env: Environment) -> Iterator[Work]:
    """The work that the options ask for; a cluster stays connected meanwhile."""
    paths = [] if options.answers == ["-"] else options.answers or []
    if "-" in paths:
        raise InputError("- is standard input, and files are named beside it", mend="mark them one after the other")
    if options.jobs and options.cluster:
        raise InputError(
            "--jobs and --cluster contradict each other",
            "a cluster has its own number of processes",
            mend="leave one out",
        )
    choices = Choices(
        atol=options.atol, rtol=options.rtol, points=points_of(split_names(options.points)), follow=options.follow, close=options.close,
        decimals=decimals_of(options.decimals), dtype=options.dtype, only=split_names(options.only), columns=options.columns,
    )  # fmt: skip
    if options.key is None:
        if options.map or options.cluster:
            option = "--map" if options.map else "--cluster"
            raise InputError(f"{option} is for answers that are marked by a key", mend="give the key: --key key.json")
        _refuse_outputs(options.output, paths, env)
        reports = list(_marked_without_key(paths, env, choices))
        origins = [one.origin for one in reports]
        yield Work(iter(reports), origins, [Path(name).stem for name in origins], lambda number: None)
        return
    keys: Keys | Worksheet
    if os.path.isdir(options.key):
        keys = Keys(options.key)
        names = names_of(split_names(options.map), next(iter(keys.values()))) if options.map else {}
    else:
        keys, article_names = key_and_names(options.key, env)
        names = {**article_names, **names_of(split_names(options.map), keys)}
    if paths:
        with _executor(options.cluster) as executor:
            yield _of_files(options, env, paths, keys, names, executor, choices)
    elif isinstance(keys, Keys):
        raise InputError(
            f"the key {options.key} is a folder, and no answers were named", mend="name a folder of answers"
        )
    elif options.key == "-":
        raise InputError("the key came on standard input, and no answers were named", mend="name a file of answers")
    else:
        _refuse_outputs(options.output, [options.key], env)
        report = mark(_from_standard_input(env, keys, names), keys, names=names, **choices)
        yield Work(iter([report]), [report.origin], ["answers"], lambda number: keys)


def _of_files(
    options: CheckOptions,
    env: Environment,
    paths: Sequence[str],
    keys: Keys | Worksheet,
    names: Mapping[str, Called],
    executor: Executor | None,
    choices: Choices,
) -> Work:
    if isinstance(keys, Keys):
        collected = submissions(paths, keys.students)
    else:
        collected = submissions(paths, (), {*own_names(keys), *names})
    handed_in = collected.submissions
    _refuse_outputs(options.output, [*(str(path) for one in handed_in for path in one.files), options.key or ""], env)
    results = mark_many(handed_in, keys, names=names, jobs=options.jobs, executor=executor, **choices)
    watched = _watched(results, len(handed_in), alone=len(paths) == 1 and not os.path.isdir(paths[0]))
    origins, students = [one.name for one in handed_in], [one.students[0] for one in handed_in]
    if isinstance(keys, Keys):
        unused = keys.left_out(handed_in) if any(map(os.path.isdir, paths)) else []  # a class is marked
        return Work(
            watched, origins, students, lambda number: keys.of(handed_in[number]), [*collected.left_out, *unused]
        )
    return Work(watched, origins, students, lambda number: keys, collected.left_out)


def decimals_of(text: str | None) -> int | str | None:
    """--decimals as a number, or as the word that was typed, which is checked later."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else text


def _watched(results: Iterator[Marked], count: int, *, alone: bool) -> Iterator[Marked]:
    """The results, with progress; a single one shows its own progress, and raises an error if it could not be marked."""
    if alone:
        for result in results:
            if isinstance(result, Failure):
                raise InputError(result.what, *result.details, mend=result.mend)
            yield result
        return
    with working("marking", count) as step:
        for done, result in enumerate(results, start=1):
            step(done)
            yield result


def _executor(address: str | None) -> AbstractContextManager[Executor | None]:
    if address is None:
        return nullcontext()
    from tmat.cli.cluster import cluster_at  # an extra

    return cluster_at(address)


def _refuse_outputs(output: str | None, inputs: Sequence[str], env: Environment) -> None:
    """Refuse an output that would replace an input or write pages among the answers."""
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


def _from_standard_input(env: Environment, key: Worksheet, names: Mapping[str, Called]) -> Answers:
    if env.stdin_kind not in ("pipe", "file"):
        raise InputError("check has no answers", "none were named", mend=NONE_NAMED)
    data = read_bytes(env.stdin, "standard input")
    refuse_endless(data, Key(key), "standard input")
    return Answers.of_file(data, "standard input", headings_of(names))


def _marked_without_key(paths: Sequence[str], env: Environment, choices: Choices) -> Iterator[Report]:
    """Mark worksheets without a key: each step is recomputed from its operands."""
    for path in paths:
        for sheet in sheets_of([path]):
            if not any(stage.steps for stage in sheet.stages):
                raise InputError(
                    f"{path} has no steps to check",
                    "without --key, a worksheet is checked against its own operands",
                    mend="give the key: --key key.json",
                )
            yield mark_self(sheet, path, **choices)
    if paths:
        return
    count = 0
    for document in read_documents(env.stdin) if env.stdin_kind in ("pipe", "file") else ():
        if not isinstance(document, Worksheet):
            raise InputError("standard input has no steps", "bare matrices came", mend="give the key: --key key.json")
        count += 1
        yield mark_self(document, "standard input", **choices)
    if not count:
        raise InputError("check has nothing to mark", "no answers were named", mend=NONE_NAMED)
