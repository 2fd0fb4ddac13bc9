"""Which mistake may be named, and when to be silent; what follows from a slip however it was carried on."""

from __future__ import annotations

import numpy as np
import pytest
from tests.marking.by_hand import typed
from tests.marking.handed_in import HABITS, Random, work
from tests.marking.injected import SLIPS, sheet_of
from tests.marking.measure import without
from tests.marking.reported import summary

from tmat.marking import Certainty, StepReport, Verdict, mark
from tmat.marking.candidates import products_rounded
from tmat.marking.findings import Kind, Note, Remark
from tmat.marking.likelihood import ENOUGH, SURE
from tmat.marking.reports.words import sentences
from tmat.numbers import round_half_away, truncate
from tmat.operations import REGISTRY
from tmat.operations.products import matmul
from tmat.operations.slips import Redo
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.posenc import posenc

X = np.array([[0.7, 0.3, 0.0, -0.4], [-0.4, -0.9, -0.8, -0.9], [-0.6, 0.6, 0.3, 0.8], [0.0, 0.2, 0.9, 0.4]])


def softmax(a: np.ndarray) -> np.ndarray:
    e = np.exp(a)
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def names(step: StepReport) -> list[str]:
    return [name for finding in step.findings for name in finding.names]


# -- what follows


def test_what_follows_from_a_slip_carried_in_full_and_written_to_two_decimals_follows() -> None:
    """The scale left out in a spreadsheet: nothing is rounded on the way, and two decimals are shown."""
    key = attention(X, d_k=4, seed=3)
    given = {name: m.values for name, m in key["attention"].given.items()}
    m = {name: given["X"] @ given[f"W_{name}"] for name in "QKV"}
    m["scores"] = m["Q"] @ m["K"].T
    m["scaled"] = m["scores"]
    m["weights"] = softmax(m["scaled"])
    m["Z"] = m["weights"] @ m["V"]
    m["output"] = m["Z"] @ given["W_O"]
    report = mark(typed(m, 2), key)
    assert {step.name: step.verdict.word for step in report.steps} == {
        "Q": "right", "K": "right", "V": "right", "scores": "right", "scaled": "slip",
        "weights": "follows", "Z": "follows", "output": "follows",
    }  # fmt: skip


@pytest.mark.parametrize(("n", "habit"), list(enumerate(HABITS)))
def test_steps_after_a_slip_are_recognised_in_every_habit_and_none_is_accused(n: int, habit: str) -> None:
    """Each slip in one of the four habits; measure.py tries all."""
    r = Random(7)
    later = followed = 0
    for slip in SLIPS[n::4]:
        one = work(sheet_of(slip.sheet, r), habit, r, {slip.step: slip})
        if one is None:
            continue
        report = mark(one.answers(), one.key)
        for step in report.steps:
            if step.name != slip.step:
                later += 1
                followed += step.verdict in (Verdict.RIGHT, Verdict.FOLLOWS)
                assert not any(f.sure and f.names[0] in ("truncated", "digits-swapped") for f in step.findings)
    assert later > 75
    assert followed >= 0.97 * later


def test_a_constant_that_is_a_named_slip_is_an_attempt() -> None:
    r = Random(3)
    a, b = (r.rand(4, 5) * 3).round(2), (r.rand(4, 5) * 3).round(2)
    total = a + b
    mean, std = np.full((4, 1), total.mean()), total.std(axis=1, keepdims=True)
    own = {"sum": total, "mean": mean, "std": std, "normalized": (total - mean) / np.sqrt(std**2 + 1e-5)}
    report = mark(typed(own, 2), addnorm(a, residual=b))
    assert names(report["mean"]) == ["mean-of-whole-matrix"]
    assert report["normalized"].verdict is Verdict.FOLLOWS


# -- exact numbers


def test_whole_scores_say_nothing_about_rounding_and_leave_no_room_for_it() -> None:
    """Two rows of 2 4 4 and the root of 2 left out: wrong and named; a weight that is off is not rounding."""
    key = attention([[1.0, 1.0], [2.0, 2.0], [2.0, 2.0]], weights=False)
    scores = np.array([[2.0, 4.0, 4.0], [4.0, 8.0, 8.0], [4.0, 8.0, 8.0]])
    unscaled = typed({"scores": scores}, 0) + "\n" + typed({"weights": softmax(scores)}, 2)
    step = mark(unscaled, key)["weights"]
    assert step.verdict is Verdict.SLIP and "scale-left-out" in names(step)

    wrong = round_half_away(softmax(scores / np.sqrt(2)), 2)
    wrong[0] = [0.13, 0.42, 0.45]
    step = mark(typed({"scores": scores}, 0) + "\n" + typed({"weights": wrong}, 2), key)["weights"]
    assert step.count(Verdict.CLOSE) == 0 and step.count(Verdict.WRONG, Verdict.SLIP) == 2


# -- one habit, one charge


def by_habit(key: Worksheet, written: object, carried: bool) -> dict[str, np.ndarray]:
    taken = {name: matrix.values for name, matrix in key.stages[0].given.items()}
    shown = {}
    for step in key.stages[0].steps:
        values = REGISTRY[step.op].evaluate(*(taken[name] for name in step.of), **step.params)
        shown[step.name] = truncate(values, 2)
        taken[step.name] = values if carried else shown[step.name]
    return shown


@pytest.mark.parametrize("carried", [True, False])
def test_numbers_that_are_cut_off_at_every_step_are_charged_once(carried: bool) -> None:
    key = attention((Random(4).rand(5, 4) * 2).round(2), d_k=3, seed=5)
    report = mark(typed(by_habit(key, 2, carried), 2), key)
    charged = [step.name for step in report.steps if step.verdict not in (Verdict.RIGHT, Verdict.FOLLOWS)]
    assert charged == ["Q"] and names(report["Q"]) == ["truncated"]
    assert Note(Remark.HABIT, ("Q",)) in report["K"].notes
    assert "the same again as in Q, and charged there" in sentences(report["K"])


def test_products_rounded_before_they_are_added_are_a_known_habit() -> None:
    key = attention((Random(4).rand(5, 4) * 2).round(2), d_k=3, seed=5)
    given = {name: m.values for name, m in key["attention"].given.items()}
    own = {name: round_half_away(given["X"][:, :, None] * given[f"W_{name}"][None], 2).sum(axis=1) for name in "QKV"}
    report = mark(typed(own, 2), key)
    assert report["Q"].verdict is Verdict.CLOSE and names(report["Q"]) == ["products-rounded"]
    assert [report[name].verdict for name in "KV"] == [Verdict.FOLLOWS] * 2


def test_what_follows_from_unrounded_numbers_of_no_known_slip_follows() -> None:
    """The two heads were added and stand twice; the writer goes on from all their digits and shows four of them."""
    x = (Random(6).rand(4, 4) * 4 - 2).round(2)
    key = attention(x, heads=2, seed=8)
    shown = {step.name: step.values for step in key["attention"].steps}
    shown["concat"] = np.hstack([shown["Z1"] + shown["Z2"]] * 2)
    shown["output"] = shown["concat"] @ key["attention"]["W_O"].values
    report = mark(typed(shown, 4), key)
    assert report["concat"].verdict is Verdict.WRONG and report["concat"].findings == []
    assert report["output"].verdict is Verdict.FOLLOWS
    assert report["output"].notes == [Note(Remark.FOLLOWS, ("concat",))]
    typed_in = {**shown, "output": round_half_away(shown["concat"], 4) @ key["attention"]["W_O"].values}
    assert not (round_half_away(typed_in["output"], 4) == round_half_away(shown["output"], 4)).all()


def test_so_does_what_follows_from_that_in_turn() -> None:
    key = attention((Random(7).rand(5, 4) * 4 - 2).round(2), d_k=3, seed=9)
    shown = {step.name: step.values for step in key["attention"].steps}
    powers = np.exp(np.sin(3 * shown["scaled"]))
    shown["weights"] = powers / powers.sum(axis=1, keepdims=True)
    shown["Z"] = shown["weights"] @ shown["V"]
    shown["output"] = shown["Z"] @ key["attention"]["W_O"].values
    report = mark(typed(shown, 3), key)
    assert not any(finding.kind is Kind.SLIP for finding in report["weights"].findings)
    assert [report[name].verdict for name in ("Z", "output")] == [Verdict.FOLLOWS] * 2


def test_a_product_that_ends_in_five_is_rounded_up_before_it_is_added() -> None:
    """0.3 · 2.15 is 0.645, and 0.65 on paper, though the nearest float to it is less; 0.65 + 0.11 is 0.76, not 0.75."""
    step = Redo(matmul, (np.array([[0.3, 0.1]]), np.array([[2.15], [1.08]])), names=("X", "W_Q"))
    assert next(products_rounded(step, 2)).values.tolist() == [[0.76]]


def test_a_matrix_is_no_mask_for_its_zeros() -> None:
    """Two heads with the diagonal masked too, but for the first row: head 2's mask is not head 1's weights."""
    seen = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    x = (Random(6).rand(4, 4) * 4 - 2).round(2)
    sheets = [attention(x, heads=2, seed=8, mask=mask) for mask in ("causal", np.array(seen))]
    key, other = sheets
    shown = {step.name: step.values for step in other["attention"].steps if step.name != "mask"}
    report = mark(typed(shown, 4), key)
    assert "another-operand" not in [*names(report["masked1"]), *names(report["masked2"])]


def test_a_share_that_makes_its_row_sum_to_one_is_named_for_that() -> None:
    key = attention([[1.0], [1.0], [1.0]], weights=False, scale=False)
    weights = np.full((3, 3), 0.33)
    weights[0, 0] = 0.34
    step = mark(typed({"weights": weights}, 2), key)["weights"]
    assert names(step)[:1] == ["made-to-sum-to-1"]


# -- what is printed


def test_zeros_typed_at_the_end_claim_their_places() -> None:
    key = posenc(np.zeros((5, 4)), start=3)
    right = [[f"{x:.2f}" for x in row] for row in key["posenc"]["PE"].values]
    right[0][:2] = ["0.141", "-0.990"]

    def marked() -> StepReport:
        return mark("PE\n" + "\n".join(map(" ".join, right)), key)["PE"]

    assert marked().verdict is Verdict.RIGHT
    right[0][1] = "-0.99"
    assert marked().verdict is Verdict.RIGHT
    right[0][1] = "-0.980"
    assert marked().cells[0, 1] != Verdict.RIGHT
    right[0][1] = "-0.994"
    assert marked().cells[0, 1] != Verdict.RIGHT


def test_nan_that_was_typed_is_an_answer_and_no_blank() -> None:
    x = np.array([[1.0, 1.5], [2.2, 0.7], [2.1, 0.4]])
    right = typed({"scores": x @ x.T}, 2)
    assert "3.25 3.25 2.70" in right and "5.33" in right and "4.57" in right
    step = mark(right.replace("5.33", "nan").replace("4.57", "_"), attention(x, weights=False))["scores"]
    assert np.argwhere(step.cells == Verdict.WRONG).tolist() == [[1, 1]]
    assert np.argwhere(step.cells == Verdict.MISSING).tolist() == [[2, 2]]
    assert sentences(step) == ["1 left blank", "wrong at [2, 2]"]


# -- what may be named


def test_what_was_made_from_a_step_is_no_source_of_it() -> None:
    """X = E + PE: a PE that holds X's numbers was not copied from X."""
    key = posenc((Random(2).rand(4, 6)).round(2))
    x = key["posenc"]["X"].values
    assert not any(name.startswith("another-matrix") for name in names(mark(typed({"PE": x, "X": x}, 3), key)["PE"]))


def test_some_cells_are_not_said_to_be_every_number() -> None:
    key = attention(X, d_k=4, seed=3)
    m = {step.name: round_half_away(step.values, 2) for step in key["attention"].steps}
    m["K"] = m["K"].copy()
    m["K"][1] = m["Q"][1]
    (said,) = sentences(mark(typed(m, 2), key)["K"])
    assert said.startswith("perhaps the numbers are Q's: K was made with W_Q, or Q was copied") and "(in row 2)" in said


def test_a_hedged_name_stays_hedged_in_the_summary_of_a_class() -> None:
    key = attention(X, d_k=4, seed=3)
    m = {step.name: round_half_away(step.values, 1) for step in key["attention"].steps}
    small = np.unravel_index(np.abs(m["scores"] - 2).argmin(), m["scores"].shape)
    m["scores"] = m["scores"].copy()
    m["scores"][small] *= -1
    report = mark(typed(m, 1), key)
    assert report["scores"].findings[0].certainty is Certainty.PERHAPS
    (found,) = summary([report]).slips()
    assert found[3].startswith("perhaps ")


def test_odds_are_what_they_are_called() -> None:
    assert np.exp(SURE - ENOUGH) == pytest.approx(100.0)  # a thousand to one, ten to one


@pytest.mark.parametrize("epsilon", [0.1, 0.25])
def test_epsilon_inside_the_deviation_that_was_handed_in_is_named(epsilon: float) -> None:
    """std = √(var + ε), by hand; what follows from it is recognised."""
    r = np.random.RandomState(3)
    x, y = (r.rand(4, 5) * 2).round(2), (r.rand(4, 5) * 2).round(2)
    total = x + y
    off = total - total.mean(axis=1, keepdims=True)
    std = np.sqrt((off**2).mean(axis=1, keepdims=True) + epsilon)
    page = {"std": std.round(4), "normalized": (off / np.sqrt(std**2 + epsilon)).round(4)}
    report = mark(page, addnorm(x, residual=y, epsilon=epsilon))
    assert report["std"].findings[0].names[0] == "epsilon-in-deviation" and report["std"].findings[0].sure
    assert report["normalized"].verdict is Verdict.FOLLOWS


def test_one_wrong_cell_is_named_surely_where_its_digits_tell() -> None:
    """A sign among numbers of four decimals is a coincidence of one in thousands; among small ones of one decimal it is not."""
    r = np.random.RandomState(1)
    key = attention((r.rand(4, 4) * 3).round(2), d_k=3, seed=1)
    scores = key["attention"]["scores"].values
    for decimals, sure in ((4, True), (0, False)):
        wrong = scores.round(decimals)
        wrong[1, 2] = -wrong[1, 2]
        [finding] = mark({"scores": wrong}, key)["scores"].findings
        assert finding.names[0] == "sign" and finding.sure is sure


def test_whole_numbers_tell_no_more_for_zeros_typed_behind_them() -> None:
    """Scores of whole numbers: a wrong sign is one of a few whole numbers near by, written to two decimals or none."""
    key = attention([[1.0, 2.0], [3.0, 1.0], [0.0, 2.0]], weights=False)
    scores = key["attention"]["scores"].values.copy()
    scores[0, 1] = -scores[0, 1]
    for decimals in (0, 2):
        [finding] = mark(typed({"scores": scores}, decimals), key)["scores"].findings
        assert finding.names[0] == "sign" and not finding.sure


def test_a_wrong_number_that_nothing_explains_speaks_against_a_name_for_another() -> None:
    """Two digits swapped are a weak sign; beside a number that no slip makes they are none."""
    x = np.array([[1.31, 0.52], [0.46, 2.13], [2.22, 0.91]])
    key = attention(x, weights=False)
    scores = round_half_away(x @ x.T, 2)
    assert scores[0, 2] == 3.38 and scores[1, 1] == 4.75
    scores[0, 2] = 3.83
    assert names(mark(typed({"scores": scores}, 2), key)["scores"])[:1] == ["digits-swapped"]
    scores[1, 1] = 4.42
    assert names(mark(typed({"scores": scores}, 2), key)["scores"]) == []


def test_a_neighbours_number_is_hedged_where_it_is_not_alone_for_other_rules_bring_it_there_too() -> None:
    """The sine in place of a cosine is the number to its left, in more cells than one."""
    key = attention((Random(6).rand(5, 4) * 9).round(3), d_k=3, seed=2)
    scores = key["attention"]["scores"].values.round(4)
    scores[2, 2] = scores[2, 1]
    [finding] = mark({"scores": scores}, key)["scores"].findings
    assert finding.names == ("neighbours-value",) and finding.sure
    scores[4, 0] = scores[3, 0]
    found = mark({"scores": scores}, key)["scores"].findings
    assert found and all("neighbours-value" in finding.names and not finding.sure for finding in found)


def test_a_listed_slip_that_agrees_in_some_rows_or_halves_is_no_name_for_a_rule_that_is_not_listed() -> None:
    """Positions from 1 put each row one place on; exchanged heads repeat each head in one half: both off the list."""
    r = Random(5)
    for step, names in (("PE", ("positions-from-1",)), ("concat", ("heads-in-wrong-order",))):
        slip = next(slip for slip in SLIPS if slip.step == step and slip.names == names)
        one = work(sheet_of(slip.sheet, r), "rounded at each step", r, {step: slip})
        assert one is not None
        assert mark(one.answers(), one.key)[step].findings[0].names[0] == names[0]
        with without(names):
            assert mark(one.answers(), one.key)[step].findings == []


def test_rows_that_were_not_worked_alike_stand_for_themselves() -> None:
    """The scale left out in two rows, one row right, one invented."""
    key = attention(X, d_k=4, seed=3)
    scores, scaled = (key["attention"][name].values for name in ("scores", "scaled"))
    own = np.vstack([scores[:2], scaled[2:3], [[0.31, -0.77, 0.52, 0.13]]]).round(3)
    found = mark({"scores": scores.round(3), "scaled": own}, key)["scaled"].findings
    assert [(finding.names[0], len(finding.cells)) for finding in found] == [("scale-left-out", 8)]
