"""Marking: answers held against a key, and the mistake named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmat.checking.answers import Answer, Answers
    from tmat.checking.audit import explain
    from tmat.checking.many import Failure, mark_many
    from tmat.checking.marking import mark, mark_self
    from tmat.checking.options import Options
    from tmat.checking.report import Finding, Report, StepReport, Verdict

_MODULES = {
    "Answer": "answers",
    "Answers": "answers",
    "explain": "audit",
    "Failure": "many",
    "mark_many": "many",
    "mark": "marking",
    "mark_self": "marking",
    "Options": "options",
    "Finding": "report",
    "Report": "report",
    "StepReport": "report",
    "Verdict": "report",
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
