"""Starting costs what its imports cost: each command loads what it runs and nothing heavier, in the order it needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROBE = """
import json, os, sys
from tmat.cli import program
from tmat.cli.environment import Environment

terminal, *arguments = sys.argv[1:]
environment = Environment.piped(None, stdout_tty=terminal == "table")
code = program.run(arguments, environment)
if code:
    sys.stderr.write(environment.errors)
print(json.dumps([code, len(environment.stdout.getvalue()), sorted(sys.modules)]))
"""

# None of these is needed to turn matrices into a worksheet; numpy and typer load none of them either.
HEAVY = (
    "rich", "difflib", "importlib.resources", "importlib.metadata", "zipfile", "tempfile", "hashlib", "fractions", "decimal",
    "csv", "xml", "html", "asyncio", "unittest", "torch", "scipy", "pandas", "pydantic", "msgspec",
)  # fmt: skip
OURS = (
    "marking", "workings", "experiment", "text.counting", "numbers.seeding", "cli.failing",
    "cli.terminal", "reading", "operations.printing", "operations.slips", "numbers.claim", "stages.decode", "stages.stack",
    "rendering.layout", "rendering.terminal", "rendering.formats.html", "rendering.formats.latex", "rendering.formats.xlsx",
    "rendering.formats.markdown", "rendering.formats.typst",
)  # fmt: skip


def loaded_by(output: str, *arguments: str) -> set[str]:
    """The modules in memory after one command, which must have worked and said something."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, output, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True
    )  # fmt: skip
    code, written, modules = json.loads(done.stdout)
    assert (code, done.stderr) == (0, "")
    assert written > 100
    return set(modules)


def loaded_by_import(*names: str) -> set[str]:
    code = f"import json, sys, {', '.join(names)}; print(json.dumps(sorted(sys.modules)))"
    return set(
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    )


def among(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if any(module == name or module.startswith(name + ".") for module in modules)]


def test_json_loads_nothing_heavy() -> None:
    modules = loaded_by("json", "attention", "--d-k", "6") - loaded_by_import("numpy", "typer")
    assert among(modules, HEAVY) == []
    assert among(modules, tuple(f"tmat.{name}" for name in OURS)) == []


def test_a_table_loads_of_rich_only_what_prints_lines() -> None:
    modules = loaded_by("table", "attention", "--d-k", "6")
    allowed = loaded_by_import("numpy", "typer", "rich.console", "rich.table")
    assert "rich.console" in modules
    # Rich keeps the widths of characters in a module a version of Unicode, loaded at the first that is not Latin.
    others = {name for name in modules - allowed if not name.startswith("rich._unicode_data.")}
    assert among(others, HEAVY) == []
    modules -= loaded_by_import("rich.console")  # which of the others it takes along changes with its version
    assert among(modules, ("rich.table", "rich.progress", "rich.markdown", "rich.syntax", "rich.traceback")) == []
    ours = (
        "marking",
        "workings",
        "reading",
        "numbers.seeding",
        "operations.printing.latex",
        "operations.printing.mathml",
        "operations.slips",
        "rendering.formats.json",
    )
    assert among(modules, tuple(f"tmat.{name}" for name in ours)) == []


@pytest.mark.parametrize("command", ["posenc", "attention", "addnorm", "ffn"])
def test_a_stage_loads_no_other_stage(command: str) -> None:
    modules = loaded_by("json", command)
    stages = {"vocab", "embed", "posenc", "attention", "addnorm", "ffn", "encode", "decode"} - {command}
    assert among(modules, tuple(f"tmat.stages.{stage}" for stage in sorted(stages))) == []
    assert among(modules, tuple(f"tmat.cli.commands.{stage}" for stage in sorted(stages))) == []


def test_the_library_is_imported_without_numpy_until_it_is_used() -> None:
    assert among(loaded_by_import("tmat"), ("numpy", "orjson", "typer", "rich")) == []


def test_a_vocabulary_never_waits_for_numpy() -> None:
    modules = loaded_by("json", "vocab", "--text", "I drink and I know things, and that is what I do.")
    assert among(modules, ("numpy", "rich", "hashlib")) == []


@pytest.mark.parametrize(("said", "kept"), [(None, "1"), ("3", "3")])
def test_products_take_one_thread_unless_the_environment_says_more(said: str | None, kept: str) -> None:
    code = """
import os, sys, tmat.__main__ as start
from tmat.cli import program
program.main = lambda: print(os.environ["OPENBLAS_NUM_THREADS"], "numpy" in sys.modules)
start.main()
"""
    variables = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if said is not None:
        variables["OPENBLAS_NUM_THREADS"] = said
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=variables, check=True)
    assert done.stdout == f"{kept} False\n"  # said before NumPy could ask


def test_the_library_takes_of_the_command_lines_libraries_only_how_wide_text_is() -> None:
    """Rich measures emoji, marks and Hangul rightly; its module that does so (tmat.visible) loads nothing that prints."""
    modules = loaded_by_import(
        "tmat.stages.decode", "tmat.stages.encode", "tmat.reading.sources", "tmat.rendering.formats.text", "tmat.experiment.tables"
    )  # fmt: skip
    assert among(modules, ("typer", "click")) == []
    assert modules & {"rich.console", "rich.text", "rich.table", "rich.segment", "rich.style"} == set()
    assert among(modules - loaded_by_import("rich.cells"), ("rich",)) == []
    without_text = loaded_by_import("tmat.stages.decode", "tmat.reading.sources", "tmat.rendering.formats.json")
    assert among(without_text, ("rich",)) == []
