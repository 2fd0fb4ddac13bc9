"""Marking one program: what it handed in, and nothing else, held against a key."""

from __future__ import annotations

from dataclasses import replace

from tmat.errors import InputError
from tmat.marking.answers import Answer, Answers
from tmat.marking.key import Key
from tmat.marking.options import Options
from tmat.marking.pairing import Pairing, unread
from tmat.marking.points import award
from tmat.marking.programs.judging import Dumped, Judging
from tmat.marking.verdicts import Report
from tmat.numbers.floats import FLOAT64, FLOAT_TYPES
from tmat.sheet.worksheet import Worksheet


def of_program(answers: Answers, options: Options) -> bool:
    """Whether a program computed the answers."""
    if options.atol is not None or options.rtol is not None:
        return False
    return options.dtype is not None or any(answer.type is not None for answer in answers)


def mark_program(answers: Answers, key: Key, options: Options) -> Report:
    """The marking of a program's matrices: right within the forward error of its type, else which bug it is.

    Steps that were not handed in are asked for only where points are given for them. A matrix handed in alone is for the
    last step of its name.

    Errors: no matrix of the key among the answers.
    """
    pairing = Pairing(key, [_alone(answers.matrices[0], key.sheet)] if len(answers) == 1 else answers)
    if not pairing.answers:
        known = ", ".join(matrix.label for matrix in key.steps)
        raise InputError(f"nothing in {answers.origin} is in the key", f"the key has {known}")
    said = None if options.dtype is None else FLOAT_TYPES[options.dtype]
    dumped = {index: Dumped(answer.values, said or answer.type or FLOAT64) for index, answer in pairing.answers.items()}
    judging = Judging(key, dumped, slips=options.slips)
    steps = judging.reports(whole=options.whole or bool(options.points or options.only))
    report = Report(answers.origin, steps, [*pairing.unknown, *unread(answers)], judging.only_work(steps))
    if options.only:
        report.keep(options.only)
    award(report, options)
    return report


def last_of(sheet: Worksheet, name: str, shape: tuple[int, ...]) -> str | None:
    """The step that one matrix is for, told with its stage: of several of its name the last; "output" is the last stage's.

    >>> from tmat.stages.encode import encode
    >>> last_of(encode([[0.5, 1.0], [1.5, 0.0]], layers=2), "output", (2, 2))
    'addnorm-4.normalized'
    """
    steps = {f"{stage.id}.{step.name}": step for stage in sheet.stages for step in stage.steps}
    found = [label for label, step in steps.items() if name in (label, step.name)]
    last = sheet.stages[-1]
    ends = f"{last.id}.{last.output}"
    if name == "output" and ends in steps and steps[ends].values.shape == shape:
        return ends
    return found[-1] if found else None


def _alone(answer: Answer, sheet: Worksheet) -> Answer:
    label = None if answer.stage else last_of(sheet, answer.name, answer.values.shape)
    stage, _, name = (label or "").rpartition(".")
    return replace(answer, stage=stage, name=name) if label else answer
