"""What is asked of every answer, whatever was put in."""

from __future__ import annotations

import os
import re
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from io import BytesIO
from pathlib import Path
from random import Random

from tests.fuzz import archives, tensors, texts, trees
from tests.fuzz.lines import Line, line

from tmat.cli.environment import Environment
from tmat.cli.program import command_names, run
from tmat.errors import TmatError
from tmat.reading.tensors import Tensor

PATIENCE = 120
"""Seconds that one input may take."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
_SAYS_WHERE = re.compile(r"\n|'|--|\$|\d|standard input|\.\w+")
_BEHIND_A_NAME = "it could not be marked"


class TooSlow(Exception):
    """An input took longer than anybody waits."""


@contextmanager
def patience() -> Iterator[None]:
    """An end to what does not end by itself (where the system has alarms)."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: object) -> None:
        raise TooSlow(f"not done in {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# -- readers: what they read, or an error that says what and where


def read_inline(random: Random) -> None:
    from tmat.reading.sources import read_matrix

    read_matrix("X", texts.inline(random))


def read_text(random: Random) -> None:
    from tmat.reading.answers import read_answers_text

    read_answers_text(texts.answers(random).decode("utf-8", "replace"), "a.txt")


def read_pasted(random: Random) -> None:
    """What is read has a number or a blank for each cell, and what is lost is said."""
    from tmat.reading.pasted import read_pasted as read

    text = texts.pasted(random)
    pasted = read(text, "a.txt")
    for one in pasted.found:
        assert one.matrix.values.shape == (len(one.texts), len(one.texts[0])), "a matrix of another size than its texts"
    for problem in pasted.problems:
        assert problem.error.what, "a problem without a word"


def read_csv(random: Random) -> None:
    from tmat.reading.delimited import read_delimited

    read_delimited(texts.delimited(random, ",").decode("utf-8", "replace"), "x.csv")


def read_tsv(random: Random) -> None:
    from tmat.reading.delimited import read_delimited

    read_delimited(texts.delimited(random, "\t").decode("utf-8", "replace"), "x.tsv", "\t")


def read_json(random: Random) -> None:
    from tmat.reading.documents import read_documents

    list(read_documents(BytesIO(trees.named(random)), "a.json"))


def read_npy(random: Random) -> None:
    from tmat.reading.arrays import read_npy as read

    read(BytesIO(archives.npy(random)), "w.npy")


def read_npz(random: Random) -> None:
    from tmat.reading.sources import matrices_of_data

    matrices_of_data(archives.npz(random), ".npz", "w.npz")


def read_xlsx(random: Random) -> None:
    from tmat.reading.xlsx import as_worksheet
    from tmat.reading.xlsx import read_xlsx as read

    as_worksheet(read(archives.xlsx(random), "w.xlsx"))


def read_safetensors(random: Random) -> None:
    from tmat.reading.safetensors import read_safetensors as read

    _weights(read(BytesIO(tensors.safetensors(random)), "w.safetensors"))


def read_torch(random: Random) -> None:
    from tmat.reading.torch_file import read_torch as read

    _weights(read(BytesIO(tensors.torch(random)), "w.pt"))


def _weights(found: Mapping[str, Tensor]) -> None:
    """Each tensor that there is, and then what the stages take of them."""
    from tmat.reading.model_weights import weights_for
    from tmat.reading.tensors import chosen
    from tmat.stages import declared

    chosen(found, None, "w")
    for stage in ("attention", "encode"):
        weights_for(found, declared(stage), None, "w")


def read_worksheets(random: Random) -> None:
    """What is read as a worksheet is written as what was read."""
    from tmat.reading.worksheet_json import loads
    from tmat.rendering.formats.json import dumps

    sheet = loads(trees.worksheets(random))
    once = dumps(sheet)
    assert dumps(loads(once)) == once, "a worksheet does not come back from JSON as it went"


READERS: dict[str, Callable[[Random], None]] = {
    "inline": read_inline, "text": read_text, "csv": read_csv, "tsv": read_tsv, "json": read_json, "npy": read_npy, "npz": read_npz, "xlsx": read_xlsx,
    "worksheet": read_worksheets, "safetensors": read_safetensors, "torch": read_torch, "pasted": read_pasted,
}  # fmt: skip


def complaint_of_reader(kind: str, seed: str) -> tuple[int, str]:
    """0 where it was read, 2 or 3 where it was refused; and what is wrong with how, if anything."""
    try:
        READERS[kind](Random(seed))
    except TmatError as error:
        return error.exit_code, _of_message(f"tmat: {error}\n", error.exit_code)
    return 0, ""


# -- the command line


def complaint_of_line(asked: Line, folder: Path) -> tuple[int, str]:
    """The exit code, and what is wrong with the answer, if anything."""
    for path, data in asked.files.items():
        (folder / path).write_bytes(data)
    environment = Environment.piped(stdin=asked.stdin, **asked.environment)
    with chdir(folder):
        code = run(asked.arguments, environment)
    assert isinstance(environment.stdout, BytesIO) and isinstance(environment.stderr, BytesIO)
    encoding = asked.environment.get("encoding", "utf-8")
    said = environment.stderr.getvalue().decode(encoding)
    complaint = _of_answer(asked, code, environment.stdout.getvalue(), said, folder)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return code, complaint


def _of_answer(asked: Line, code: int, output: bytes, said: str, folder: Path) -> str:
    left = [path.name for path in folder.rglob(".tmat-*")]
    if left:
        return f"left behind: {left}"
    if code not in (0, 1, 2, 3):
        return f"exit code {code}"
    if code == 1 and asked.command not in ("check", "example"):
        return "exit code 1"
    if b"\x1b]0;" in output or b"\x1b[2J" in output:
        return "a word's escape sequence reached standard output"
    if asked.command == "help":
        return ""  # whose page tells the exit code of what could not be marked
    if _BEHIND_A_NAME in said or _BEHIND_A_NAME.encode() in output:
        return f"an exception was caught and passed on: {said or output.decode('utf-8', 'replace')}"
    if code in (0, 1):
        return f"said on standard error, with exit code {code}: {said}" if said else ""
    if output and not _came_before(asked):
        return f"standard output on failure, exit code {code}: {output[:200]!r} {said}"
    return _of_message(said, code)


def _came_before(asked: Line) -> bool:
    """Where several documents come in, those before the bad one are passed on; and reports show what could not be marked."""
    several = asked.command == "show" and sum(not each.startswith("-") for each in asked.arguments) > 2
    documents = asked.stdin is not None and asked.stdin.count(b"}") + asked.stdin.count(b"]") > 1
    return asked.command == "check" or several or documents


def _of_message(said: str, code: int) -> str:
    if "unforeseen" in said or "Traceback" in said:
        return said
    if "--debug" in said and len(said) > 2000:
        return f"too long: {said}"
    if not said.startswith("tmat") or not said.endswith("\n"):
        return f"no message of ours: {said!r}"
    control = _CONTROL.search(said)
    if control:
        return f"{control.group()!r} is shown as it is: {said!r}"
    first, *rest = said.rstrip("\n").split("\n")
    if not first.partition(": ")[2].strip():
        return f"says nothing: {said!r}"
    if any(not each.startswith("  ") for each in rest):
        return f"not one block: {said!r}"
    if code == 2 and not _SAYS_WHERE.search(said.rstrip("\n").partition(": ")[2]):
        return f"does not say where: {said!r}"
    return ""


KINDS = (*READERS, *["line"] * 8)
"""Each reader as often as the others, the command line nearly as often as all of them."""


def judged(number: int, folder: Path) -> tuple[str, int, str]:
    """The kind of an input, by its number, its exit code, and the complaint: empty where all is well."""
    kind = KINDS[number % len(KINDS)]
    seed = f"{kind}:{number}"
    asked: Line | None = None
    with warnings.catch_warnings(), patience():
        warnings.simplefilter("error")
        try:
            if kind != "line":
                return kind, *complaint_of_reader(kind, seed)
            asked = line(Random(seed))
            return asked.command if asked.command in command_names() else kind, *complaint_of_line(asked, folder)
        except Exception as error:
            import traceback

            where = traceback.extract_tb(error.__traceback__)[-1]
            return kind, -1, f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
