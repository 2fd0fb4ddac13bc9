"""Every script of --script, run by the shell, gives the example's worksheets bit for bit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.cli.running import tmat
from tests.forked import search_path

from tmat.articles import EXAMPLES
from tmat.articles.scripting import quoted


@pytest.mark.parametrize("line", [*EXAMPLES, "thrones --corrected"])
def test_script_gives_the_worksheets(line: str, tmp_path: Path) -> None:
    environment = {
        "PATH": search_path(),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(tmp_path),
    }
    script = tmat(f"example {line} --script").output
    done = subprocess.run(["sh"], input=script.encode(), capture_output=True, env=environment, timeout=120, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout == tmat(f"example {line} -f json").output.encode()


def test_script_is_pipes() -> None:
    script = tmat("example thrones --script").output
    commands = [line.split()[1] for line in script.splitlines() if line.strip().startswith("tmat ")]
    assert commands == [
        "vocab",
        "embed",
        "posenc",
        "attention",
        "addnorm",
        "ffn",
        "addnorm",
        "embed",
        "posenc",
        "attention",
        "attention",
        "decode",
    ]
    assert "-m V=thrones.txt:V" in script


def test_a_corrected_script_takes_no_slip() -> None:
    script = tmat("example thrones --corrected --script").output
    assert "-m V=" not in script
    assert "-m std=" not in script
    assert "-m residual=addnorm.json:addnorm.normalized" in script


@pytest.mark.parametrize("text", ["plain", "two words", "won't", 'won\'t "do"', "$HOME", "", "a;b"])
def test_quoted_for_the_shell(text: str) -> None:
    done = subprocess.run(["sh", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert done.stdout.decode() == text
