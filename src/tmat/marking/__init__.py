"""Marking: answers held against a key, and the mistake named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmat.marking.answers import Answer, Answers
    from tmat.marking.audit import explain
    from tmat.marking.many import Failure, mark_many
    from tmat.marking.options import Options
    from tmat.marking.submission import mark, mark_self
    from tmat.marking.verdicts import Finding, Report, StepReport, Verdict

_MODULES = {
    "Answer": "answers",
    "Answers": "answers",
    "explain": "audit",
    "Failure": "many",
    "mark_many": "many",
    "mark": "submission",
    "mark_self": "submission",
    "Options": "options",
    "Finding": "verdicts",
    "Report": "verdicts",
    "StepReport": "verdicts",
    "Verdict": "verdicts",
}

__all__ = [
    "Answer",
    "Answers",
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


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
