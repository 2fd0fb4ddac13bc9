"""What of a whole sheet counts: nothing that a blind writer would have as well."""

from __future__ import annotations

import numpy as np

from tmat.marking.attempts import Sheet, is_explained
from tmat.marking.findings import Note, Remark
from tmat.marking.recomputed import Recomputed
from tmat.marking.verdicts import StepReport, Verdict, worst


def only_work_counts(recomputed: Recomputed, steps: dict[tuple[str, str], StepReport]) -> list[Note]:
    """Nothing counts that a blind writer would have as well; what is to be said of the whole."""
    remarks: list[Note] = []
    handed_in = [
        (steps[state.due.stage, state.due.name], state.due, state.printed)
        for state in recomputed.states
        if not state.due.given and state.printed is not None and state.printed.shape == state.due.values.shape
    ]
    givens = {state.due.name for state in recomputed.states if state.due.given}
    made_of_wrong: set[int] = set()
    made_of_unexplained: set[int] = set()
    right_so_far: set[int] = set()
    for state in recomputed.states:
        report = steps.get((state.due.stage, state.due.name))
        right = not state.foreign if state.due.given else report is not None and report.verdict is Verdict.RIGHT
        if right and all(one.due.index in right_so_far for one in recomputed.operands(state.due)):
            right_so_far.add(state.due.index)
        for one in recomputed.operands(state.due):
            own = steps.get((one.due.stage, one.due.name))
            if (one.foreign if one.due.given else one.off) or one.due.index in made_of_wrong:
                made_of_wrong.add(state.due.index)
            if one.due.index in made_of_unexplained or (own and not own.given and not is_explained(own, givens)):
                made_of_unexplained.add(state.due.index)
    sheet = Sheet(handed_in, made_of_wrong, made_of_unexplained, right_so_far)
    foreign = tuple(state.due.name for state in recomputed.states if state.due.given and state.foreign)
    if foreign:
        remarks.append(Note(Remark.FOREIGN, foreign))
    blind = False
    for report, due, printed in handed_in:
        wide = sheet.says_nothing(due, printed)
        counted = np.isin(report.cells, (int(Verdict.RIGHT), int(Verdict.FOLLOWS), int(Verdict.CLOSE)))
        if not wide and (sheet.worked or sheet.counts(report, due, printed)):
            counted &= not sheet.worked and report.cells != int(Verdict.RIGHT)
        if counted.any():
            report.cells[counted] = int(Verdict.WRONG)
            kept = (one for one in report.notes if one.remark is not Remark.FOLLOWS)
            report.notes = [Note(Remark.TOO_WIDE if wide else Remark.NO_WORK), *kept]
            blind = blind or not wide
        report.verdict = worst(report.cells)
    if blind and not foreign:
        remarks.append(Note(Remark.BLIND))
    return remarks
