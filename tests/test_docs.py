"""Every console block of README.md and docs/ is run, and what it prints is compared with what stands there.

``pytest --rewrite-docs`` writes what the program prints into the pages instead.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.running import tmat
from tests.forked import search_path

pty = pytest.importorskip("pty", reason="a terminal as Unix has it")

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if "```console\n" in path.read_text("utf-8")
)
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
OLDER_HELP = tuple(map(int, version("typer").split(".")[:2])) < (0, 28)


def words(text: str) -> list[str]:
    """What help says, without what typer before 0.28 lays out differently: an argument's own name, its type, blank lines."""
    text = re.sub(r"│ +\w+ +(?=\[[A-Z]+\])", "", text.replace("<str>", ""))
    return [word for word in text.split() if word.strip("│╭╮╰╯─")]


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block with what is said to be printed; one goes on after a \\ at its end, or to the END of <<'END'."""
    found: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        here = "<<'END'" in command
        while command.endswith("\\") or (here and not command.endswith("\nEND")):
            more, _, printed = printed.partition("\n")
            command += "\n" + more
        found.append((command, printed))
    return found


def run(command: str, folder: Path) -> str:
    """What the command prints when its standard output is a plain terminal of 80 columns."""
    master, slave = pty.openpty()
    env = {
        "PATH": search_path(Path(sys.executable).parent),
        "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80", "TERM": "dumb", "LANG": "C.UTF-8", "PYTHONUTF8": "1", "HOME": str(folder),
    }  # fmt: skip
    chunks: list[bytes] = []

    def drain() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            if not data:
                return
            chunks.append(data)

    reader = threading.Thread(target=drain)
    reader.start()
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE,
        timeout=120, check=False,
    )  # fmt: skip
    os.close(slave)
    reader.join(timeout=10)
    os.close(master)
    text = b"".join(chunks).decode("utf-8").replace("\r\n", "\n") + done.stderr.decode("utf-8")
    return "\n".join(line.rstrip() for line in text.splitlines()) + ("\n" if text.strip() else "")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_console_blocks(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = page.read_text("utf-8")
    if "fixtures/" in text:  # models of the repository
        (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    rewrite = request.config.getoption("--rewrite-docs")
    pieces: list[str] = []
    end = 0
    for block in BLOCK.finditer(text):
        made = ""
        for command, printed in commands(block[1]):
            actual = run(command, tmp_path)
            if not rewrite and page.name == "commands.md" and OLDER_HELP:
                assert words(actual) == words(printed), f"{page.name}: $ {command}"
            elif not rewrite:
                assert actual == printed, f"{page.name}: $ {command}"
            made += f"$ {command}\n{actual}"
        pieces += [text[end : block.start(1)], made]
        end = block.end(1)
    assert pieces
    if rewrite:
        page.write_text("".join(pieces) + text[end:], "utf-8")


def test_the_picture_is_what_the_readme_says(request: pytest.FixtureRequest) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (command,) = re.findall(r"The picture above is\s`tmat ([^`]*)`", readme)
    (path,) = re.findall(r"!\[[^]]*\]\((.*\.svg)\)", readme)
    made = tmat(command).output
    if request.config.getoption("--rewrite-docs"):
        (ROOT / path).write_text(made, "utf-8")
    assert (ROOT / path).read_text("utf-8") == made


def test_the_first_commands_print_tables_wherever_they_print() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (command,) = re.findall(r"\.venv/bin/tmat (.*)", readme)
    assert "scores = Q·Kᵀ" in tmat(command).output  # captured, no terminal


def test_links_lead_somewhere() -> None:
    """Every link between pages, and to a heading of one; every page is linked from docs/README.md or the README."""
    linked: set[Path] = set()
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            path, _, heading = target.partition("#")
            found = (page.parent / path).resolve() if path else page
            assert found.exists(), f"{page.name}: {target}"
            if heading:
                heads = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
                anchors = {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}
                assert heading in anchors, f"{page.name}: {target}"
            linked.add(found)
    pages = {path.resolve() for path in (ROOT / "docs").rglob("*.md")}
    assert pages <= linked


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_no_page_is_to_be_scrolled_for_ever(page: Path) -> None:
    """What is not folded away is a few screens; what is looked up by its headings is more."""
    text = page.read_text("utf-8")
    open_ = re.sub(r"^<details>.*?^</details>", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(open_.splitlines()) < (2500 if page.name in ("commands.md", "reference.md") else 400)
