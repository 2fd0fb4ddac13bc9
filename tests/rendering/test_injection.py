"""Nothing in a word, a name or a note breaks a format or injects into it."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from tests.rendering.nasty import WORDS, nasty
from tests.rendering.test_json import worksheets

from tmat.operations.printing.latex import LATEX_LINE
from tmat.reading.answers import read_answers_text
from tmat.reading.delimited import read_delimited
from tmat.reading.worksheet_json import loads
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.rendering.layout import drawer as pens
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.page import formula_in
from tmat.sheet.worksheet import Matrix, Step, Worksheet
from tmat.visible import visible

SHEET = nasty()
CHOSEN = Look(only=("Q",))
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u202e]")


def text(format: str, look: Look = CHOSEN) -> str:
    [data] = rendered([SHEET], format, look, "sheet").values()
    return data.decode()


@pytest.mark.parametrize("format", ["markdown", "latex", "html", "svg", "text"])
def test_no_unseen_character_gets_through(format: str) -> None:
    assert not UNSEEN.search(text(format, Look()))


class Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def test_html_has_no_element_attribute_or_link_but_its_own() -> None:
    page = Collector()
    page.feed(text("html", Look(heat=True)))
    plain = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "article",
        "header",
        "footer",
        "aside",
        "div",
    }
    plain |= {
        "nav",
        "a",
        "label",
        "input",
        "button",
        "script",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "b",
        "i",
        "span",
        "bdi",
        "table",
    }
    plain |= {"thead", "tbody", "tr", "th", "td", "figure", "figcaption", "details", "summary", "dl", "dt", "dd"}
    plain |= {"math", "mi", "mo", "mn", "mtext", "mrow", "msub", "msup", "msqrt", "mspace"}
    assert page.tags <= plain
    assert not any(name.startswith("on") for name in page.attributes)
    assert "style" not in page.attributes
    assert all(link.startswith("#s") for link in page.links)
    shown = "".join(page.data)
    assert all(visible(word) in shown for word in WORDS)


def test_html_data_cannot_end_its_element() -> None:
    page = text("html", Look())
    assert page.count("</script>") == 2
    data = page.partition('id="workings">')[2].partition("</script>")[0]
    assert "<" not in data
    assert "&" not in data


def test_svg_is_well_formed_and_has_the_words_as_text() -> None:
    root = ET.fromstring(text("svg", Look()))
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "tspan", "g"}
    assert "<script>alert(1)</script>" in "".join(root.itertext())


def test_markdown_has_no_html_link_or_emphasis() -> None:
    markdown = pytest.importorskip("markdown_it")
    tokens = markdown.MarkdownIt("gfm-like", {"linkify": False}).parse(text("markdown", Look()))
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not kinds & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "em_open",
        "strong_open",
        "s_open",
        "fence",
        "code_block",
    } - {
        "strong_open"  # Tokens:
    }
    strong = [inline[n + 1].content for n, token in enumerate(inline) if token.type == "strong_open"]
    assert set(strong) == {"Tokens:"}
    seen = [child.content for child in inline if child.type in ("text", "code_inline")]
    assert all(visible(word) in seen or visible(word) in " ".join(seen) for word in WORDS)


def test_latex_has_every_word_escaped() -> None:
    document = text("latex", Look())
    body = document.partition(r"\begin{document}")[2]
    assert r"\input" not in body
    assert body.count(r"\end{document}") == 1
    assert re.search(r"(?<!\\)%", body) is None


@pytest.mark.parametrize("program", ["pdflatex", "xelatex"])
def test_latex_compiles(program: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    (tmp_path / "sheet.tex").write_text(text("latex"), encoding="utf-8")
    done = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:].decode("utf-8", "replace")


@pytest.mark.parametrize(("format", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_delimited_labels_are_no_formulas_and_read_back(format: str, delimiter: str) -> None:
    written = text(format)
    rows = list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter))
    assert not [
        cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell)
    ]
    back = read_delimited(written, "sheet", "\t" if format == "tsv" else None)
    matrix = SHEET.stages[1]["Q"]
    assert back.rows == matrix.rows
    assert back.cols == matrix.cols
    assert back.values.tobytes() == matrix.values.tobytes()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_file_of_a_folder_leaves_it() -> None:
    paths = list(rendered([SHEET], "csv", Look(), "here/sheet.csv"))
    assert len(set(paths)) == 6
    assert all(Path(path).parent == Path("here/sheet") and not Path(path).name.startswith(".") for path in paths)


def test_no_member_of_an_archive_is_a_path() -> None:
    [data] = rendered([SHEET], "npz", Look(), "sheet.npz").values()
    with np.load(io.BytesIO(data)) as archive:
        assert len(archive.files) == 6
        assert not any("/" in name or name.startswith(".") for name in archive.files)


def test_text_reads_back_whatever_the_labels() -> None:
    back = read_answers_text(text("text", Look()))
    stage = SHEET.stages[1]
    assert [one.matrix.values.tobytes() for one in back] == [stage[name].values.tobytes() for name in stage.names()]


def test_json_reads_back_every_word() -> None:
    back = loads(rendered([SHEET], "json", Look(), "sheet.json")["sheet.json"])
    assert back.tokens == WORDS
    assert back.stages[1]["Q"].rows == WORDS


@given(worksheets())
@settings(max_examples=40)
def test_any_worksheet_can_be_shown_in_any_format(sheet: Worksheet) -> None:
    for format in ("markdown", "latex", "html", "svg", "text"):
        [data] = rendered([sheet], format, Look(), "sheet").values()
        data.decode()
    ET.fromstring(rendered([sheet], "svg", Look(), "sheet.svg")["sheet.svg"])
    sheet._repr_html_()
    if any(stage.names() for stage in sheet):
        for format in ("csv", "npz"):
            assert rendered([sheet], format, Look(), "sheet")


def test_no_name_gets_through_in_a_formula() -> None:
    """Names in a worksheet come from anybody, as its words do."""
    step = Step(Matrix.of("R\x1b[2J", [[1.0]]), "matmul", ("A\x07", "B\u202e"))
    formula = formula_in(step, LATEX_LINE)
    assert formula is not None and not UNSEEN.search(formula)
    assert "x1b" in formula and "u202e" in formula


def test_a_word_of_many_letters_is_cut_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = 0

    def width(text: str) -> int:
        nonlocal measured
        measured += len(text)
        return true_width(text)

    true_width = pens.width
    monkeypatch.setattr(pens, "width", width)
    drawer = Drawer(Look(), 80)
    for letter, wide in (("x", 19), ("当", 9), ("e\u0301", 19)):
        assert drawer.clip(letter * 10_000, 20) == letter * wide + "…"
    assert measured < 100_000  # each letter twice or so, and not as often as there are letters after it
