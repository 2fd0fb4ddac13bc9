"""Help that teaches: the formula first, options in groups, two examples at the end that run; and no NumPy for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from tests.cli.running import attempt, tmat

from tmat.cli.program import app, built, command_names

COMMANDS = command_names()

STAGES = ("vocab", "embed", "posenc", "attention", "addnorm", "ffn", "encode", "decode")
GROUPS = ["Input", "Shape", "Mask", "Conventions", "Draws", "Output"]


def help_of(command: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    return tmat(f"{command} --help").output


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_the_terminal(command: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = help_of(command, columns, monkeypatch)
    assert max(map(len, text.splitlines())) <= columns
    assert f"Usage: tmat {command}".strip() in text


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_of_narrow_help_is_broken(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = help_of(command, 60, monkeypatch).split()
    whole = typer.main.get_command(app).get_command(None, command)  # type: ignore[attr-defined]
    texts = [whole.help, *(own.help or "" for own in whole.params if not own.hidden)]
    assert {word for text in texts for word in text.split()} <= set(shown)


@pytest.mark.parametrize("command", STAGES)
def test_help_opens_with_the_formula_and_ends_with_examples(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = help_of(command, 200, monkeypatch)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert re.search(r"[=(].*[·√/(\[∘]|= set\(", lines[1]), lines[1]
    groups = [match[1] for line in lines if (match := re.match(r"╭─ (\w+) ─", line)) and match[1] in GROUPS]
    assert groups == [group for group in GROUPS if group in groups]
    assert {"Conventions", "Output"} <= set(groups)
    assert [line.split()[:2] for line in lines[-2:]] == [["tmat", line.split()[1]] for line in lines[-2:]]
    assert "Examples:" in lines
    for example in examples(command):
        assert example in lines


@pytest.mark.parametrize(("command", "whole"), [("attention", "'scores[When,play]'"), ("embed", "E = W_E[ids]: ")])
def test_brackets_in_help_are_no_markup(command: str, whole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert whole in help_of(command, 200, monkeypatch)


@pytest.mark.parametrize("command", [name for name in STAGES if name != "vocab"])
def test_help_names_the_steps_and_matrices(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(help_of(command, 200, monkeypatch).split())
    assert "Steps: " in text
    assert "Matrices" in text


def examples(command: str) -> list[str]:
    text = built(command, None).epilog
    return [line.strip() for line in text.splitlines() if line.strip().startswith("tmat ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.txt").write_text("you win or you die")
    found = examples(command)
    assert len(found) >= 2
    for line in (each for whole in found for each in whole.split(" && ")):
        flowing = None
        for part in line.removesuffix(" | sh").split(" | "):
            done = attempt(part.strip().removeprefix("tmat "), flowing)
            assert done.errors == "", line
            assert done.code in (0, 1) if command == "check" else done.code == 0, line
            flowing = done.output
        assert flowing or list(tmp_path.iterdir()), line


def imported(*arguments: str, **variables: str) -> tuple[int, str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tmat", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", **variables},
    )  # fmt: skip
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time")}
    assert "typer" in modules
    return done.returncode, done.stdout, modules


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--help",), {}),
        (("attention", "--help"), {}),
        (("--version",), {}),
        (("attention", "--d-modle"), {}),
        ((), {"_TMAT_COMPLETE": "complete_bash", "COMP_WORDS": "tmat att", "COMP_CWORD": "1"}),
        ((), {"_TMAT_COMPLETE": "complete_bash", "COMP_WORDS": "tmat attention --he", "COMP_CWORD": "2"}),
    ],
)
def test_help_version_and_completion_do_without_numpy(arguments: tuple[str, ...], variables: dict[str, str]) -> None:
    code, output, modules = imported(*arguments, **variables)
    assert code == (2 if "--d-modle" in arguments else 0)
    assert output or "--d-modle" in arguments
    heavy = {"numpy", "orjson", "pydantic", "tmat.engine.builder", "tmat.operations"}
    assert not heavy & modules


def test_completion_knows_commands_and_options() -> None:
    _, commands, _ = imported(_TMAT_COMPLETE="complete_bash", COMP_WORDS="tmat e", COMP_CWORD="1")
    assert set(commands.split()) >= {"embed", "encode"}
    _, options, _ = imported(_TMAT_COMPLETE="complete_bash", COMP_WORDS="tmat attention --mask", COMP_CWORD="2")
    assert set(options.split()) >= {"--mask", "--mask-value", "--mask-means"}


def test_json_out_imports_neither_rich_nor_the_other_stages() -> None:
    code, _, modules = imported("attention", "--d-k", "6", "--format", "json")
    assert code == 0
    assert "numpy" in modules
    unneeded = {
        "rich.console",
        "rich.table",
        "tmat.stages.decode",
        "tmat.stages.ffn",
        "tmat.marking",
        "pydantic",
        "decimal",
    }
    assert not unneeded & modules


def test_version() -> None:
    code, output, _ = imported("--version")
    assert code == 0
    assert re.fullmatch(r"tmat \d+\.\d+\.\d+\n", output)


@pytest.mark.parametrize("command", STAGES)
def test_a_narrow_terminal_cuts_no_option(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = (help_of(command, columns, monkeypatch) for columns in (200, 60))
    assert set(re.findall(r"--[a-z][a-z0-9-]+", narrow)) == set(re.findall(r"--[a-z][a-z0-9-]+", wide))
    assert "\\[" not in narrow
