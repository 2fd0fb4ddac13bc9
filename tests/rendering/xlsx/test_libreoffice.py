"""LibreOffice calculates every formula anew, and gets tmat's numbers."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, sample

import tmat
from tmat.operations import REGISTRY
from tmat.reading.xlsx import Found, read_xlsx
from tmat.rendering import rendered
from tmat.rendering.formats.xlsx.plan import planned
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

xlsxwriter = pytest.importorskip("xlsxwriter")
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="no soffice here"),
]

ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""
WRONG = b"77777"  # put in place of every result that was written with its formula
PRINTING = re.compile(
    rb"<(pageMargins|pageSetup|headerFooter|rowBreaks|colBreaks)\b[^>]*?(/>|>.*?</\1>)"
    rb"|<(definedName) [^>]*Print_[^>]*>.*?</definedName>",
    re.DOTALL,
)  # how pages are printed, a third of LibreOffice's time
BOOKS = 10
"""Workbooks that the cases are spread over: many sheets in one take LibreOffice longer than in several."""


@pytest.fixture(scope="module")
def calculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[list[Found]]]:
    """The matrices of workbooks after LibreOffice has calculated them; the results that they were written with are spoilt."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_CALCULATE, "utf-8")

    def calculated(*books: bytes) -> list[list[Found]]:
        folder = tmp_path_factory.mktemp("workbook")
        paths = [folder / f"{n}.xlsx" for n in range(len(books))]
        for path, data in zip(paths, books, strict=True):
            path.write_bytes(spoilt(data))
        command = [
            "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx",
            "--outdir", str(folder / "out"), *map(str, paths),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return [read_xlsx((folder / "out" / path.name).read_bytes(), "calculated") for path in paths]

    return calculated


def spoilt(data: bytes) -> bytes:
    """The workbook with a wrong number for the result of every formula, so that only calculating gives the right one.

    It is no longer told how to print: what is printed is tested on a whole one.
    """
    made = io.BytesIO()
    formulas = 0
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                part, count = re.subn(rb"(</f>)<v>[^<]*</v>", rb"\1<v>" + WRONG + b"</v>", part)
                formulas += count
            new.writestr(item, PRINTING.sub(b"", part))
    assert formulas
    return made.getvalue()


def workbook(sheets: list[Worksheet]) -> bytes:
    return rendered(sheets, "xlsx", Look(), "")[""]


def stages_of(sheets: list[Worksheet]) -> list[Stage]:
    """The stages that have matrices; a vocabulary has none."""
    return [stage for sheet in sheets for stage in sheet if stage.names()]


def by_sheet(found: list[Found]) -> list[dict[str, np.ndarray]]:
    return [{one.matrix.name: one.matrix.values for one in own} for _, own in groupby(found, lambda one: one.sheet)]


def assert_same(stages: list[Stage], found: list[dict[str, np.ndarray]]) -> None:
    """Every matrix of the stages as the spreadsheet has it, within 1e-9."""
    for stage, own in zip(stages, found, strict=True):
        assert sorted(own) == sorted(stage.names())
        for name, values in own.items():
            np.testing.assert_allclose(values, stage[name].values, rtol=1e-9, atol=1e-9, err_msg=f"{stage.id}.{name}")


RNG = np.random.default_rng(3)
X = np.round(RNG.normal(size=(5, 6)), 2)
MASK = np.array([[1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]])


def tenths(rows: int, cols: int, parts: int = 10) -> np.ndarray:
    """Drawn decimals of −9 to 9, in so many parts."""
    return RNG.integers(-9 * parts, 9 * parts, (rows, cols)) / parts


WAYS: dict[str, tuple[Callable[..., Worksheet], dict[str, object]]] = {
    "plain": (tmat.attention, {"d_k": 3}),
    "causal heads": (tmat.attention, {"mask": "causal", "heads": 2, "d_k": 2}),
    "renormalized": (tmat.attention, {"mask": "causal", "renormalize": True}),
    "zeros behind the mask": (tmat.attention, {"mask": "causal", "mask_value": 0.0}),
    "a row that sees nothing": (tmat.attention, {"mask": MASK}),
    "rounded": (tmat.attention, {"round": "Q=2,K=2,V=2,scores.used=2,scaled.used=2,weights=4,Z.used=2,output=2"}),
    # A tenth of the cells are ties, and doubles a last bit off them.
    "ties": (tmat.attention, {"x": tenths(10, 6), **{f"W_{name}": tenths(6, 6, 100) for name in "QKVO"}, "round": 2, "d_k": 100}),
    "tied means": (tmat.addnorm, {"x": tenths(20, 4, 100), "residual": tenths(20, 4, 1000), "round": 2, "epsilon": 0}),
    "additive": (tmat.attention, {"score": "additive"}),
    "unscaled": (tmat.attention, {"scale": False, "temperature": 2.5}),
    "dropped": (tmat.attention, {"dropout": 0.5, "mask": "causal"}),
    # Past column Z: the tokens' own columns, and those of X and its weights.
    "filled in down and across": (tmat.attention, {"x": np.round(RNG.normal(size=(28, 4)), 2), "mask": "causal"}),
    "thirty columns of X": (tmat.attention, {"x": np.round(RNG.normal(size=(4, 30)), 2)}),
    "layer": (tmat.addnorm, {"residual": X[::-1], "gamma": [RNG.normal(size=6)], "beta": [RNG.normal(size=6)]}),
    "sample": (tmat.addnorm, {"add_residual": False, "deviation": "sample", "epsilon_in": "deviation"}),
    "rms": (tmat.addnorm, {"residual": X * 0.5, "norm": "rms", "gamma": [RNG.normal(size=6)]}),
    "relu": (tmat.ffn, {"d_ff": 7}),
    "gelu": (tmat.ffn, {"activation": "gelu", "init": "normal"}),
    "gelu-tanh": (tmat.ffn, {"activation": "gelu-tanh", "init": "normal"}),
    "silu": (tmat.ffn, {"activation": "silu", "init": "normal"}),
    "tanh": (tmat.ffn, {"activation": "tanh", "init": "normal"}),
}  # fmt: skip


def one_way(name: str) -> Worksheet:
    function, options = WAYS[name]
    return function(**{"x": X, "seed": 2, **options})


def one_operation(name: str, case: int) -> Worksheet:
    it = sample(name, np.random.default_rng(case), case, w=3, **{"*": 6} if name == "concat" else {})
    given = {operand.name: Matrix.of(operand.name, operand.values) for operand in it.operands}
    result = Step(Matrix.of("result", it.op(*it.arrays, **it.params)), name, tuple(given), it.params)
    return Worksheet([Stage(f"{name}-{case}", name, given=given, steps=[result], output="result")])


def whole_model() -> Worksheet:
    sheet = tmat.embed(tmat.vocab("you win or you die"), text="you win or die", d_model=4, seed=1)
    sheet = tmat.encode(tmat.posenc(sheet, exponent="column"), attention_options={"heads": 2}, seed=5)
    return tmat.decode(sheet, max_tokens=1, seed=5)


def thrones() -> Worksheet:
    from tmat.articles.numbers import defaults_of

    own = defaults_of("attention")
    assert own is not None
    before = Worksheet([], own.vocabulary, own.tokens)
    return tmat.attention(before, matrices=dict(own.matrices), round=own.round, **own.options)


WORDS = ["you", "win", "or", "=cmd"]
MEMORY = np.round(RNG.normal(size=(3, 4)), 2)
CASES: dict[str, Callable[[], Worksheet]] = {
    **{name: lambda name=name: one_way(name) for name in WAYS},
    **{
        f"{name} {case}": lambda name=name, case=case: one_operation(name, case)
        for name in sorted(REGISTRY)
        for case in range(len(PARAMETERS.get(name, [{}])))
    },
    "from the corpus to the predicted word": whole_model,
    "a target in one pass": lambda: tmat.decode(MEMORY, vocabulary=WORDS, target="you win", seed=3),
    "all rows flattened": lambda: tmat.decode(
        MEMORY, vocabulary=WORDS, max_tokens=1, project="flatten", round="probabilities.used=1", seed=3
    ),
    "the thrones article": thrones,
}


def test_libreoffice_gets_the_same(calculate: Callable[..., list[list[Found]]]) -> None:
    """All cases in one test: LibreOffice takes long to start, and every process would start its own."""
    sheets = {name: make() for name, make in CASES.items()}
    books = [dict(list(sheets.items())[n::BOOKS]) for n in range(BOOKS)]
    wrong: dict[str, str] = {}
    for own, found in zip(books, calculate(*(workbook(list(book.values())) for book in books)), strict=True):
        calculated = iter(by_sheet(found))
        for name, sheet in own.items():
            stages = stages_of([sheet])
            try:
                assert_same(stages, [next(calculated) for _ in stages])
            except AssertionError as error:
                wrong[name] = str(error)
        assert next(calculated, None) is None
    assert not wrong


TABLE = np.array([[0.11, 0.22, 0.33], [0.44, 0.55, 0.66], [0.77, 0.88, 0.987654]])
SEES = np.tril(np.ones((4, 4)))


def drawn(rows: int, cols: int) -> np.ndarray:
    return RNG.normal(size=(rows, cols)).round(2)


GIVEN: dict[str, dict[str, np.ndarray]] = {
    "embed": {"W_E": TABLE},
    "attention": {"W_Q": TABLE, "W_K": TABLE.T, "W_V": drawn(3, 3), "W_O": drawn(3, 3)},
    "addnorm": {"gamma": drawn(1, 3), "beta": drawn(1, 3)},
    "ffn": {"W_1": drawn(3, 4), "b_1": drawn(1, 4), "W_2": drawn(4, 3), "b_2": drawn(1, 3)},
}


def chain(**changed: Any) -> Worksheet:
    """A few stages, with what the test changes in the workbook; ``weights`` are given by stage and name."""
    own = {
        "mask": SEES, "d_k": 3, "epsilon": 1e-5, "base": 10000.0, "scores": 1, "shares": 3, "text": "you win you die",
        "weights": {},
    } | changed  # fmt: skip
    weights = {stage: dict(matrices) for stage, matrices in GIVEN.items()}
    weights["attention"]["mask"] = own["mask"]
    for (stage, name), values in own["weights"].items():
        weights[stage][name] = values
    sheet = tmat.embed(vocabulary=["you", "win", "die"], text=own["text"], matrices=weights["embed"])
    decimals = f"scores.used={own['scores']},weights={own['shares']},Z.used={own['scores']}"
    sheet = tmat.attention(
        tmat.posenc(sheet, base=own["base"]), d_k=own["d_k"], matrices=weights["attention"], seed=4, round=decimals
    )
    sheet = tmat.addnorm(sheet, epsilon=own["epsilon"], matrices=weights["addnorm"])
    return tmat.ffn(sheet, matrices=weights["ffn"], seed=4)


def named(data: bytes, name: str) -> tuple[str, str]:
    """The sheet and the cell that has a name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8")
    (number, column, row), *_ = re.findall(rf'name="{name}" localSheetId="(\d+)">[^<]*!\$([A-Z]+)\$(\d+)<', book)
    return f"xl/worksheets/sheet{int(number) + 1}.xml", f"{column}{row}"


def corner(sheet: Worksheet, name: str) -> tuple[str, str]:
    """The sheet and the first cell of a matrix, where it stands first."""
    tabs = enumerate(planned(sheet, Look(), 1, 1), start=1)
    number, placed = next((n, tab.matrices[name]) for n, tab in tabs if name in tab.matrices)
    return f"xl/worksheets/sheet{number}.xml", xlsxwriter.utility.xl_rowcol_to_cell(*placed.place(0, 0))


def typed(data: bytes, at: tuple[str, str], number: float) -> bytes:
    """The workbook with another number in one cell, in place of a number, or of a formula."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item).decode("utf-8") if item.filename == at[0] else old.read(item)
            if isinstance(part, str):
                part, count = re.subn(
                    rf'(<c r="{at[1]}"[^>]*>)(?:<f>[^<]*</f>)?<v>[^<]*</v>', rf"\g<1><v>{number!r}</v>", part
                )
                assert count == 1
            new.writestr(item, part)
    return made.getvalue()


Change = tuple[str, tuple[str, str], float]
"""What is changed, the cell that holds it, and the number that is typed there."""


def every_weight(data: bytes) -> tuple[list[Change], dict[str, Any]]:
    """The first number of every given matrix a half more: one that is not used live would leave the numbers as they were."""
    changes: list[Change] = []
    weights: dict[tuple[str, str], np.ndarray] = {}
    for tab in planned(chain(), Look(), 1, 1):
        for name in tab.stage.given.keys() - tab.links.keys() - {"mask"}:
            values = tab.stage.given[name].values.copy()
            values[0, 0] += 0.5
            weights[tab.stage.id, name] = values
            changes.append((name, corner(chain(), name), float(values[0, 0])))
    assert {name for matrices in GIVEN.values() for name in matrices} <= {name for name, _, _ in changes}
    output = chain(weights=weights)["ffn"]["output"].values
    for at in weights:
        without = {place: values for place, values in weights.items() if place != at}
        assert not np.allclose(chain(weights=without)["ffn"]["output"].values, output), at
    return changes, {"weights": weights}


def every_setting(data: bytes) -> tuple[list[Change], dict[str, Any]]:
    """The mask, an id, and each number that is named: all at once, as each moves what is calculated from it."""
    changes = [
        ("mask", corner(chain(), "mask"), 0.0),
        ("ids", corner(chain(), "ids"), 3.0),
        *(
            (name, named(data, name), number)
            for name, number in [("d_k", 7.0), ("base", 100.0), ("ε", 0.25), ("decimals", 3.0)]
        ),
    ]
    now = {"mask": SEES * (np.arange(16).reshape(4, 4) > 0), "text": "die win you die"}
    return changes, now | {"d_k": 7, "base": 100.0, "epsilon": 0.25, "scores": 3}


def epsilon_of_nothing(data: bytes) -> tuple[list[Change], dict[str, Any]]:
    return [("ε", named(data, "ε"), 0.0)], {"epsilon": 0.0}


def rounding_of_one_step(data: bytes) -> tuple[list[Change], dict[str, Any]]:
    return [("decimals_weights", named(data, "decimals_weights"), 1.0)], {"shares": 1}


Asked = dict[str, tuple[bytes, Worksheet]]
"""Workbooks in which a number was typed, each with the worksheet of that number."""


def changed_numbers() -> Asked:
    before = workbook([chain()])
    found: Asked = {}
    for change in (every_weight, every_setting, epsilon_of_nothing, rounding_of_one_step):
        changes, options = change(before)
        data = before
        for _, where, number in changes:
            data = typed(data, where, number)
        found[change.__name__] = data, chain(**options)
    return found


def gradients() -> Asked:
    given = {"X": SEES[:3, 1:] + 0.5, "W_Q": TABLE, "W_K": TABLE.T, "W_V": TABLE - 0.5}

    def passed(d_k: int = 3, target: float = 0.0, **changed: np.ndarray) -> Worksheet:
        model = tmat.attention(matrices=given | changed, mask="causal", project=False, d_k=d_k, round="scores.used=2")
        wanted = np.array([[target, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
        return tmat.backward(tmat.loss(model, matrices={"target": wanted}))

    before, query = passed(), TABLE.copy()
    query[0, 0] += 0.5
    data = workbook([before])
    for where, number in [
        (corner(before, "W_Q"), float(query[0, 0])),
        (named(data, "d_k"), 7.0),
        (corner(before, "target"), 1.5),
    ]:
        data = typed(data, where, number)
    return {"gradients": (data, passed(W_Q=query, d_k=7, target=1.5))}


def another_prediction() -> Asked:
    words = ["you", "win", "or", "die"]
    memory = [[0.5, -1.2, 0.3, 0.8], [1.1, 0.2, -0.7, 0.4], [-0.3, 0.9, 1.5, -1.0]]
    weights = np.random.default_rng(7).normal(size=(4, 6)).round(2)

    def decoded(weights: np.ndarray) -> tuple[Worksheet, list[object]]:
        sheet = tmat.decode(memory, vocabulary=words, W_vocab=weights, max_tokens=3, seed=3)
        return sheet, [stage.params["word"] for stage in sheet if stage.stage == "decode"]

    before, said = decoded(weights)
    other = weights.copy()
    other[0, 0] -= 3.0
    after, now = decoded(other)
    assert (said, now) == (["die", "die", "die"], ["you", "you", "die"])
    return {"prediction": (typed(workbook([before]), corner(before, "W_vocab"), float(other[0, 0])), after)}


def test_changed_numbers_change_all_that_hangs_on_them(calculate: Callable[..., list[list[Found]]]) -> None:
    """Gradients too; another word is looked up anew, and another prediction fed back."""
    asked = changed_numbers() | gradients() | another_prediction()
    found = dict(zip(asked, calculate(*(book for book, _ in asked.values())), strict=True))
    for name, (_, due) in asked.items():
        try:
            assert_same(stages_of([due]), by_sheet(found[name]))
        except AssertionError as error:
            raise AssertionError(name) from error
    last = next(m.matrix for m in found["prediction"] if m.sheet == "decode-3.ffn" and m.matrix.name == "output")
    assert last.rows == ("<start>", "you", "you")


def test_a_step_of_training_is_linked_to_the_way_back_and_the_pass_to_the_step() -> None:
    model = tmat.loss(tmat.attention([[1.0, 0.5]], d_k=2, project=False, seed=1), matrices={"target": [[1.0, 2.0]]})
    tabs = planned(tmat.train(model, steps=2), Look(), 1, 1)
    weights = next(tab for tab in tabs if tab.stage.stage == "attention").links
    assert {name: (link.stage, link.name) for name, (link, _) in weights.items()} == {
        name: ("update", f"{name}_new") for name in ("W_Q", "W_K", "W_V")
    }


def test_nothing_is_cut_where_it_is_printed(tmp_path: Path) -> None:
    """As many pages as there are breaks: none because of the width, or of a matrix that is too high."""
    data = workbook([tmat.attention(np.ones((12, 6)), d_k=4, heads=2, seed=1)])
    (tmp_path / "it.xlsx").write_bytes(data)
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "it.xlsx")], check=True, capture_output=True, timeout=120
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        breaks = archive.read("xl/worksheets/sheet1.xml").count(b"<brk ")
    assert breaks > 3
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "it.pdf").read_bytes())) == breaks + 1
