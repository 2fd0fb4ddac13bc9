"""LibreOffice calculates every formula anew, and gets tmat's numbers."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from itertools import groupby

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, sample

import tmat
from tmat.operations import REGISTRY
from tmat.reading.xlsx import Found, read_xlsx
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

pytest.importorskip("xlsxwriter")
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="no soffice here"),
]

ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""
WRONG = b"77777"  # put in place of every result that was written with its formula

Edit = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def calculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Found]]:
    """The matrices of a workbook after LibreOffice has calculated it; the results that it was written with are spoilt."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_CALCULATE, "utf-8")

    def calculated(data: bytes, edit: Edit | None = None) -> list[Found]:
        folder = tmp_path_factory.mktemp("workbook")
        (folder / "in.xlsx").write_bytes(spoilt(data, edit))
        command = [
            "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx",
            "--outdir", str(folder / "out"), str(folder / "in.xlsx"),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return read_xlsx((folder / "out" / "in.xlsx").read_bytes(), "calculated")

    return calculated


def spoilt(data: bytes, edit: Edit | None = None) -> bytes:
    """The workbook with a wrong number for the result of every formula, so that only calculating gives the right one."""
    made = io.BytesIO()
    formulas = 0
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                part, count = re.subn(rb"(</f>)<v>[^<]*</v>", rb"\1<v>" + WRONG + b"</v>", part)
                formulas += count
                part = edit(part) if edit is not None else part
            new.writestr(item, part)
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
    "ties": (tmat.attention, {"x": tenths(20, 6), **{f"W_{name}": tenths(6, 6, 100) for name in "QKVO"}, "round": 2, "d_k": 100}),
    "tied means": (tmat.addnorm, {"x": tenths(40, 4, 100), "residual": tenths(40, 4, 1000), "round": 2, "epsilon": 0}),
    "additive": (tmat.attention, {"score": "additive"}),
    "unscaled": (tmat.attention, {"scale": False, "temperature": 2.5}),
    "dropped": (tmat.attention, {"dropout": 0.5, "mask": "causal"}),
    "filled in down and across": (tmat.attention, {"x": np.round(RNG.normal(size=(40, 30)), 2), "mask": "causal"}),
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
    sheet = tmat.encode(tmat.posenc(sheet, exponent="column"), layers=2, attention_options={"heads": 2}, seed=5)
    return tmat.decode(sheet, max_tokens=2, seed=5)


def thrones() -> Worksheet:
    from tmat.articles.defaults import defaults_of

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


def test_libreoffice_gets_the_same(calculate: Callable[..., list[Found]]) -> None:
    """All cases in one workbook and one test: LibreOffice takes long to start, and every process would start its own."""
    sheets = {name: make() for name, make in CASES.items()}
    calculated = iter(by_sheet(calculate(workbook(list(sheets.values())))))
    wrong: dict[str, str] = {}
    for name, sheet in sheets.items():
        stages = stages_of([sheet])
        try:
            assert_same(stages, [next(calculated) for _ in stages])
        except AssertionError as error:
            wrong[name] = str(error)
    assert not wrong
    assert next(calculated, None) is None


def chain(table: np.ndarray, mask: np.ndarray) -> Worksheet:
    sheet = tmat.embed(text="you win you die", W_E=table)
    sheet = tmat.attention(tmat.posenc(sheet), d_k=3, mask=mask, seed=4, round="scores.used=1,weights=3")
    return tmat.ffn(tmat.addnorm(sheet), seed=4)


def test_changed_numbers_change_all_that_hangs_on_them(calculate: Callable[..., list[Found]]) -> None:
    table = np.array([[0.11, 0.22, 0.33], [0.44, 0.55, 0.66], [0.77, 0.88, 0.987654]])
    mask = np.array([[1.0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]])
    before = workbook([chain(table, mask)])
    table[2, 2] = -1.5
    mask[0, 0] = 0.0
    at = next(one.where for one in read_xlsx(before, "it") if one.matrix.name == "mask").rpartition(" ")[2]
    corner = re.compile(rb'(<c r="B%d"[^>]*><v>)1(</v></c><c r="C%d"[^>]*><v>0</v>)' % (int(at), int(at)))
    changes = 0

    def edit(part: bytes) -> bytes:
        nonlocal changes
        part, numbers = re.subn(rb"<v>0\.987654</v>", rb"<v>-1.5</v>", part)
        part, masks = corner.subn(rb"\g<1>0\2", part) if b"<v>0</v>" in part else (part, 0)
        changes += numbers + masks
        return part

    found = by_sheet(calculate(before, edit))
    assert changes == 2
    assert_same(stages_of([chain(table, mask)]), found)
