"""On a terminal: colours by role, nothing read as markup, nothing folded or cut by Rich."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from rich.console import Console

import tmat
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import Span
from tmat.rendering.terminal import STYLES, fitted, room, to_rich, to_text
from tmat.rendering.terminal_svg import lines_to_svg, to_svg
from tmat.sheet.worksheet import Matrix, Worksheet

ROWS = ["[bold]When[/bold]", ":smiley:", "<b>&'\"$%=cmd", "权力"]


def sheet() -> Worksheet:
    values = [[0.5, 1.0], [1.5, -1.0], [2.0, 0.25], [0.1, 0.7]]
    return tmat.attention(Matrix.of("X", values, rows=ROWS), mask="causal")


def printed(*, width: int = 160, terminal: bool = True, look: Look | None = None, **environment: str) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=terminal, color_system="truecolor" if terminal else None,
        _environ={"TERM": "xterm-256color", **environment}, legacy_windows=False,
    )  # fmt: skip
    to_rich(render(sheet(), width=room(console), look=fitted(look or Look(), console)), console)
    return stream.getvalue()


def test_words_are_printed_as_they_are() -> None:
    shown = printed()
    for word in ROWS:
        assert word in shown


def test_colours_change_no_character() -> None:
    bare = re.sub(r"\x1b\[[0-9;]*m", "", printed())
    assert bare == to_text(sheet(), width=160)


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
    shown = printed(look=Look(heat=True), NO_COLOR="1")
    assert "\x1b[36m" not in shown and "\x1b[48" not in shown
    assert any(mark in shown for mark in "░▒▓█")


def test_a_pipe_gets_plain_text_as_wide_as_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    shown = printed(terminal=False, width=20)
    assert "\x1b" not in shown and "…" not in shown
    assert max(map(len, shown.splitlines())) > 60


def test_the_width_is_the_one_asked_for_then_the_terminals_then_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=io.StringIO(), width=77, force_terminal=True)
    pipe = Console(file=io.StringIO(), width=77)
    monkeypatch.setenv("COLUMNS", "99")
    assert (room(terminal, 50), room(terminal), room(pipe)) == (50, 77, 99)
    monkeypatch.setenv("COLUMNS", "many")
    assert room(pipe) is None


def test_the_look_follows_the_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    console = Console(file=stream, force_terminal=False, legacy_windows=False)
    to_rich(render(sheet(), width=100, look=fitted(Look(), console)), console)
    stream.flush()
    shown = stream.buffer.getvalue().decode("cp1252")  # type: ignore[attr-defined]
    assert "\\u6743\\u529b" in shown and "scores = Q·K^T" in shown
    assert fitted(Look(), console).full is True


@pytest.mark.parametrize("dark", [False, True])
def test_svg_is_xml_that_fetches_nothing(dark: bool) -> None:
    svg = to_svg(sheet(), width=100, look=Look(heat=True), dark=dark)
    root = ElementTree.fromstring(svg)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(any(word in (text or "") for text in texts) for word in ROWS)
    assert "url(" not in svg and "href" not in svg and svg.count("http") == 1  # the name of the XML vocabulary
    assert root.find("{http://www.w3.org/2000/svg}title").text == "attention"  # type: ignore[union-attr]


def test_svg_gives_a_wide_word_its_columns() -> None:
    svg = lines_to_svg([(Span("权力", "label"), Span("  "), Span("⎡", "bracket"))], title="t")
    nodes = list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))
    assert float(nodes[0].get("textLength", "0")) == pytest.approx(4 * 8.43, abs=0.1)
    assert float(nodes[1].get("x", "0")) == pytest.approx(14 + 6 * 8.43, abs=0.1)


def test_every_role_in_use_has_a_style() -> None:
    from tmat.rendering.layout import render

    used = {span.role for line in render(sheet(), width=100) for span in line} - {""}
    assert used <= set(STYLES)
