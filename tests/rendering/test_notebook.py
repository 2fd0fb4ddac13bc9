"""What a notebook shows of worksheets and their parts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
from tests.rendering.nasty import nasty

import tmat
from tmat.sheet.worksheet import Matrix, Step, Worksheet


class Page(HTMLParser):
    """The texts of a page, each with whether mathematics is looked for in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.texts: list[tuple[str, bool]] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append("mathjax_ignore" in (dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((data, not any(self.open)))


def sheet() -> Worksheet:
    return tmat.attention(Matrix.of("X", [[1.0, 2.0], [0.5, -1.0]], rows=["When", "you"]), d_k=2)


def test_each_shows_its_numbers_and_its_formula_in_mathml() -> None:
    made = sheet()
    stage = made.stages[0]
    step = stage.step("scores")
    assert step is not None
    for shown in (made, stage, step):
        page = shown._repr_html_()
        assert '<math><mi mathvariant="normal">scores</mi><mo>=</mo><mi>Q</mi><msup><mi>K</mi>' in page
        assert "<td" in page
        assert "<script" not in page
    assert step._repr_latex_() == r"$\displaystyle \mathrm{scores} = Q K^{\top}$"
    assert "2×2" in step.result._repr_html_()


def test_a_step_is_an_equation_of_tables() -> None:
    def told(page: str) -> list[str]:
        rows = re.findall(r'<div class="row [^>]*>(.*?)</div>', page, re.DOTALL)
        return [re.sub(r"<table.*?</table>", "", row, flags=re.DOTALL) for row in rows]

    made = tmat.attention(sheet().stages[0]["X"], d_k=2, mask="causal", seed=1)
    signs = [re.sub(r"<[^>]*>", "", row) for row in told(made._repr_html_())]
    assert signs[:4] == ["X × W_Q = Q", "X × W_K = K", "X × W_V = V", "Q × Kᵀ = scores"]
    assert signs[5:7] == ["scaled where mask , else −∞ = masked", "softmax( masked ) = weights"]
    assert "<table" not in made._repr_html_().partition("W_Q</b>")[2]  # none stands a second time, alone
    large = tmat.attention(np.ones((40, 40)), d_k=2)
    assert "weights" not in " ".join(told(large._repr_html_()))


def test_no_word_is_markup_or_mathematics() -> None:
    page = Page(nasty()._repr_html_())
    assert not {"script", "img", "i", "u", "a"} & set(page.tags)
    assert not [text for text, looked_for in page.texts if looked_for and ("$" in text or "\\" in text)]


def test_an_operation_that_is_not_known_has_no_latex() -> None:
    step = Step(Matrix.of("U", np.ones((1, 1))), "unheard", ("X",))
    assert step._repr_latex_() is None
    assert "U = unheard(X)" in step._repr_html_()


def test_an_empty_worksheet_shows_its_tokens() -> None:
    assert "When you" in Worksheet(tokens=("When", "you"))._repr_html_()


def test_a_vocabulary_shows_its_words_with_their_ids() -> None:
    page = Page(tmat.vocab("I drink and I know $x$", first_id=1)._repr_html_())
    told = " ".join("".join(text for text, _ in page.texts).split())
    assert "1 I" in told and "4 know" in told


def test_a_bar_is_drawn_over_the_word_by_the_style_of_the_page() -> None:
    page = tmat.addnorm([[1.0, 2.0]], residual=[[0.5, 1.0]])._repr_html_()
    assert '<mrow class="over">' in page
    assert ".tmat .over { border-top: 1px solid" in page
