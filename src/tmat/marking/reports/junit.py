"""JUnit XML: a suite a submission, a case a step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tmat.marking.many import Failure, Marked
from tmat.marking.reports.words import reading, sentences, standing, unknown
from tmat.marking.verdicts import Verdict

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(marked: Iterable[Marked]) -> str:
    """What continuous integration reads: a right step passes, a missing one is skipped, any other fails.

    A submission that could not be marked is an error; how a matrix was read is the suite's output.
    """
    root = Element("testsuites", name="tmat check")
    for one in marked:
        suite = SubElement(root, "testsuite", name=_legal(one.origin))
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        if isinstance(one, Failure):
            counts["tests"] = counts["errors"] = 1
            case = SubElement(suite, "testcase", classname=_legal(one.origin), name="read")
            SubElement(case, "error", message=_legal(one.what)).text = _legal(str(one))
        else:
            for step in one.steps:
                counts["tests"] += 1
                case = SubElement(suite, "testcase", classname=_legal(step.stage), name=_legal(step.label))
                text = _legal("; ".join(sentences(step)))
                if step.verdict is Verdict.MISSING:
                    counts["skipped"] += 1
                    SubElement(case, "skipped", message=text)
                elif not step.passed:
                    counts["failures"] += 1
                    message = f"{standing(step)} right"
                    SubElement(case, "failure", message=message, type=step.verdict.word).text = text
            for strange in one.unknown:
                counts["tests"] += 1
                counts["failures"] += 1
                case = SubElement(suite, "testcase", classname="answers", name=_legal(strange.name))
                SubElement(case, "failure", message=_legal(unknown(strange)), type="unknown")
            if one.readings:
                SubElement(suite, "system-out").text = _legal("\n".join(map(reading, one.readings)))
        for name, count in counts.items():
            suite.set(name, str(count))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
