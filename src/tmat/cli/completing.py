"""Completion of options and arguments in a shell: legal values, names of matrices, matrices in a file.

Each function returns whole words; typer drops those that do not begin with the typed text.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Sequence

import typer

from tmat.cli.environment import Environment


def listed(values: Sequence[str], incomplete: str) -> list[str]:
    """Completes the last of several values separated by commas, by values that are not present yet."""
    before, comma, _ = incomplete.rpartition(",")
    present = before.split(",")
    return [f"{before}{comma}{value}" for value in values if value not in present]


def examples() -> list[str]:
    from tmat.articles import EXAMPLES

    return list(EXAMPLES)


def keys(incomplete: str) -> list[str]:
    """Completes example:NAME; the shell completes files."""
    return [f"example:{name}" for name in examples()] if incomplete.startswith("ex") else []


def matrices(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes names of matrices: of the command's files, else of the stage's declaration."""
    typed = [*(ctx.params.get("files") or ()), *ctx.args]  # what follows an option without its value is not parsed
    files = [path for path in typed if not path.startswith("-") and os.path.isfile(path)]
    names = [name for path in files for name in _names_in(path)] or _declared(ctx, steps=True)
    return listed(list(dict.fromkeys(names)), incomplete)


def assignments(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes the name of NAME=SOURCE, and the matrix of FILE:NAME."""
    name, equals, source = incomplete.partition("=")
    if not equals:
        return [f"{each}=" for each in _declared(ctx)] + sources(incomplete)
    return [f"{name}={each}" for each in sources(source)]


def sources(incomplete: str) -> list[str]:
    """Completes FILE:NAME once the file exists."""
    path, colon, _ = incomplete.rpartition(":")
    return [f"{path}:{name}" for name in _names_in(path)] if colon and os.path.isfile(path) else []


def _declared(ctx: typer.Context, *, steps: bool = False) -> list[str]:
    """The names of a stage's inputs and steps, ``steps`` first or last."""
    from tmat.stages import declared, stage_names

    if ctx.info_name not in stage_names():
        return []
    stage = declared(ctx.info_name)
    return [*stage.steps, *stage.inputs] if steps else [*stage.inputs, *stage.steps]


def _names_in(path: str) -> list[str]:
    """The names of the matrices in a file; none if it cannot be read."""
    from tmat.errors import TmatError
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices
    from tmat.sheet.worksheet import Worksheet

    try:
        if not path.lower().endswith((".json", ".jsonl")):
            return [name for name in read_matrices(path) if name]
        with open_file(path) as stream:
            documents = list(read_documents(stream, path))
        stages = [stage.names() for sheet in documents if isinstance(sheet, Worksheet) for stage in sheet]
        return [name for names in stages for name in names]
    except (TmatError, OSError, ValueError):
        return []


def in_bash(run: Callable[[Environment], int], environment: Environment) -> int:
    """Complete for bash, which splits words at = and : and expects only the last part.

    The parts are joined for the program, and what precedes the last part is removed from its answers.
    """
    before = _glued()
    page = environment.written_to(io.BytesIO())
    code = run(page)
    environment.write("".join(f"{line.removeprefix(before)}\n" for line in page.output.splitlines()))
    return code


def _glued() -> str:
    """Join the parts of words in the environment; returns what precedes the last part of the word at the cursor."""
    words, position = os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_CWORD", "0")
    parts = re.findall(r"(?:'[^']*'?|\"[^\"]*\"?|\\.|\S)+", words)
    cursor = int(position) if position.isdecimal() else 0
    parts = [*parts[: cursor + 1], *[""] * (cursor + 1 - len(parts))]
    glued: list[str] = []
    joins = False
    for part in parts:
        if glued and (joins or part in ("=", ":")):
            glued[-1] += part
        else:
            glued.append(part)
        joins = part in ("=", ":")
    os.environ["COMP_WORDS"], os.environ["COMP_CWORD"] = " ".join(glued), str(len(glued) - 1)
    last = glued[-1]
    return last[: max(last.rfind("="), last.rfind(":")) + 1]
