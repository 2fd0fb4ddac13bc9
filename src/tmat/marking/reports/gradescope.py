"""Gradescope's results.json: a test a step, with its score."""

from __future__ import annotations

from typing import Any

from tmat.marking.many import Failure, Marked
from tmat.marking.reports.table import last_line
from tmat.marking.reports.words import mends, on_the_whole, sentences, standing
from tmat.marking.verdicts import Verdict


def as_results(one: Marked) -> dict[str, Any]:
    """The object that an autograder leaves in results.json; the total is the report's, rounded once."""
    if isinstance(one, Failure):
        return {"score": 0.0, "output": str(one), "output_format": "text", "tests": []}
    tests = []
    for number, step in enumerate(one.steps, start=1):
        if step.given and step.verdict is Verdict.RIGHT:
            continue
        said = [f"{standing(step)} right" if step.verdict is not Verdict.MISSING else "missing"]
        if step.verdict is not Verdict.MISSING or step.notes:
            said += sentences(step)
        said += mends(step)
        tests.append(
            {
                "name": step.label,
                "number": str(number),
                "score": step.earned,
                "max_score": step.points,
                "status": "passed" if step.passed else "failed",
                "output": "\n".join(said),
                "output_format": "text",
            }
        )
    output = "\n".join([last_line(one), *on_the_whole(one)])
    return {"score": one.earned, "output": output, "output_format": "text", "tests": tests}


def to_gradescope(one: Marked) -> bytes:
    import orjson

    return orjson.dumps(as_results(one), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
