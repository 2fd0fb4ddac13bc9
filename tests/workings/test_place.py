"""Which cell is meant: labels, numbers, repeated words, rows, columns, stages; and what is not there."""

from __future__ import annotations

import pytest
from tests.workings.sheets import thrones

from tmat.errors import InputError
from tmat.operations.expression import Operand
from tmat.operations.printing.labels import Labels
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.workings import cells, parse_cell, place_of


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("scores[When,play]", (None, "scores", "When", "play")),
        (" scores [ When , play ] ", (None, "scores", "When", "play")),
        ("scores[1,3]", (None, "scores", "1", "3")),
        ("scores[When]", (None, "scores", "When", None)),
        ("scores[,play]", (None, "scores", None, "play")),
        ("scores[*, play]", (None, "scores", None, "play")),
        ("scores[When,*]", (None, "scores", "When", None)),
        ("scores[]", (None, "scores", None, None)),
        ("scores", (None, "scores", None, None)),
        ("attention-2.scores[1,1]", ("attention-2", "scores", "1", "1")),
        ("decode-1.self-attention.Z1[2,v2]", ("decode-1.self-attention", "Z1", "2", "v2")),
        ("X[the#2, p1]", (None, "X", "the#2", "p1")),
        ('X[",", p1]', (None, "X", ",", "p1")),
        ('X[","#2, "*"]', (None, "X", ",#2", "*")),
        ('X["", "]"]', (None, "X", "", "]")),
        ("X[3.5, e.g.]", (None, "X", "3.5", "e.g.")),
        ("权[玩, 当]", (None, "权", "玩", "当")),
    ],
)
def test_parsed(text: str, place: tuple[str | None, ...]) -> None:
    assert parse_cell(text) == place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scores[When", "'scores[When' does not end in ]"),
        ("scores[1,2,3]", "'scores[1,2,3]' has 3 places between its brackets"),
        ("[1,2]", "'[1,2]' names no matrix"),
        ("attention.", "'attention.' names no matrix"),
        ("x\x1b[1,2", "'x\\x1b[1,2' does not end in ]"),
    ],
)
def test_what_is_no_cell(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_cell(text)
    first, *_, last = str(error.value).splitlines()
    assert first == message
    assert last.startswith("  write a cell as scores[When, play] or scores[1, 3], a row ")


def found(text: str) -> list[tuple[str, str, int, int]]:
    return [(stage.id, name, i, j) for stage, name, i, j in cells(thrones(), text)]


def test_cells_rows_columns_and_all() -> None:
    assert found("scores[When,play]") == found("SCORES[1,3]") == [("attention", "scores", 0, 2)]
    assert found("scores[you]") == [("attention", "scores", 1, j) for j in range(6)]
    assert found("scores[*,you]") == [("attention", "scores", i, 1) for i in range(6)]
    assert len(found("scores")) == 36
    assert found("wq[2,q1]") == [("attention", "W_Q", 1, 0)]
    assert found("posenc.X[1,1]") == [("posenc", "X", 0, 0)]
    assert found("X[1,1]") == [("attention", "X", 0, 0)]  # the last that has it
    every = found("")
    assert len(every) == 36 + 24 + 3 * 36 and len(set(every)) == len(every)


def test_a_stage_alone() -> None:
    stage = thrones()["attention"]
    assert [place[1:] for place in cells(stage, "K[play,4]")] == [("K", 2, 3)]


def test_one_row_takes_one_label() -> None:
    stage = Stage("s", "s", given={"gamma": Matrix.of("gamma", [[1.0, 2.0]], ["gamma"], ["p1", "p2"])})
    assert [place[2:] for place in cells(stage, "gamma[p2]")] == [(0, 1)]
    assert [place[2:] for place in cells(stage, "gamma[1,p2]")] == [(0, 1)]


def test_names_with_points() -> None:
    stage = Stage("encode", "encode", given={"layer1.W_Q": Matrix.of("layer1.W_Q", [[1.0]])})
    sheet = Worksheet([stage])
    assert [place[1:] for place in cells(sheet, "layer1.wq[1,1]")] == [("layer1.W_Q", 0, 0)]
    assert [place[1:] for place in cells(sheet, "encode.layer1.W_Q[1,1]")] == [("layer1.W_Q", 0, 0)]


def test_labels_win_over_numbers() -> None:
    assert place_of("2", ["2", "1"], "X") == 0
    assert place_of("when", ["you", "When"], "X") == 1
    assert place_of("a", ["A", "a"], "X") == 1
    assert place_of("the#1", ["the", "the#1"], "X") == 1
    assert place_of("THE#2", ["the", "x", "The"], "X") == 2 == place_of("the#2", ["the", "x", "the"], "X")
    assert place_of("3", ["a", "b", "c"], "X") == 2


def test_what_working_prints_can_be_asked_for() -> None:
    words = ["the", "game", "the", ",", "*", "", "a]b", " x", "2", "\x1b[1m", "the#2"]
    matrix = Matrix.of("X", [[0.0] * 2] * len(words), words)
    stage = Stage("s", "s", given={"X": matrix}, steps=[Step(matrix.renamed("R"), "identity", ("X",))])
    operand = Operand("X", matrix.values, rows=words, cols=matrix.cols)
    for i in range(len(words) - 1):
        if i == 2:
            continue  # "the#2" is a word of its own here, and a word wins
        asked = Labels().text(operand[i, 1])
        assert [place[2:] for place in cells(stage, asked)] == [(i, 1)], asked


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "scores[pley, you]",
            "scores has no row 'pley'\n  its rows are When, you, play, game, of, thrones\n"
            "  did you mean play?",
        ),
        ("scores[1, 7]", "scores has no column '7'\n  its columns are When, you, play, game, of, thrones"),
        ("scores[When#2]", "scores has no row 'When#2'\n  its rows are When, you, play, game, of, thrones\n"
         "  did you mean When?"),
        ("scroes", "no matrix 'scroes' in this worksheet\n  it has X, W_Q, K, Q, scores, scaled, weights, E\n"
         "  did you mean scores?"),
        ("atention.scores", "no stage 'atention' in this worksheet\n  it has posenc, attention\n"
         "  did you mean attention?"),
        ("posenc.scores[1,1]", "posenc has no matrix 'scores'\n  it has E, X"),
    ],
)  # fmt: skip
def test_what_is_not_there(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        list(cells(thrones(), text))
    assert str(error.value) == message


def test_many_labels_are_not_all_listed() -> None:
    with pytest.raises(InputError) as error:
        place_of("x", [f"word{n}" for n in range(40)], "E")
    assert error.value.details[0].endswith("word11 … (40 in all)")


def test_an_empty_worksheet() -> None:
    assert list(cells(Worksheet(), "")) == []
    with pytest.raises(InputError, match="no matrix 'Z'"):
        list(cells(Worksheet(), "Z"))
