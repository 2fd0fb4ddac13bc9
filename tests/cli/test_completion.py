"""Values are completed as each shell asks for them, and by a real bash."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.running import tmat
from tests.forked import search_path

from tmat.articles import EXAMPLES
from tmat.cli.completing import in_bash
from tmat.cli.environment import Environment
from tmat.cli.program import command_names, run
from tmat.rendering import known_formats
from tmat.stages import declared

SOURCE = Path(__file__).parents[2] / "src"


def asked(folder: Path, **variables: str) -> str:
    """What the program prints in that folder, called by a shell with these variables."""
    environment = Environment.piped()
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        for name, value in variables.items():
            here.setenv(name, value)
        complete = variables["_TMAT_COMPLETE"]
        if complete == "complete_bash":
            in_bash(lambda page: run([], page), environment)
        else:
            run([], environment)
    return environment.output


def bash(line: str, folder: Path) -> list[str]:
    """As bash passes it on: a word in parts at = and :."""
    parts = [part for word in line.split(" ") for part in re.split(r"([=:])", word) if part or not word]
    words = {"COMP_WORDS": " ".join(parts), "COMP_CWORD": str(len(parts) - 1)}
    return asked(folder, _TMAT_COMPLETE="complete_bash", **words).split()


def zsh(line: str, folder: Path) -> list[str]:
    said = asked(folder, _TMAT_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)
    return [each.replace("\\\\:", ":") for each in re.findall(r'^(?:_arguments .*\(\()?"([^"]*)"', said, re.MULTILINE)]


def fish(line: str, folder: Path) -> list[str]:
    action = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": line}
    said = asked(folder, _TMAT_COMPLETE="complete_fish", **action)
    return [each.partition("\t")[0] for each in said.splitlines() if each]


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
LEGAL = declared("attention").conventions
WHOLE = [
    ("tmat attention --mask ", list(LEGAL["mask"].legal)),
    ("tmat attention --mask causal,", ["causal,none", "causal,padding"]),
    ("tmat attention -f ", list(known_formats())),
    ("tmat ffn --activation ", list(declared("ffn").conventions["activation"].legal)),
    ("tmat attention --init torch-", ["torch-rand", "torch-randn", "torch-linear"]),
    ("tmat attention --dtype ", ["float64", "float32"]),
    ("tmat vocab --tokenizer ", ["words", "chars", "spaces"]),
    ("tmat example ", list(EXAMPLES)),
    ("tmat help ", command_names()),
    ("tmat check --follow ", ["full", "half", "none"]),
    ("tmat show sheet.json --only ", ["X", "W_Q", "Q"]),
    ("tmat show sheet.json --only Q,", ["Q,X", "Q,W_Q"]),
    ("tmat posenc --only ", ["E_scaled", "PE", "X", "E"]),
]
LAST = [
    ("tmat posenc -m ", ["E=", "E_scaled=", "PE=", "X="], ""),
    ("tmat attention -m X=w.npz:", ["up", "down"], "X=w.npz:"),
    ("tmat attention -m X=w.npz:d", ["down"], "X=w.npz:"),
    ("tmat attention --weights w.npz:", ["up", "down"], "w.npz:"),
    ("tmat attention -m X=sheet.json:W", ["W_Q"], "X=sheet.json:"),
    ("tmat check --key example:th", ["thrones"], "example:"),
    ("tmat attention -m X=missing.npz:", [], ""),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import numpy as np

    own = tmp_path_factory.mktemp("completion")
    (own / "sheet.json").write_text(tmat("attention --only X,W_Q,Q -f json").output, encoding="utf-8")
    np.savez(own / "w.npz", up=np.eye(2), down=np.eye(2))
    return own


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "offered"), WHOLE, ids=[line for line, _ in WHOLE])
def test_values(line: str, offered: list[str], shell: str, folder: Path) -> None:
    assert SHELLS[shell](line, folder) == offered


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "offered", "before"), LAST, ids=[line for line, *_ in LAST])
def test_parts_of_words(line: str, offered: list[str], before: str, shell: str, folder: Path) -> None:
    """bash wants the last part alone, the others the whole word."""
    assert SHELLS[shell](line, folder) == ([before + each for each in offered] if shell != "bash" else offered)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("tmat att", ["attention"]),
        ("tmat attention --mask c", ["causal"]),
        ("tmat example se", ["seven-versions"]),
        ("tmat attention --tokens 'a b' -m X=w.npz:u", ["up"]),
        ("tmat show sheet.json --only W", ["W_Q"]),
    ],
)
def test_a_real_bash(line: str, offered: list[str], folder: Path) -> None:
    """The function that --show-completion prints, called with the words as readline takes the line apart."""
    script = f"""
eval "$(tmat --show-completion bash)"
line={line!r}
words=$(printf '%s' "$line" | grep -oE "'[^']*'|[=:]|[^ =:']+")
mapfile -t COMP_WORDS <<< "$words"
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_tmat_completion tmat
printf '%s\\n' "${{COMPREPLY[@]}}"
""".replace(f"line={line!r}", f'line="{line}"')
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={
            **os.environ, "PATH": search_path(),
            "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
        },
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (offered, "")


IN_ZSH = r"""
zmodload zsh/zpty
zpty -b shell 'zsh -f -i'
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; eval "$(tmat --show-completion zsh)"; echo re''ady'
zpty -r -m shell seen '*ready*'
zpty -n -w shell "$1"$'\t'
zpty -r -m shell seen "*$2*"
print -r -- "$seen"
"""
"""A terminal in which a line is typed and ended by the tab key, until what is to be offered is there."""


def in_shell(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": search_path(), "TERM": "dumb"}
    env["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env=env)


def test_a_real_fish(folder: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    lines = ["tmat att", "tmat attention --mask ", "tmat show sheet.json --only W"]
    asks = "; ".join(f'echo "> {line}"; complete -C "{line}" | string replace -r "\\t.*" ""' for line in lines)
    done = in_shell(["fish", "-N", "-c", f"tmat --show-completion fish | source; {asks}"], folder)
    offered = [part.split("\n")[1:-1] for part in done.stdout.split("> ")[1:]]
    assert (offered, done.stderr) == ([["attention"], ["causal", "none", "padding"], ["W_Q"]], "")


@pytest.mark.parametrize(
    ("line", "offered"), [("tmat attention --mask ", ["causal", "none", "padding"]), ("tmat att", ["attention"])]
)
def test_a_real_zsh(line: str, offered: list[str], folder: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("no zsh here")
    done = in_shell(["zsh", "-f", "-c", IN_ZSH, "zsh", line, offered[-1]], folder)
    assert (
        re.findall(r"\w+", done.stdout.rpartition(line)[2] if len(offered) > 1 else done.stdout)[-len(offered) :]
        == offered
    )
