"""Points: a step earns its points in the share of its cells that are right; totals are rounded once."""

from __future__ import annotations

from fractions import Fraction

from tmat.errors import InputError, meant
from tmat.marking.options import SHARES, Options
from tmat.marking.verdicts import Report, StepReport, Verdict


def award(report: Report, options: Options) -> None:
    """Fill in what each step is worth and has earned, and the totals.

    A right cell earns its whole share of the step's points; one that follows, or is close, what the
    options say; any other nothing. Sums are exact, and only the results are rounded, to two decimals.
    """
    worth = _worths(report, options)
    total, earned = Fraction(0), Fraction(0)
    for step in report.steps:
        points = worth.get(id(step), Fraction(0))
        gained = points * share(step, options)
        if options.points and not step.given:
            step.counts = points > 0
        step.points, step.earned = rounded(points), rounded(gained)
        total += points
        earned += gained
    report.points, report.earned = rounded(total), rounded(earned)


def share(step: StepReport, options: Options) -> Fraction:
    """The share of its points that a step earns, exactly."""
    if not step.size:
        return Fraction(int(step.verdict is Verdict.RIGHT))
    own = (
        step.right
        + SHARES[options.follow] * step.count(Verdict.FOLLOWS)
        + SHARES[options.close] * step.count(Verdict.CLOSE)
    )
    return Fraction(own) / step.size


def _worths(report: Report, options: Options) -> dict[int, Fraction]:
    steps = [step for step in report.steps if not step.given]
    if not options.points:
        return {id(step): Fraction(1) for step in steps}
    worth: dict[int, Fraction] = {}
    for name, points in options.points.items():
        chosen = [step for step in steps if step.called(name)]
        if not chosen:
            known = [step.label for step in steps]
            raise InputError(
                f"‹points›: the key has no step '{name}'", f"it has {', '.join(known)}", mend=meant(name, known)
            )
        for step in chosen:
            worth[id(step)] = Fraction(str(points))
    return worth


def rounded(value: Fraction) -> float:
    """To two decimals, halves up."""
    return (200 * value.numerator + value.denominator) // (2 * value.denominator) / 100
