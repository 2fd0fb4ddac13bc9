"""tmat vocab."""

import os
from collections.abc import Iterator
from typing import Annotated, BinaryIO

import typer

from tmat.cli.options import CONVENTIONS, INPUT, Common, with_common

EXAMPLES = """Examples:

  tmat vocab --text 'I drink and I know things.'

  tmat vocab corpus.txt --order sorted --special '<pad>,<unk>' -o vocabulary.json"""

LEFT_OUT = (
    "plot",
    "fragment",
    "matrix",
    "weights",
    "tokens",
    "seed",
    "init",
    "round",
    "dtype",
    "work",
    "work_steps",
    "trace",
    "depth",
    "heat",
    "only",
)


@with_common(*LEFT_OUT)
def command(
    common: Common,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]…", help="The corpus; standard input where no file and no text is given."),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", rich_help_panel=INPUT, help="The corpus itself.")
    ] = None,
    case: Annotated[
        str,
        typer.Option(
            "--case",
            metavar="fold|keep",
            rich_help_panel=CONVENTIONS,
            help="fold: When and when are one word; keep: two.",
        ),
    ] = "fold",
    order: Annotated[
        str,
        typer.Option(
            "--order",
            metavar="ORDER",
            rich_help_panel=CONVENTIONS,
            help="Of the ids: first-seen, sorted, or the words themselves as a text or a file.",
        ),
    ] = "first-seen",
    first_id: Annotated[
        int, typer.Option("--first-id", metavar="0|1", rich_help_panel=CONVENTIONS, help="The first id.")
    ] = 1,
    special: Annotated[
        list[str] | None,
        typer.Option(
            "--special",
            metavar="TOKENS",
            rich_help_panel=CONVENTIONS,
            help="Special tokens: '<pad>,<start>,<end>,<unk>'; they come first.",
        ),
    ] = None,
    tokenizer: Annotated[
        str, typer.Option("--tokenizer", metavar="words|chars", rich_help_panel=CONVENTIONS, help="What a token is.")
    ] = "words",
) -> None:
    """vocabulary = set(N), size = count(set(N)), where N is the list of the corpus's words; each word gets a number.

    Words keep their apostrophes (won't) and come in any script; Chinese characters count one by one.
    """
    from tmat.cli.emit import Emitter
    from tmat.cli.flow import environment
    from tmat.cli.options import split_names
    from tmat.sheet.worksheet import Worksheet
    from tmat.stages.vocab import vocab

    env = environment()
    chosen: str | list[str] = order
    if order not in ("first-seen", "sorted"):
        chosen = _order(order)
    emitter = Emitter(env, common)
    sheet = vocab(
        _corpus(files or [], text or []),
        case=_one_of("--case", case, ("fold", "keep")), order=chosen, first_id=first_id,
        special=split_names(special), tokenizer=_one_of("--tokenizer", tokenizer, ("words", "chars")),
    )  # fmt: skip
    emitter.add(sheet, Worksheet())
    emitter.close()


def _order(order: str) -> list[str]:
    from tmat.stages.vocab import words_in_order

    if os.path.isfile(order):
        from tmat.reading.files import as_text, open_file, read_bytes

        with open_file(order) as stream:
            return words_in_order(as_text(read_bytes(stream, order), order))
    if len(order.split()) == 1 and "," not in order:
        from tmat.errors import InputError, nearest

        near = nearest(order, ("first-seen", "sorted"))
        raise InputError(
            f"--order {order} is not known",
            "expected first-seen, sorted, the words themselves, or a file of them",
            mend=f"did you mean {near[0]}?" if near else None,
        )
    return words_in_order(order)


def _one_of(option: str, value: str, legal: tuple[str, ...]) -> str:
    if value not in legal:
        from tmat.errors import InputError, nearest

        near = nearest(value, legal)
        raise InputError(
            f"{option} {value} is not known",
            f"expected one of {', '.join(legal)}",
            mend=f"did you mean {near[0]}?" if near else None,
        )
    return value


def _corpus(files: list[str], texts: list[str]) -> Iterator[str]:
    """The corpus in chunks: texts, files, else standard input, else the thrones article's three sentences."""
    from tmat.cli.flow import environment
    from tmat.errors import InputError
    from tmat.reading.files import open_file

    env = environment()
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
    elif env.stdin_kind == "terminal" or env.stdin_kind == "none":
        from tmat.articles.numbers import data

        yield data("thrones_corpus.txt")
    else:
        raise InputError("vocab has no corpus", mend="give a file, --text, or standard input")


def _chunks(stream: BinaryIO, origin: str) -> Iterator[str]:
    from tmat.errors import InputError
    from tmat.text.counting import read_chunks

    try:
        yield from read_chunks(stream, origin)
    except OSError as error:
        raise InputError(f"cannot read {origin}", f"{error.strerror or error}".lower()) from None
