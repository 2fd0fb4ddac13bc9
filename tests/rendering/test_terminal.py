"""On a terminal: colours by role, nothing read as markup, nothing folded or cut by Rich."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from rich.console import Console

import tmat
from tmat.rendering.formats.svg import document, lines_to_svg
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import Span, to_text
from tmat.rendering.terminal import STYLES, to_rich
from tmat.sheet.worksheet import Matrix, Worksheet

ROWS = ["[bold]When[/bold]", ":smiley:", "<b>&'\"$%=cmd", "权力"]


def sheet() -> Worksheet:
    values = [[0.5, 1.0], [1.5, -1.0], [2.0, 0.25], [0.1, 0.7]]
    return tmat.attention(Matrix.of("X", values, rows=ROWS), mask="causal")


def printed(look: Look | None = None, **environment: str) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, width=160, force_terminal=True, color_system="truecolor",
        _environ={"TERM": "xterm-256color", **environment}, legacy_windows=False,
    )  # fmt: skip
    to_rich(render(sheet(), width=160, look=look), console)
    return stream.getvalue()


def test_words_are_printed_as_they_are() -> None:
    shown = printed()
    for word in ROWS:
        assert word in shown


def test_colours_change_no_character() -> None:
    bare = re.sub(r"\x1b\[[0-9;]*m", "", printed())
    assert bare == to_text(render(sheet(), width=160, look=Look(glyphs=True)))


def test_rich_folds_nothing() -> None:
    stream = io.StringIO()
    to_rich([(Span("x" * 300, "result"),)], Console(file=stream, width=40, force_terminal=True))
    assert stream.getvalue().count("x" * 300) == 1


def test_results_are_bold_labels_have_one_hue_and_masked_cells_are_dim() -> None:
    shown = printed()
    assert "\x1b[36m权力" in shown
    assert "\x1b[2m" in shown and "\x1b[1m 0" in shown
    assert "\x1b[38;2" not in shown  # no colour of our own but in heat


def test_no_colour_where_none_is_wanted() -> None:
    shown = printed(Look(heat=True, glyphs=True), NO_COLOR="1")
    assert "\x1b[36m" not in shown and "\x1b[48" not in shown
    assert any(mark in shown for mark in "░▒▓█")


def test_svg_is_xml_that_fetches_nothing() -> None:
    svg = document(sheet(), Look(heat=True, width=100))
    root = ElementTree.fromstring(svg)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(any(word in (text or "") for text in texts) for word in ROWS)
    assert "url(" not in svg and "href" not in svg and svg.count("http") == 1  # the name of the XML vocabulary
    assert root.find("{http://www.w3.org/2000/svg}title").text == "attention"  # type: ignore[union-attr]


def test_svg_gives_a_wide_word_its_columns() -> None:
    svg = lines_to_svg([(Span("权力", "label"), Span("  "), Span("⎡", "bracket"))], "t")
    nodes = list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))
    assert float(nodes[0].get("textLength", "0")) == pytest.approx(4 * 8.43, abs=0.1)
    assert float(nodes[1].get("x", "0")) == pytest.approx(14 + 6 * 8.43, abs=0.1)


def test_every_role_in_use_has_a_style() -> None:
    used = {span.role for line in render(sheet(), width=100) for span in line} - {""}
    assert used <= set(STYLES)
