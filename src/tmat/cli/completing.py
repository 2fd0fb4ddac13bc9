"""What a shell completes after an option or an argument: legal values, names of matrices, those in a file that is named.

Each function answers whole words; typer leaves out those that do not begin as what is typed does.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Sequence

import typer

from tmat.cli.environment import Environment


def listed(values: Sequence[str], incomplete: str) -> list[str]:
    """Values separated by commas: the last is completed, by one that is not there yet."""
    before, comma, _ = incomplete.rpartition(",")
    there = before.split(",")
    return [f"{before}{comma}{value}" for value in values if value not in there]


def formats(incomplete: str) -> list[str]:
    from tmat.rendering import known_formats

    return [name for name in known_formats() if name.startswith(incomplete)]


def examples(incomplete: str) -> list[str]:
    from tmat.articles import EXAMPLES

    return [name for name in EXAMPLES if name.startswith(incomplete)]


def keys(incomplete: str) -> list[str]:
    """example:NAME; a file is left to the shell."""
    return [f"example:{name}" for name in examples("")] if incomplete.startswith("ex") else []


def matrices(ctx: typer.Context, incomplete: str) -> list[str]:
    """Matrices to choose: of the files that the command has, else of the stage's own declaration."""
    typed = [*(ctx.params.get("files") or ()), *ctx.args]  # an option without its value leaves the rest unparsed
    files = [path for path in typed if not path.startswith("-") and os.path.isfile(path)]
    names = [name for path in files for name in _names_in(path)] or _declared(ctx, steps=True)
    return listed(list(dict.fromkeys(names)), incomplete)


def assignments(ctx: typer.Context, incomplete: str) -> list[str]:
    """Of NAME=SOURCE the name, and of FILE:NAME the matrix in the file."""
    name, equals, source = incomplete.partition("=")
    if not equals:
        return [f"{each}=" for each in _declared(ctx)] + sources(incomplete)
    return [f"{name}={each}" for each in sources(source)]


def sources(incomplete: str) -> list[str]:
    """file:name, once a file is named."""
    path, colon, _ = incomplete.rpartition(":")
    return [f"{path}:{name}" for name in _names_in(path)] if colon and os.path.isfile(path) else []


def _declared(ctx: typer.Context, *, steps: bool = False) -> list[str]:
    """The names of a stage's matrices: its inputs, then its steps."""
    from tmat.stages import declared, stage_names

    if ctx.info_name not in stage_names():
        return []
    stage = declared(ctx.info_name)
    return [*stage.steps, *stage.inputs] if steps else [*stage.inputs, *stage.steps]


def _names_in(path: str) -> list[str]:
    """The matrices of a file, those of a worksheet by their own names; none where it cannot be read."""
    from tmat.errors import TmatError
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices
    from tmat.sheet.worksheet import Worksheet

    try:
        if not path.lower().endswith((".json", ".jsonl")):
            return [name for name in read_matrices(path) if name]
        with open_file(path) as stream:
            found = list(read_documents(stream, path))
        stages = [stage.names() for sheet in found if isinstance(sheet, Worksheet) for stage in sheet]
        return [name for names in stages for name in names]
    except (TmatError, OSError, ValueError):
        return []


def in_bash(run: Callable[[Environment], int], environment: Environment) -> int:
    """Complete for bash, which takes a word apart at = and : and wants its last part alone.

    The parts are one word again for the program, and what stands before the last is taken off the answers.
    """
    before = _glued()
    page = environment.written_to(io.BytesIO())
    code = run(page)
    environment.write("".join(f"{line.removeprefix(before)}\n" for line in page.output.splitlines()))
    return code


def _glued() -> str:
    """Put bash's parts of words together; answers what of the word at the cursor stands before its last part."""
    words, at = os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_CWORD", "0")
    parts = re.findall(r"(?:'[^']*'?|\"[^\"]*\"?|\\.|\S)+", words)
    cursor = int(at) if at.isdecimal() else 0
    parts = [*parts[: cursor + 1], *[""] * (cursor + 1 - len(parts))]
    made: list[str] = []
    joins = False
    for part in parts:
        if made and (joins or part in ("=", ":")):
            made[-1] += part
        else:
            made.append(part)
        joins = part in ("=", ":")
    os.environ["COMP_WORDS"], os.environ["COMP_CWORD"] = " ".join(made), str(len(made) - 1)
    last = made[-1]
    return last[: max(last.rfind("="), last.rfind(":")) + 1]
