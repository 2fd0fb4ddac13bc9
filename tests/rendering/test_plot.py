"""Heat maps as pictures."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tests.rendering.nasty import nasty

import tmat
from tmat.errors import InputError, LimitError, MissingExtra
from tmat.rendering.layout import Look
from tmat.rendering.plot import maps, plotted, sides
from tmat.sheet.worksheet import Matrix, Stage, Worksheet

BEGINNINGS = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def sheet() -> Worksheet:
    x = Matrix.of("X", np.arange(8.0).reshape(4, 2) / 8 - 0.5, rows=["When", "you", "$play$", "当"])
    return tmat.attention(tmat.posenc(x), heads=2, d_k=1, mask="causal", seed=1)


def test_weights_and_positions_are_drawn_unasked_and_others_when_chosen() -> None:
    assert [entry.name for entry in maps([sheet()], Look())] == [
        "posenc.PE",
        "attention.weights1",
        "attention.weights2",
    ]
    assert [entry.name for entry in maps([sheet()], Look(only=("attention.Q",)))] == ["attention.Q"]


@pytest.mark.filterwarnings("ignore:no font here has")
@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_picture_of_each_kind_the_same_every_time(kind: str) -> None:
    pytest.importorskip("matplotlib")
    first = plotted([sheet()], kind=kind)
    assert first.startswith(BEGINNINGS[kind])
    assert first == plotted([sheet()], kind=kind)


@pytest.mark.filterwarnings("ignore:no font here has")
def test_words_are_text_and_not_mathematics() -> None:
    pytest.importorskip("matplotlib")
    root = ET.fromstring(plotted([nasty()], Look(only=("Q",)), "svg"))
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "script" not in names
    assert "a" not in names


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match="a picture needs the extra 'plot'"):
        plotted([sheet()])


def test_nothing_to_draw_and_too_much_to_draw() -> None:
    with pytest.raises(InputError, match="nothing to draw") as caught:
        maps([Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[1.0]])})])], Look())
    assert "there are X" in str(caught.value)
    given = {f"M{n}": Matrix.of("", [[1.0]]) for n in range(65)}
    with pytest.raises(LimitError, match="65 heat maps are too many"):
        maps([Worksheet([Stage("s", "s", given=given)])], Look(only=tuple(given)))


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("attention.weights1", "query", "key"), ("attention.scores2", "query", "key"), ("attention.Q1", "token", "dimension"),
        ("posenc.PE", "position", "dimension"), ("attention.W_Q", "", ""),
    ],
)  # fmt: skip
def test_the_axes_say_what_they_are(name: str, rows: str, columns: str) -> None:
    [entry] = maps([sheet()], Look(only=(name,)))
    assert sides(entry) == (rows, columns)


def test_the_names_of_the_axes_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    plain = Matrix.of("X", np.eye(2), rows=["a", "b"])
    with_names = plotted([tmat.attention(plain, seed=1)], Look(only=("weights",)), "svg")
    assert b"<!-- query -->" in with_names
    assert b"<!-- key -->" in with_names


def test_characters_that_no_font_has_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("tmat.rendering.plot.FONTS", ("No Such Font",))
    with pytest.warns(UserWarning, match="no font here has 当: drawn as boxes; install one that does"):
        plotted([sheet()])
