from __future__ import annotations

import re
import sys

import pytest

from tmat.errors import InputError, MissingExtra
from tmat.experiment.histograms import bars, histograms
from tmat.experiment.plot import check_plot, plotted
from tmat.experiment.scaling import Scaling, scaling
from tmat.experiment.tables import worksheet
from tmat.rendering import rendered
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import to_text
from tmat.width import width


def text_of(result: Scaling, width: int = 80, encoding: str = "utf-8") -> str:
    tables = render(worksheet(result), width=width, look=Look(encoding=encoding))
    return to_text([*tables, *histograms(result, width=width, encoding=encoding)])


@pytest.fixture(scope="module")
def result() -> Scaling:
    return scaling((4, 256), draws=500, queries=9, keys=6, article_draws=600)


def test_bars_are_as_high_as_they_should() -> None:
    drawn = bars([0, 1, 2, 4, 8, 16], height=2)
    tall = [sum(" ▁▂▃▄▅▆▇█".index(line[n]) for line in drawn) for n in range(6)]
    assert tall == [0, 1, 2, 4, 8, 16]


def test_what_is_little_is_still_drawn() -> None:
    assert bars([1, 10**9], height=1) == ["▁█"]
    assert bars([1, 10**9], height=1, encoding="ascii") == [".#"]
    assert bars([0, 0], height=2) == ["  ", "  "]


@pytest.mark.parametrize("room", [24, 40, 50, 79, 80, 81, 100, 132, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_line_is_wider_than_the_terminal(result: Scaling, room: int, encoding: str) -> None:
    text = text_of(result, room, encoding)
    assert max(width(line) for line in text.splitlines()) <= room
    assert not any(line.endswith(" ") for line in text.splitlines())
    if encoding == "ascii":
        text.encode("ascii")
        assert "\\u" not in text


def test_the_numbers_shown_are_those_found(result: Scaling) -> None:
    text = text_of(result)
    wide = result.widths[1]
    [row] = re.findall(r"^ q·k, d = 256 +(.*±.*)$", text, re.MULTILINE)
    mean, mean_error, _, off, variance, _, theory, _ = re.split(r"\s+(?:± )?", row)
    assert float(mean) == pytest.approx(wide.before.mean.value, abs=0.5 * 10 ** -len(mean.partition(".")[2]))
    assert float(mean_error) == pytest.approx(wide.before.mean.error, rel=0.05)
    assert float(off) == pytest.approx(wide.before.mean.off, abs=0.051)
    assert float(variance) == pytest.approx(wide.before.variance.value, rel=0.02)
    assert theory == "256"
    [row] = re.findall(r"^ q·k / √256 +([\d.]+ [^±\n]*)$", text, re.MULTILINE)
    largest, noticed, entropy, gradient = map(float, row.split())
    found = wide.after.softmax
    assert (largest, noticed, entropy, gradient) == pytest.approx(
        (found.largest, found.noticed, found.entropy, found.gradient), abs=6e-5
    )
    assert "All 12 estimates are within 4.3 standard errors: theory holds." in " ".join(text.split())


@pytest.mark.parametrize("kind", ["markdown", "latex", "html", "svg", "text"])
def test_the_tables_go_into_every_format_of_pages(result: Scaling, kind: str) -> None:
    [data] = rendered([worksheet(result)], kind, Look(), "found").values()
    assert "theory holds" in data.decode()
    assert f"{result.widths[1].after.softmax.largest:.4f}" in data.decode()


def test_a_theory_that_fails_is_said_to(result: Scaling) -> None:
    from dataclasses import replace

    wide = result.widths[1]
    variance = replace(wide.before.variance, theory=16.0)
    wrong = replace(result, widths=(result.widths[0], replace(wide, before=replace(wide.before, variance=variance))))
    text = " ".join(text_of(wrong).split())
    assert "1 of 12 estimates are off by more than 4.3 standard errors: theory fails." in text
    assert any(span.role == "wrong" for line in render(worksheet(wrong)) for span in line)


def test_a_small_number_is_not_shown_as_nothing() -> None:
    text = text_of(scaling((90_000,), draws=2, queries=1, keys=2, article_draws=2))
    [row] = re.findall(r"^ q·k, d = 90000 +(1\.0000 .*)$", text, re.MULTILINE)
    assert re.search(r"e-\d+", row)


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_pictures(result: Scaling, kind: str, start: bytes) -> None:
    pytest.importorskip("matplotlib")
    assert plotted(result, kind).startswith(start)


def test_a_picture_is_the_same_whatever_a_readers_settings_and_leaves_them_alone(result: Scaling) -> None:
    mpl = pytest.importorskip("matplotlib")
    first = plotted(result, "svg")
    with mpl.rc_context({"font.size": 30.0}):
        before = dict(mpl.rcParams)
        assert plotted(result, "svg") == first
        assert dict(mpl.rcParams) == before
    assert first.startswith(b"<?xml")


def test_without_matplotlib(result: Scaling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        MissingExtra, match=r"a picture needs the extra 'plot'\n  it is not installed here\n  try: pip install"
    ):
        plotted(result)
    with pytest.raises(MissingExtra, match="plot needs the extra 'plot'"):
        check_plot("a.png")
    with pytest.raises(
        InputError, match=r"plot='a\.gif': no such kind of picture\n  its suffix is \.gif; expected one of \.png"
    ):
        check_plot("a.gif")
