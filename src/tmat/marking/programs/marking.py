"""Marking one program: what it handed in, and nothing else, held against a key."""

from __future__ import annotations

from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.marking.key import Key
from tmat.marking.options import Options
from tmat.marking.pairing import Pairing
from tmat.marking.points import award
from tmat.marking.programs.judging import Dumped, Judging
from tmat.marking.verdicts import Report
from tmat.numbers.floats import FLOAT_TYPES


def mark_program(answers: Answers, key: Key, options: Options) -> Report:
    """The marking of a program's matrices: right within the forward error of its type, else which bug it is.

    Steps that were not handed in are not asked for.

    Errors: no matrix of the key among the answers.
    """
    pairing = Pairing(key, answers)
    if not pairing.answers:
        known = ", ".join(matrix.label for matrix in key.steps)
        raise InputError(f"nothing in {answers.origin} is in the key", f"the key has {known}")
    dumped = {
        index: Dumped(answer.values, FLOAT_TYPES[answer.type or options.dtype or "float64"])
        for index, answer in pairing.answers.items()
    }
    report = Report(answers.origin, Judging(key, dumped, slips=options.slips).reports(), pairing.unknown)
    award(report, options)
    return report
