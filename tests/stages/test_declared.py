"""A stage is declared once, in its file: command, function, checks, help and completion all come of that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import get_args

import pytest
from tests.cli.running import refused, tmat

import tmat as library
from tmat import stages as stage_files
from tmat.cli.made import parameters
from tmat.cli.program import built, command_names
from tmat.engine.declaration import DType, Init
from tmat.numbers.seeding import INITS
from tmat.operations import ACTIVATIONS, GATED
from tmat.stages import declared, stage_names
from tmat.stages.parts.options import Activation

ROOT = Path(__file__).parent.parent.parent

SHRINK = '''
"""A stage from one file."""

from __future__ import annotations

from tmat.engine.builder import Sheet
from tmat.engine.staging import stage
from tmat.engine.declaration import CONVENTIONS, Numbers, StageOptions, declares, given, option, step
from tmat.engine.node import Node
from tmat.operations import divide, softmax


@declares
class ShrinkOptions(StageOptions):
    by: float = option(2.0, "Divide by this number.", CONVENTIONS, "NUMBER", fits=lambda n: n > 0, expected="expected a number above 0")

    X: Numbers = given("n×d", drawn="x")
    shrunk: Numbers = step("n×d", called="smaller")
    shares: Numbers = step("n×d")


@stage(ShrinkOptions, summary="Smaller, then shares.", formula="shares = softmax(X / by)", main="X", order=65)
def shrink(sheet: Sheet, how: ShrinkOptions) -> Node:
    """Smaller, then shares."""
    shrunk = sheet.step("shrunk", divide, sheet.main("X"), by=how.by)
    return sheet.step("shares", softmax, shrunk)
'''


@pytest.fixture
def shrink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "shrink.py").write_text(SHRINK, encoding="utf-8")
    monkeypatch.setattr(stage_files, "__path__", [*stage_files.__path__, str(tmp_path)])
    caches = (stage_files.stage_names, stage_files.said_otherwise, built)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()
    sys.modules.pop("tmat.stages.shrink", None)


@pytest.mark.usefixtures("shrink")
def test_a_stage_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    done = tmat("shrink -m X='2 4; 6 6' --by 4")
    assert done["shrunk"].tolist() == [[0.5, 1], [1.5, 1.5]]
    assert done["shares"][1].tolist() == [0.5, 0.5]
    assert tmat("shrink -m shrunk='1 1'")["shares"].tolist() == [[0.5, 0.5]]  # a step begins
    assert tmat("shrink -m X='1 1' --tokens 'win'").entry("shares")["rows"] == ["win"]
    assert tmat("shrink --seed 1 --only shares").steps == ["shares"]
    assert tmat("shrink -m X='2 4' --round shrunk=0")["shrunk"].tolist() == [[1, 2]]
    assert "--by 0 does not fit\n  expected a number above 0" in refused("shrink -m X='1 2' --by 0")
    assert "did you mean shrunk?" in refused("shrink -m X='1 2' -m shrnk='1 2'")
    sheet = library.shrink([[2.0, 4.0]], by=2.0)  # type: ignore[attr-defined]
    assert sheet["shrink"]["shrunk"].values.tolist() == [[1, 2]]
    assert "by" in signature(library.shrink).parameters  # type: ignore[attr-defined]
    with pytest.raises(library.InputError, match="by=0 does not fit"):
        library.shrink([[1.0]], by=0.0)  # type: ignore[attr-defined]
    assert stage_files.said_otherwise()["smaller"] == "shrunk"
    monkeypatch.setenv("COLUMNS", "100")
    names = command_names()
    assert names.index("ffn") < names.index("shrink") < names.index("encode")
    text = tmat("shrink --help").output
    for said in ("Steps: shrunk shares.", "Matrices: X n×d.", "--by", "Divide by this number."):
        assert said in text
    assert "Smaller, then shares." in tmat("--help").output


TYPED = """
import tmat
tmat.attention([[1.0]], heads=2, W_Q=[[1.0]], mask="causal", scores=[[1.0]])
tmat.embed(None, "you", d_model=2)
tmat.attention([[1.0]], head=2)
tmat.nothing
tmat.addnorm([[1.0]], norm="lyer")
tmat.ffn([[1.0]], d_ff="4")
tmat.encode([[1.0]], layers=2, ffn_bias=False, d_modle=2)
"""


def test_mypy_knows_every_keyword(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"),
            "--cache-dir", str(ROOT / ".mypy_cache"), "typed.py",  # what it learns of src serves mypy itself
        ],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [int(line.split(":")[1]) for line in errors] == [5, 6, 7, 8, 9], done.stdout
    assert "heads" in errors[0]
    assert "nothing" in errors[1]


PAIRS = {name: "mark" if name == "check" else name for name in command_names() if name != "help"}


@pytest.mark.parametrize("command", PAIRS)
def test_every_command_has_a_twin(command: str) -> None:
    twin = getattr(library, PAIRS[command])
    assert callable(twin)
    assert twin.__doc__
    if command in stage_names():
        stage = declared(command)
        keywords = signature(twin).parameters
        assert set(stage.conventions) <= set(keywords)
        own = {each.name for each in parameters(stage)}
        alone = {value for one in stage.conventions.values() for value in one.alone}
        assert len(own - alone) == len(stage.conventions)


def test_every_name_of_the_library_is_there() -> None:
    assert {"attention", "mark", "read", "write", "working", "trace", "scaling", "Worksheet"} <= set(dir(library))
    for name in dir(library):
        assert getattr(library, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        library.nothing  # type: ignore[attr-defined]  # noqa: B018
    typed = (ROOT / "src" / "tmat" / "__init__.py").read_text("utf-8")
    assert [name for name in stage_names() if f"import {name} as {name}\n" not in typed] == []  # what mypy knows


def test_legal_values_are_those_that_are_computed() -> None:
    assert get_args(Activation) == (*ACTIVATIONS, *GATED)
    assert get_args(Init) == tuple(INITS)
    assert get_args(DType) == ("float64", "float32")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("attention --score ", {"scaled", "dot", "additive"}),
        ("attention --mask c", {"causal"}),
        ("encode --norm ", {"layer", "rms", "none"}),
        ("ffn --activation g", {"gelu", "gelu-tanh", "geglu"}),
        ("attention --init torch", {"torch-rand", "torch-randn", "torch-linear"}),
    ],
)
def test_completion_knows_legal_values(typed: str, offered: set[str]) -> None:
    words = f"tmat {typed}"
    variables = {"_TMAT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "tmat"], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == offered


def test_the_page_of_commands_has_every_command() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [line.split()[2] for line in page.splitlines() if line.startswith("$ tmat ") and line.count(" ") == 3] == [
        name for name in command_names() if name != "help"
    ]
