"""The first screen, -h, tmat help and the manual page: what a newcomer asks, answered by one generator."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.running import attempt, tmat

from tmat.cli.program import ABOUT, BEGIN, command_names
from tmat.stages import declared, stage_names
from tmat.visible import width

PLAIN = {"COLUMNS": "80", "NO_COLOR": "1"}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)


def test_alone_it_says_what_it_is_and_five_commands_the_article_first() -> None:
    done = tmat("")
    lines = done.output.splitlines()
    assert "\n".join(lines[:3]) == ABOUT.partition("\n\n")[0] + "\n"
    typed = [line.strip() for line in lines if line.strip().startswith("tmat ") and line.startswith(" ")]
    assert typed == [command for _, command in BEGIN]
    assert typed[0] == "tmat example thrones"
    assert len(typed) == 5
    assert max(map(width, lines)) <= 60


@pytest.mark.parametrize("command", [command for _, command in BEGIN])
def test_each_of_the_five_prints_tables(command: str) -> None:
    flowing = None
    for part in command.partition(" --work")[0].split(" | "):
        done = tmat(part.removeprefix("tmat ") + " -f json", flowing)
        flowing = done.output
    assert flowing


@pytest.mark.parametrize("command", command_names())
def test_three_ways_to_ask_for_help(command: str) -> None:
    said = set()
    for line in (f"{command} -h", f"{command} --help", f"help {command}"):
        said.add(tmat(line).output)
    assert len(said) == 1
    assert f"Usage: tmat {command} " in said.pop()


def test_help_alone_is_the_programs_and_an_unknown_name_is_said() -> None:
    assert tmat("help").output == tmat("-h").output
    assert attempt("help atention").errors == "tmat: no such command: atention\n  did you mean attention?\n"


def test_completion_is_out_of_sight_and_works() -> None:
    said = tmat("--help").output
    assert "│ --install-completion" not in said
    assert "│ --show-completion" not in said


@pytest.mark.parametrize("stage", sorted(stage_names()))
def test_a_stages_help_opens_with_five_options(stage: str) -> None:
    first = re.search(r"╭─ Options ─+╮\n(.*?)╰", tmat(f"{stage} -h").output, re.DOTALL)
    assert first is not None
    flags = re.findall(r"^│ --([a-z-]+)", first[1], re.MULTILINE)
    assert len(flags) == 6
    assert flags[-1] == "help"
    opens = [name.replace("_", "-") for name in declared(stage).opens]
    assert flags[: len(opens)] == opens


def test_the_manual_has_every_command_and_option() -> None:
    page = tmat("help --man").output
    assert page.startswith('.TH TMAT 1 "" "tmat ')
    for name in command_names():
        assert re.search(rf"^\.SH tmat {name} \\?\[", page, re.MULTILINE), name
    assert page.count("\n.B \\-\\-matrix, \\-m NAME=SOURCE\n") == len(stage_names()) - 1  # all but vocab
    assert "debug" not in page
    assert not re.search(r"^\.(?!TH |SH |SS |TP$|PP$|RS$|RE$|B )", page, re.MULTILINE)


def test_the_manual_that_is_installed_is_the_one_that_help_prints(request: pytest.FixtureRequest) -> None:
    path = Path(__file__).parents[2] / "docs" / "tmat.1"
    if request.config.getoption("--rewrite-docs"):
        path.write_text(tmat("help --man").output, "utf-8")
    if tuple(map(int, version("typer").split(".")[:2])) >= (0, 28):  # older ones spell some metavars otherwise
        assert path.read_text("utf-8") == tmat("help --man").output


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")
def test_groff_reads_the_manual_without_a_word() -> None:
    page = tmat("help --man").output
    done = subprocess.run(
        ["groff", "-man", "-Kutf8", "-Tutf8", "-ww"], input=page.encode(), capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    assert "softmax(Q·Kᵀ / √d_k)·V" in done.stdout.decode()
