"""Marks that cannot be had for nothing: a sample of what tests/marking/cheats.py measures, and single cases told in full."""

from __future__ import annotations

import numpy as np
import pytest
from tests.marking.by_hand import WAYS, typed, worked
from tests.marking.cheats import CHEATS, KINDS, key_of, share, touched
from tests.marking.reported import plain

from tmat.errors import InputError
from tmat.marking import Answers, Verdict, mark
from tmat.marking.findings import Note, Remark
from tmat.marking.reports.data import as_dict
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention

X = np.array([[0.79, 1.6, 0.96], [1.22, 0.17, 0.06], [0.92, 1.51, 0.27], [0.26, 0.74, 0.66]])
KEY = attention(X, d_k=3, seed=4, round=2)


BY_TURNS = ((0, 5), (1, 4), (2, 3), (7,))


@pytest.mark.parametrize(("name", "kinds"), [(name, BY_TURNS[n % 4]) for n, name in enumerate(CHEATS)])
def test_a_blind_sheet_earns_next_to_nothing(name: str, kinds: tuple[int, ...]) -> None:
    """On one or two of the nine kinds of keys by turns; tests/marking/cheats.py tries all."""
    r = np.random.RandomState(1)
    keys = [key_of(n, r) for n in kinds]
    assert np.mean([share(mark(CHEATS[name](key, r), key, slips=False)) for key in keys]) < 0.02


def test_honest_sheets_are_not_touched() -> None:
    assert touched(40) == []


def test_a_rounded_key_asks_for_its_decimals() -> None:
    q = KEY["attention"]["Q"].values
    short = "\n".join(["Q", *(" ".join(f"{x:.2f}".rstrip("0") for x in row) for row in q)]) + "\n"
    assert mark(short, KEY)["Q"].verdict is Verdict.RIGHT  # 3.8 for 3.80
    whole = "\n".join(["Q", *(" ".join(f"{x:.0f}" for x in row) for row in q)]) + "\n"
    report = mark(whole, KEY)
    assert report["Q"].right == 0 and report.earned == 0
    assert Note(Remark.TOO_SHORT, count=q.size, decimals=2) in report["Q"].notes
    assert f"{q.size} cells rounded too far: 2 decimals are asked" in plain(report)
    assert as_dict(report)["steps"][0]["asked"] == 2
    one = "\n".join(["Q", *(" ".join(f"{x:.1f}" for x in row) for row in q)]) + "\n"
    assert mark(one, KEY)["Q"].right < q.size
    assert mark(one, KEY, decimals="any")["Q"].verdict is Verdict.RIGHT
    assert mark(one, KEY, decimals=1)["Q"].verdict is Verdict.RIGHT
    exact = attention(X, d_k=3, seed=4)
    assert mark(one, exact)["Q"].verdict is Verdict.RIGHT
    assert mark(one, exact, decimals=2)["Q"].right < q.size


@pytest.mark.parametrize("decimals", [-1, 16, "some", 1.5, "9" * 5000])
def test_decimals_that_make_no_sense(decimals: object) -> None:
    with pytest.raises(InputError, match=r"does not fit\n  expected 0 to 15, or any$"):
        mark("Q\n1 2\n", KEY, decimals=decimals)  # type: ignore[arg-type]


def test_given_matrices_of_someone_else_are_said_at_the_top() -> None:
    theirs = attention(np.round(X[::-1] * 0.7 + 0.2, 2), d_k=3, seed=5, round=2)
    report = mark(Answers.of_worksheet(theirs), KEY)
    assert report.remarks == [Note(Remark.FOREIGN, ("X", "W_Q", "W_K", "W_V", "W_O"))]
    assert report.earned == 0 and not report.all_right
    assert plain(report).startswith(
        "X, W_Q, W_K, W_V and W_O are not this sheet's: nothing that rests on them counts\n"
    )
    assert report["Q"].notes == [Note(Remark.ON_FOREIGN, ("X", "W_Q"))]


def test_one_given_matrix_of_someone_else_costs_what_rests_on_it() -> None:
    stage = KEY["attention"]
    w_o = np.round(np.sqrt(stage.given["W_O"].values) + 0.3, 2)
    shown = worked(stage, WAYS["at each step"], 2)
    shown["output"] = (shown["Z"] @ w_o).round(2)
    report = mark(typed({"W_O": w_o, **shown}, 2), KEY)
    assert [s.name for s in report.steps if s.verdict is not Verdict.RIGHT] == ["W_O", "output"]
    assert report["output"].earned == 0 and report.earned == 7


def test_a_given_matrix_on_its_side_or_with_a_cell_misread_is_still_the_keys() -> None:
    stage = KEY["attention"]
    for x in (X[[1, 0, 2, 3]], np.where(X == 0.06, 0.6, X)):
        report = mark(Answers.of({"X": x, "Q": (x @ stage.given["W_Q"].values).round(2)}), KEY)
        assert report.remarks == [] and report["Q"].verdict in (Verdict.FOLLOWS, Verdict.SLIP)


def test_nothing_follows_from_made_up_numbers_unless_other_steps_show_work() -> None:
    stage = KEY["attention"]
    shown = worked(stage, WAYS["at each step"], 2)
    made_up = {name: np.array([[0.1, 1.9, 0.7], [1.3, 0.2, 0.4], [0.5, 0.8, 1.1], [0.9, 0.6, 0.3]]) for name in "QKV"}
    scores = (made_up["Q"] @ made_up["K"].T).round(2)
    report = mark(typed({**made_up, "scores": scores}, 2), KEY)
    assert report.remarks == [Note(Remark.BLIND)] and report.earned == 0
    with_k = {"Q": made_up["Q"], "K": shown["K"], "scores": (made_up["Q"] @ shown["K"].T).round(2)}
    report = mark(typed(with_k, 2), KEY)
    assert report.remarks == [] and report["scores"].verdict is Verdict.FOLLOWS


def test_what_follows_from_right_numbers_that_were_not_handed_in_shows_work() -> None:
    """Whoever makes up the weights and has their Z right has worked out V; who makes up V as well has not."""
    stage, r = KEY["attention"], np.random.RandomState(3)
    weights = r.dirichlet(np.ones(4), 4).round(2)
    z = {"weights": weights, "Z": (weights @ stage["V"].values).round(2)}
    report = mark(typed(z, 2), KEY, slips=False)
    assert report.remarks == [] and report["Z"].verdict is Verdict.FOLLOWS and report["Z"].earned == 1
    made_up = r.rand(4, 3).round(2)
    z = {"V": made_up, "weights": weights, "Z": (weights @ made_up).round(2)}
    report = mark(typed(z, 2), KEY, slips=False)
    assert report.remarks == [Note(Remark.BLIND)] and report.earned == 0


def test_numbers_that_are_all_off_alike_are_no_chance() -> None:
    """The sums are 0.31 too high, which neither their deviations nor the normalised numbers show."""
    key = addnorm(X[:3], residual=X[1:])
    shown = {step.name: step.values.copy() for step in key["addnorm"].steps}
    for name in ("sum", "mean"):
        shown[name] += 0.31
    report = mark(typed(shown, 4), key, slips=False)
    verdicts = {name: report[name].verdict.word for name in shown}
    assert verdicts == {"sum": "wrong", "mean": "follows", "std": "right", "normalized": "right"}


def test_small_whole_numbers_show_work_together() -> None:
    """A published toy of zeros, ones and twos (ainiketan.in, grouped heads): 37 of 42 cells as its matrices give them."""
    weights = {"W_Q1": "10 01", "W_Q2": "01 10", "W_Q3": "10 11", "W_Q4": "01 11", "W_K1": "10 01", "W_K2": "11 11"}
    weights |= {"W_V1": "10 01", "W_V2": "01 10"}
    given = {name: [[*map(float, row)] for row in (*rows.split(), "00", "00")] for name, rows in weights.items()}
    key = attention([[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]], matrices=given, kv_heads=2)
    handed_in = {
        "Q1": "10 01 11", "Q2": "01 10 11", "Q3": "10 11 22", "Q4": "01 20 22", "K1": "10 01 11", "K2": "11 21 22", "V1": "10 01 11",
    }  # fmt: skip
    text = "\n".join(f"{name}\n" + "\n".join(" ".join(row) for row in rows.split()) for name, rows in handed_in.items())
    report = mark(text, key)
    assert {name: report[name].right for name in handed_in} == {
        "Q1": 6, "Q2": 6, "Q3": 5, "Q4": 3, "K1": 6, "K2": 5, "V1": 6,
    }  # fmt: skip
    assert report.remarks == []


def test_zeros_and_ones_as_floats_are_no_better_than_typed() -> None:
    """What a program hands in may be right within its error, and still be right by chance."""
    r = np.random.RandomState(1)
    keys = [key_of(KINDS.index("toy"), r) for _ in range(12)]
    for name in ("one 1, then followed exactly", "someone else's sheet, exact", "chance, then followed exactly"):
        assert np.mean([share(mark(CHEATS[name](key, r), key, slips=False)) for key in keys]) < 0.02
    honest = {step.name: step.values.copy() for step in keys[0].stages[0].steps}
    honest["Z"][0, 0] += 1.0
    report = mark(honest, keys[0], slips=False)
    assert report.remarks == [] and report["Z"].right == honest["Z"].size - 1


def test_what_follows_counts_where_all_that_it_was_made_of_at_first_is_right() -> None:
    key = attention([[1, 0], [1, 1]], matrices={name: [[1.0, 0.0], [1.0, 1.0]] for name in ("W_Q", "W_K", "W_V")})
    text = "Q\n1 0\n2 1\nK\n1 0\n2 1\nV\n1 0\n2 1\nweights\n0.3 0.8\n0.1 0.5\nZ\n1.9 0.8\n1.1 0.5\n"
    report = mark(text, key, slips=False)
    assert report.remarks == [] and report["Z"].verdict is Verdict.FOLLOWS


def test_what_is_all_right_counts_however_plain() -> None:
    key = attention([[0, 0], [1, 0]], matrices={name: [[0.0], [1.0]] for name in ("W_Q", "W_K", "W_V")})
    report = mark("Q\n0\n0\nK\n0\n0\nscores\n0 0\n0 0\nweights\n0.50 0.50\n0.50 0.50\n", key)
    assert report["weights"].right == 4


def test_zeros_and_ones_of_someone_else_are_not_taken_for_a_copy() -> None:
    """Half of them agree by chance, and in some order all do."""
    weights = {name: [[1, 0], [0, 1], [1, 1], [0, 0]] for name in ("W_Q", "W_K", "W_V")}
    key = attention([[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]], matrices=weights)
    report = mark({"W_Q": np.array([[0, 1], [0, 1], [1, 0], [0, 1]]), "Q": [[1, 1], [0, 2], [1, 3]]}, key)
    assert report.remarks == [Note(Remark.FOREIGN, ("W_Q",))] and report["Q"].earned == 0
    assert mark({"W_Q": np.array([[1, 0], [0, 1], [1, 1], [1, 0]])}, key).remarks == []  # one number misread
    assert mark({"W_Q": np.array([[0, 1], [1, 0], [1, 1], [0, 0]])}, key).remarks == []  # two rows exchanged
