"""HTML: what the page holds, and that a browser shows it."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from tests.rendering.browser import CHROMIUM
from tests.rendering.nasty import nasty

import tmat
from tmat.numbers import round_half_away
from tmat.rendering.formats.html import document
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.visible import visible


@cache
def sheet() -> Worksheet:
    x = Matrix.of("X", np.arange(12.0).reshape(4, 3) / 8 - 0.5, rows=["When", "you", "play", "当"])
    made = tmat.attention(x, heads=2, d_k=2, mask="causal", seed=1)
    return tmat.ffn(tmat.addnorm(made), seed=2)


class Tables(HTMLParser):
    """The tables of a page by their numbers: rows of texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.own: list[list[str]] | None = None
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "table" and told.get("data-t"):
            self.own = self.found[told["data-t"] or ""] = []
        elif tag == "tr" and self.own is not None:
            self.own.append([])
        elif tag in ("td", "th") and self.own is not None:
            self.own[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.own = None
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.own is not None and self.inside:
            self.own[-1][-1] += data


def workings(page: str) -> dict[str, list[list[list[str] | None]]]:
    data = page.partition('id="workings">')[2].partition("</script>")[0]
    return json.loads(data)  # type: ignore[no-any-return]


def test_every_step_is_a_table_with_its_labels_and_numbers() -> None:
    page = document([sheet()])
    steps = [step for stage in sheet().stages for step in stage.steps]
    found = [table for number, table in Tables(page).found.items() if number in workings(page)]
    assert len(found) == len(steps)
    for table, step in zip(found, steps, strict=True):
        assert tuple(table[0][1:]) == step.result.cols
        assert tuple(row[0] for row in table[1:]) == step.result.rows
        shown = [[float(cell.replace("−", "-").replace("∞", "inf")) for cell in row[1:]] for row in table[1:]]
        np.testing.assert_array_equal(shown, round_half_away(step.values, 4))


def test_every_cell_of_every_step_has_its_working() -> None:
    page = document([sheet()])
    own = workings(page)
    tables = Tables(page).found
    for number, rows in own.items():
        body = list(tables[number])[-len(rows) :]
        for shown, row in zip(body, rows, strict=True):
            for text, cell in zip(shown[-len(row) :], row, strict=True):
                assert cell is not None
                last = cell[0].split("\n")[-1]
                assert re.match("[=≈]", last)
                assert text.replace("−", "").rstrip("0") in last.replace("−", "") + "0"


def test_a_cell_names_the_cells_it_came_from() -> None:
    page = document([sheet()])
    names = re.findall(r"<figcaption><b>(?:<bdi>)?([^<]*)(?:</bdi>)?</b>", page)
    tables = dict(zip(Tables(page).found, names, strict=True))
    last = list(tables)

    def came(name: str, i: int, j: int) -> list[str]:
        """The marks of the cell's sources, each with the nearest name before the result's table."""
        number = next(n for n in workings(page) if tables[n] == name)
        cell = workings(page)[number][i][j]
        assert cell is not None
        assert all(last.index(number) - last.index(re.match(r"\d+", mark)[0]) < 5 for mark in cell[1].split())  # type: ignore[index]
        return [re.sub(r"^\d+", lambda found: tables[found[0]] + " ", mark) for mark in cell[1].split()]

    assert came("Q", 1, 0) == ["X r1", "W_Q c0"]
    assert came("scores1", 2, 1) == ["Q1 r2", "K1ᵀ c1"]  # beside it, transposed as it stands there
    assert came("scaled1", 2, 1) == ["scores1 x2,1"]
    assert came("sum", 0, 0) == ["X x0,0", "residual x0,0"]


def test_the_page_lets_in_its_own_style_and_script_only() -> None:
    page = document([sheet()], Look(heat=True))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for element, kind in (("style", "style-src"), ("script", "script-src")):
        content = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert len(content) == 1
        digest = b64encode(sha256(content[0].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert not re.search(r"https?://|url\(|@import", page)


def test_heat_shades_the_chosen_matrices_with_a_scale() -> None:
    page = document([sheet()], Look(heat=frozenset({"weights1"})))
    assert page.count('class="ramp"') == 1
    assert 'id="heat" checked' in page
    assert re.search(r"\.h32:not", page)
    plain = document([sheet()])
    assert 'id="heat">' in plain
    assert plain.count('class="ramp"') == sum(len(stage.steps) for stage in sheet().stages)


def test_a_blank_sheet_gives_no_answer_away() -> None:
    stage = Stage("s", "s", given={"X": Matrix.of("X", [[2.0]]), "W": Matrix.of("W", [[3.5, 1.25]])})
    stage.steps.append(Step(Matrix.of("Q", [[np.nan, np.nan]]), "matmul", ("X", "W")))
    page = document([Worksheet([stage])])
    assert page.count('class="a blank"') == page.count('class="z blank"') == 1
    assert workings(page) == {}
    assert "<details" not in page


def test_a_large_matrix_is_shown_by_its_edges() -> None:
    big = Worksheet([Stage("s", "s", given={"X": Matrix.of("X", np.ones((300, 200)))})])
    [table] = Tables(document([big])).found.values()
    assert len(table) == 66
    assert len(table[1]) == 34
    assert "300×200, 236 rows and 168 columns not shown" in document([big])
    [whole] = Tables(document([big], Look(full=True))).found.values()
    assert len(whole) == 300


def test_a_step_is_an_equation_and_an_operand_its_matrix_as_the_step_takes_it() -> None:
    made = tmat.attention([[0.123, 2.0], [1.0, -1.5]], weights=False, round="scores.used=1", d_k=4)
    page = document([made])
    article = page.split('<article class="step">')[2]
    assert re.findall('<span class="sign[^"]*">([^<]*)</span>', article) == ["/ √4 ="]
    operand, result = Tables(article).found.values()
    scores, scaled = made.stages[0].operand("scores"), made.stages[0]["scaled"]
    for shown, own in ((operand, scores), (result, scaled)):
        np.testing.assert_array_equal([[float(x.replace("−", "-")) for x in row] for row in shown], own.values.round(4))


def test_an_equation_too_large_is_the_result_alone() -> None:
    page = document([tmat.attention(np.ones((70, 40)), weights=False)])
    assert 'class="row equation' not in page


def test_only_what_is_asked_for_is_shown() -> None:
    assert len(Tables(document([sheet()], Look(only=("scores1",)))).found) == 1


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
@pytest.mark.parametrize("own", ["plain", "nasty"])
def test_a_browser_runs_the_page_and_nothing_else(own: str, tmp_path: Path) -> None:
    page = tmp_path / "sheet.html"
    page.write_text(document([sheet() if own == "plain" else nasty()]), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([str(CHROMIUM), *flags, page.as_uri()], capture_output=True, check=True, timeout=60)
    shown = done.stdout.decode()
    cells = sum(cell is not None for rows in workings(page.read_text("utf-8")).values() for row in rows for cell in row)
    assert len(re.findall(r'<td [^>]*class="[^"]*\blive\b', shown)) == cells > 40
    assert '<p class="hint">' in shown
    assert "onerror" not in re.sub(r"&lt;.*?&gt;|\\u003c.*?\\u003e", "", shown)


@pytest.mark.parametrize("name", ["thrones", "causal", "weighted-sum"])
def test_an_example_keeps_its_verdicts(name: str) -> None:
    sheets = tmat.example(name)
    page = unescape(document(sheets)).replace("<bdi>", "").replace("</bdi>", "")
    remarks = [own.remarks for sheet in sheets for own in (sheet.page or sheet) if own.remarks is not None]
    said = [one.text for own in remarks for matrix in own.of.values() for remark in matrix for one in remark.said]
    said += [one.text for own in remarks for lines in own.end for one in lines]
    assert len(said) >= 3
    assert [text for text in said if f">{visible(text)}</li>" not in page] == []
