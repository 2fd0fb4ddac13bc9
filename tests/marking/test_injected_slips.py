"""Slips put into right answers at random come back by their names, with their cells."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
from tests.marking.injected import SLIPS, Case, cases

from tmat.marking import Answers, Report, Verdict, mark
from tmat.marking.reports.words import note


@cache
def marked() -> list[tuple[Case, Report]]:
    return [(case, mark(Answers.of(case.answers), case.key)) for case in cases(2, seed=20)]


def test_the_right_name_comes_first_in_nineteen_of_twenty_cases() -> None:
    named, cells_right, count = 0, 0, 0
    missed: Counter[str] = Counter()
    for case, report in marked():
        step = report[case.slip.step]
        first = step.findings[0].names[0] if step.findings else ""
        good = first in case.slip.names
        cells = {cell for finding in step.findings if finding.names[0] == first for cell in finding.cells}
        count += 1
        named += good
        cells_right += good and cells == case.changed
        if not good:
            missed[f"{case.slip.step}: {first or 'none'} for {case.slip.names[0]}"] += 1
    assert count > 1.5 * len(SLIPS)
    assert named >= 0.95 * count, missed
    assert cells_right >= 0.95 * count


def test_a_slip_never_counts_as_right_and_what_was_not_touched_does() -> None:
    for case, report in marked():
        order = [step.name for step in report.steps]
        before = report.steps[: order.index(case.slip.step)]
        assert all(step.verdict in (Verdict.RIGHT, Verdict.MISSING) for step in before)
        assert report.exit_code == 1


def test_what_is_carried_on_from_a_slip_follows() -> None:
    from tmat.numbers import round_half_away
    from tmat.stages.attention import attention

    r = np.random.RandomState(5)
    x = r.rand(4, 6).round(2)
    key = attention(x, d_k=3, seed=9)
    given = {name: m.values for name, m in key["attention"].given.items()}

    def two(a: np.ndarray) -> np.ndarray:
        return round_half_away(a, 2)

    own = {"Q": two(x @ given["W_Q"]), "K": two(x @ given["W_K"]), "V": two(x @ given["W_Q"])}
    own["scores"] = two(own["Q"] @ own["K"].T)
    own["scaled"] = two(own["scores"] / 3)  # √3 forgotten: divided by d_k
    e = np.exp(own["scaled"])
    own["weights"] = two(e / e.sum(axis=1, keepdims=True))
    own["Z"] = two(own["weights"] @ own["V"])
    own["output"] = two(own["Z"] @ given["W_O"])
    report = mark(Answers.of(own), key)
    verdicts = {step.name: step.verdict.word for step in report.steps}
    assert verdicts == {
        "Q": "right", "K": "right", "V": "slip", "scores": "right", "scaled": "slip",
        "weights": "follows", "Z": "follows", "output": "follows",
    }  # fmt: skip
    assert report.first_wrong is not None and report.first_wrong.name == "V"
    assert report["Z"].follows_from == ("weights", "V")
    assert [note(one) for one in report["Z"].notes] == ["follows from your weights and V"]
