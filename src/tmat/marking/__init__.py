"""Marking: answers held against a key, step by step, and each mistake named."""

from tmat.marking.answers import Answer, Answers
from tmat.marking.findings import Certainty, Finding
from tmat.marking.many import Failure, mark_many
from tmat.marking.mark_answers import explain, mark, mark_self
from tmat.marking.options import Options
from tmat.marking.verdicts import Report, StepReport, Verdict

__all__ = [
    "Answer",
    "Answers",
    "Certainty",
    "Failure",
    "Finding",
    "Options",
    "Report",
    "StepReport",
    "Verdict",
    "explain",
    "mark",
    "mark_many",
    "mark_self",
]
