"""tmat vocab."""

import inspect
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, BinaryIO

import typer

from tmat.cli.environment import Environment
from tmat.cli.made import options_of, parameters
from tmat.cli.options import Common, flag, with_common
from tmat.engine.declaration import INPUT
from tmat.stages.parts.options import words_in_order
from tmat.stages.vocab import ORDERS, vocab

LEFT_OUT = "plot fragment matrix weights batch tokens seed init round dtype work work_steps trace depth heat only"


def _command(
    common: Common,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]…", help="The corpus; standard input if no file and no text is given.")] = None,
    text: Annotated[list[str] | None, flag("--text", INPUT, "The corpus itself.", "TEXT")] = None,
    **values: Any,
) -> None:  # fmt: skip
    from tmat.cli.emit import Emitter
    from tmat.sheet.worksheet import Worksheet

    env = common.environment
    emitter = Emitter(env, common, read=[*(files or ()), values["order"]])
    options, _ = options_of(vocab.declared, values)
    if options["order"] not in ORDERS:
        options["order"] = _order(options["order"])
    of_article = not (files or text) and env.stdin_kind in ("terminal", "none")
    if of_article and not common.typed & {"order", "case", "tokenizer"}:
        from tmat.articles.numbers import data

        options["order"] = data("thrones_order.txt").split()  # the ids that embed uses too
    sheet = vocab(_corpus(files or [], text or [], env), **options)
    if of_article:
        (stage,) = sheet.stages
        sheet = replace(sheet, stages=[replace(stage, notes=("corpus of the thrones article", *stage.notes))])
    emitter.add(sheet, Worksheet())
    emitter.close()


_own = [each for each in inspect.signature(_command).parameters.values() if each.kind is not each.VAR_KEYWORD]
_command.__signature__ = inspect.Signature([*_own, *parameters(vocab.declared)])  # type: ignore[attr-defined]
command = with_common(*LEFT_OUT.split(), opens=vocab.declared.opens)(_command)


def _order(order: str) -> list[str]:
    if os.path.isfile(order):
        from tmat.reading.files import as_text, open_file, read_bytes

        with open_file(order) as stream:
            return words_in_order(as_text(read_bytes(stream, order), order))
    if len(order.split()) == 1 and "," not in order:
        from tmat.errors import InputError, meant

        raise InputError(
            f"--order {order} is not known",
            "expected first-seen, sorted, the words themselves, or a file of them",
            mend=meant(order, ORDERS),
        )
    return words_in_order(order)


def _corpus(files: list[str], texts: list[str], env: Environment) -> Iterator[str]:
    """The corpus in chunks: texts, files, else standard input, else the thrones article's three sentences."""
    from tmat.reading.files import open_file

    for n, text in enumerate(texts):
        yield ("\n" if n else "") + text
    for n, path in enumerate(files, start=len(texts)):
        if n:
            yield "\n"
        if path == "-":
            yield from _chunks(env.stdin, "standard input")
        else:
            with open_file(path) as stream:
                yield from _chunks(stream, path)
    if files or texts:
        return
    if env.stdin_kind in ("pipe", "file"):
        yield from _chunks(env.stdin, "standard input")
    else:
        from tmat.articles.numbers import data

        yield data("thrones_corpus.txt")


def _chunks(stream: BinaryIO, origin: str) -> Iterator[str]:
    from tmat.errors import InputError
    from tmat.text.counting import read_chunks

    try:
        yield from read_chunks(stream, origin)
    except OSError as error:
        raise InputError(f"cannot read {origin}", f"{error.strerror or error}".lower()) from None
