"""Reports for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tmat.marking.many import Failure, Marked
from tmat.marking.reports.words import sentences
from tmat.marking.verdicts import Report


def to_json(marked: Sequence[Marked], *, reveal: bool = False) -> bytes:
    """One report as an object; several as an object with their summary."""
    import orjson

    from tmat.marking.reports.summary import summary

    if len(marked) == 1:
        value = as_dict(marked[0], reveal=reveal)
    else:
        value = {
            "submissions": [as_dict(one, reveal=reveal) for one in marked],
            "summary": summary(marked).as_dict(),
        }
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def as_dict(one: Marked, *, reveal: bool = False) -> dict[str, object]:
    return one.as_dict(reveal=reveal) if isinstance(one, Report) else one.as_dict()


def to_csv(marked: Iterable[Marked]) -> str:
    """A row a submission: points, the first wrong step and what happened there, then a column a step.

    A cell that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    marked = list(marked)
    labels = list(dict.fromkeys(s.label for r in marked if isinstance(r, Report) for s in r.steps if s.op != "given"))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["submission", "earned", "points", "all right", "first wrong", "what", *labels])
    for one in marked:
        if isinstance(one, Failure):
            writer.writerow([_plain(one.origin), "", "", "no", "", _plain(f"could not be marked: {one.what}")])
            continue
        first = one.first_wrong
        what = "; ".join(sentences(first)) if first else ""
        verdicts = {step.label: step.verdict.word for step in one.steps}
        writer.writerow(
            [
                _plain(one.origin), f"{one.earned:g}", f"{one.points:g}", "yes" if one.all_right else "no",
                _plain(first.label) if first else "", _plain(what), *(verdicts.get(label, "") for label in labels),
            ]
        )  # fmt: skip
    return out.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
