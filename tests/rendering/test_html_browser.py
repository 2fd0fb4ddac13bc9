"""The page in a browser: a cell is tapped, keys move on, nothing is cut on a small screen or on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.rendering.browser import CHROMIUM, Browser, browser
from tests.rendering.test_html import Tables

import tmat
from tmat.numbers import round_half_away
from tmat.reading.pasted import read_pasted
from tmat.rendering.formats.html import document
from tmat.sheet.remarks import Cover, Table
from tmat.sheet.worksheet import Matrix, Worksheet

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
WORDS = ["When", "you", "play", "game", "of", "thrones"]
CAPTION = "table => table.closest('figure').querySelector('b').textContent"

CUT = "[...document.querySelectorAll('.scroll')].filter(own => own.scrollWidth > own.clientWidth).length"


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as own:
        yield own


def small() -> Worksheet:
    values = np.random.default_rng(0).uniform(-2, 2, (6, 6)).round(2)
    return tmat.addnorm(tmat.attention(Matrix.of("X", values, rows=WORDS), d_k=4, mask="causal", seed=1))


def wide() -> Worksheet:
    """Tables of as many columns as a page shows, every number with its sign and its decimals."""
    values = np.random.default_rng(1).uniform(-200, 0, (9, 32))
    return tmat.ffn(Matrix.of("X", values, rows=[f"word{n}" for n in range(9)]), d_ff=4, seed=2)


def page(sheet: Worksheet, folder: Path) -> Path:
    path = folder / "sheet.html"
    path.write_text(document([sheet]), encoding="utf-8")
    return path


def lit(opened: Browser) -> dict[str, list[list[int]]]:
    """The places of the cells that are lit as sources, by the captions of their tables."""
    told = opened.run(
        f"""(() => {{ const found = [];
        for (const cell of document.querySelectorAll("td.from")) {{
          const row = cell.parentElement;
          found.push([({CAPTION})(cell.closest("table")), row.sectionRowIndex, [...row.querySelectorAll("td")].indexOf(cell)]);
        }} return found; }})()"""
    )
    found: dict[str, list[list[int]]] = {}
    for name, *place in told:
        found.setdefault(name, []).append(place)
    return found


def working(opened: Browser) -> str:
    """What the panel says, or nothing where it is hidden."""
    told = opened.run(
        "(panel => panel.hidden ? '' : panel.querySelector('dl').innerText)(document.getElementById('panel'))"
    )
    return str(told)


def test_a_tapped_cell_shows_its_working_and_lights_its_sources(opened: Browser, tmp_path: Path) -> None:
    opened.open(page(small(), tmp_path), 1280)
    assert working(opened) == ""
    opened.tap("article:nth-of-type(1) table.result tbody tr:nth-child(2) td:nth-of-type(3)")
    stage = small()["attention"]
    assert working(opened).startswith("Q[you, q3]")
    assert f"{stage['Q'].values[1, 2]:.4f}" in working(opened)
    assert lit(opened) == {"X": [[1, n] for n in range(6)], "W_Q": [[n, 2] for n in range(6)]}
    opened.tap("article:nth-of-type(4) table.result tbody tr:nth-child(2) td:nth-of-type(3)")
    assert lit(opened) == {"Q": [[1, n] for n in range(4)], "Kᵀ": [[n, 2] for n in range(4)]}


def test_keys_move_from_cell_to_cell_and_close_the_panel(opened: Browser, tmp_path: Path) -> None:
    opened.open(page(small(), tmp_path), 1280)
    for _ in range(12):
        opened.key("Tab")
        if opened.run("document.activeElement.matches('td.live')"):
            break
    assert working(opened).startswith("Q[When, q1]")
    opened.key("ArrowRight")
    opened.key("ArrowDown")
    assert working(opened).startswith("Q[you, q2]")
    opened.key("ArrowUp")
    opened.key("ArrowLeft")
    opened.key("ArrowLeft")  # there is nothing to the left
    assert working(opened).startswith("Q[When, q1]")
    opened.key("Escape")
    assert working(opened) == ""
    assert lit(opened) == {}


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_matrix_of_an_article_is_cut_on_a_screen(opened: Browser, tmp_path: Path, width: int) -> None:
    opened.open(page(small(), tmp_path), width)
    assert opened.run("document.documentElement.scrollWidth") == width
    assert opened.run(CUT) == 0


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_no_table_of_texts_is_cut_on_a_screen(opened: Browser, tmp_path: Path, width: int) -> None:
    head = ("where", "what happened", "what is due", "numbers", "slip")
    row = (
        "step 10: add and norm again",
        *["take the deviation of each row by itself"] * 2,
        "6 of 6",
        "deviation-of-two",
    )
    cover = Cover("own", "A title", "a summary", tables=(Table("errata", head, (row, row)),))
    opened.open(page(Worksheet(cover=cover), tmp_path), width)
    assert opened.run("document.documentElement.scrollWidth") == width
    assert opened.run(CUT) == 0
    heads = opened.run("getComputedStyle(document.querySelector('.told td'), '::before').content")
    assert heads == ("none" if width > 704 + 48 else '"where"')


def test_the_bar_of_a_mean_covers_its_word(opened: Browser, tmp_path: Path) -> None:
    opened.open(page(small(), tmp_path), 1280)
    bar, word = opened.run(
        "[document.querySelector('h3 .over'), document.querySelector('h3 .over mi')].map(own => own.getBoundingClientRect()).map(at => [at.left, at.right, at.top])"
    )
    assert opened.run("getComputedStyle(document.querySelector('h3 .over')).borderTopStyle") == "solid"
    assert bar[0] <= word[0] + 0.5
    assert bar[1] >= word[1] - 0.5
    assert bar[2] <= word[2]


def test_what_is_copied_from_the_page_reads_back(opened: Browser, tmp_path: Path) -> None:
    opened.open(page(small(), tmp_path), 1280)
    copied = opened.run("(getSelection().selectAllChildren(document.querySelector('main')), getSelection().toString())")
    back = {one.name: one.matrix.values for one in read_pasted(copied, "copied").found}
    for stage in small():
        for name in stage.names():
            if name not in ("X", "residual", "output"):  # of which there are two
                np.testing.assert_array_equal(back[name], round_half_away(stage[name].values, 4), err_msg=name)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
@pytest.mark.parametrize("paper", [(8.27, 11.69), (8.5, 11.0)], ids=["A4", "Letter"])
@pytest.mark.parametrize("own", [small, wide])
def test_the_printed_page_holds_every_column_in_letters_that_can_be_read(
    opened: Browser, tmp_path: Path, own: type[Worksheet], paper: tuple[float, float]
) -> None:
    path = page(own(), tmp_path)
    opened.open(path, 1280)
    (tmp_path / "sheet.pdf").write_bytes(opened.pdf(*paper))
    done = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "sheet.pdf", "-"], capture_output=True, check=True, timeout=60
    )
    boxes = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">([^<]*)<', done.stdout.decode()
    )
    for printed in done.stdout.decode().split("</page>"):  # the head of a step stands with its matrix
        assert not re.search(r"</word>\s*<word [^>]*>[0-9]+×[0-9]+,?</word>\s*$", printed), printed[-300:]
    words = [(*map(float, sides), word) for *sides, word in boxes]
    inside = Counter(
        word
        for left, top, right, bottom, word in words
        if left >= 36 and right <= 72 * paper[0] - 36 and bottom - top > 5  # points, of letters that can be read
    )
    cells = [cell.strip() for table in Tables(path.read_text("utf-8")).found.values() for row in table for cell in row]
    numbers = Counter(cell for cell in cells if re.fullmatch(r"[−\d.∞]*\d\.\d+", cell))
    assert numbers.total() > 200
    assert not numbers - inside
