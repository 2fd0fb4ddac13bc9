"""Reports for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson

from tmat.marking.findings import Finding, Mistake, Note
from tmat.marking.folders import LeftOut
from tmat.marking.many import Failure, Marked
from tmat.marking.reports.summary import Summary
from tmat.marking.reports.words import mend, note, reading, sentence, sentences, unknown
from tmat.marking.verdicts import StepReport, Verdict
from tmat.operations.operation import Array

WORDS = [verdict.word for verdict in Verdict]  # by the numbers in a report's cells


def json_parts(
    marked: Iterable[Marked], *, alone: bool, reveal: bool = False, left_out: Sequence[LeftOut] = ()
) -> Iterator[bytes]:
    """JSON, part by part so that one report is held at a time: one as an object, several with a summary and what was not marked."""
    others = [{"file": one.path, "why": one.why} for one in left_out]
    if alone:
        [one] = marked
        value = as_dict(one, reveal=reveal)
        yield orjson.dumps({**value, "not_marked": others} if others else value, option=orjson.OPT_APPEND_NEWLINE)
        return
    whole = Summary()
    begin = b'{"submissions":['
    for one in marked:
        whole.add(one)
        yield begin + orjson.dumps(as_dict(one, reveal=reveal))
        begin = b","
    rest = orjson.dumps({"summary": whole.as_dict(), "not_marked": others}, option=orjson.OPT_APPEND_NEWLINE)
    yield b"]," + rest.removeprefix(b"{")


def as_dict(one: Marked, *, reveal: bool = False) -> dict[str, Any]:
    """A report as plain data, ready for JSON; the right values only where they are to be revealed."""
    if isinstance(one, Failure):
        return {
            "submission": one.origin,
            "failed": True,
            "error": one.what,
            "details": list(one.details),
            "mend": one.mend,
        }
    first = one.first_wrong
    return {
        "submission": one.origin,
        "all_right": one.all_right,
        "points": one.points,
        "earned": one.earned,
        "first_wrong": first.label if first else None,
        "remarks": [_remark(each) for each in one.remarks],
        "steps": [_step(step, reveal=reveal) for step in one.steps],
        "unknown": [{"name": u.name, "nearest": u.nearest, "where": u.where, "why": u.why} for u in one.unknown],
        **({"readings": [asdict(each) for each in one.readings]} if one.readings else {}),
    }


def _step(step: StepReport, *, reveal: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "stage": step.stage,
        "step": step.name,
        "op": step.op,
        "verdict": step.verdict.word,
        "right": step.right,
        "of": step.size,
        "counts": {word: n for word, n in zip(WORDS, np.bincount(step.cells.flat).tolist(), strict=False) if n},
        "precision": step.precision,
        "asked": step.asked,
        "points": step.points,
        "earned": step.earned,
        "findings": [_finding(finding) for finding in step.findings],
        "notes": [note(one) for one in step.notes],
        "remarks": [_remark(one) for one in step.notes],
        "follows_from": list(step.follows_from),
    }
    if step.verdict not in (Verdict.RIGHT, Verdict.MISSING, Verdict.SHAPE):
        result["cells"] = [[WORDS[v] for v in row] for row in step.cells.tolist()]
    if reveal and step.due is not None:
        result["values"] = _numbers(step.due)
    return result


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "names": list(finding.names),
        "sure": finding.sure,
        "sentence": sentence(finding),
        "mend": mend(finding),
        "cells": [[i + 1, j + 1] for i, j in finding.cells],
        "scope": finding.extent,
        "mistakes": [_mistake(mistake) for mistake in finding.mistakes],
        "made_from": [{"stage": s.stage, "step": s.name, "numbers": s.numbers} for s in finding.made_from],
    }


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "name": mistake.name,
        "step": mistake.result,
        "of": list(mistake.operands),
        "details": dict(mistake.details),
        "within": mistake.within,
        "first": None if mistake.first is None else _mistake(mistake.first),
    }


def _remark(one: Note) -> dict[str, Any]:
    return {
        "remark": one.remark,
        "matrices": list(one.matrices),
        **({"count": one.count} if one.count else {}),
        **({"decimals": one.decimals} if one.decimals is not None else {}),
        **({"shapes": [list(shape) for shape in one.shapes]} if one.shapes else {}),
    }


def _numbers(values: Array) -> list[list[float | str]]:
    """Numbers that strict JSON can hold: the infinities and NaN by name."""
    names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return [[names.get(repr(float(x)), float(x)) for x in row] for row in values]


def to_csv(marked: Iterable[Marked]) -> str:
    """A row a submission: its points, whether all is right, the first wrong step, what happened, how it was read, then each step.

    A cell that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    labels: dict[str, None] = {}
    kept: list[tuple[list[str], dict[str, tuple[str, str]]]] = []
    for one in marked:
        if isinstance(one, Failure):
            kept.append(([one.origin, "", "", "no", "", f"could not be marked: {one.what}", ""], {}))
            continue
        first = one.first_wrong
        label, said = (first.label, sentences(first)) if first else ("", [])
        what = "; ".join([*(note(each) for each in one.remarks if each.doubts), *said, *map(unknown, one.unknown)])
        steps = {step.label: (step.verdict.word, f"{step.earned:g}") for step in one.steps if not step.given}
        labels |= dict.fromkeys(steps)
        right = "yes" if one.all_right else "no"
        read = "; ".join(map(reading, one.readings))
        kept.append(([one.origin, f"{one.earned:g}", f"{one.points:g}", right, label, what, read], steps))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = [name for label in labels for name in (label, f"{label} points")]
    writer.writerow(["submission", "earned", "points", "all right", "first wrong", "what", "read so", *columns])
    for row, steps in kept:
        writer.writerow(
            [_plain(text) for text in (*row, *(text for label in labels for text in steps.get(label, ("", ""))))]
        )
    return out.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
