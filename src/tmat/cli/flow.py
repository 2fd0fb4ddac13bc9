"""Running a stage's command: its input, the library's function, its output."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from tmat.cli.emit import Emitter
from tmat.cli.options import Common, split_names
from tmat.errors import InputError, UnknownWords, fold
from tmat.sheet.names import aside, canonical, stem
from tmat.sheet.worksheet import Batch, Matrix, Worksheet, arriving

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration, StageFunction
    from tmat.engine.rounding import Rounding
    from tmat.sheet.worksheet import Matrix, Worksheet


def run_stage(function: StageFunction[...], common: Common, options: dict[str, Any]) -> None:
    """Call a stage's function for each worksheet of the pipe, or once without a pipe, and write the results."""
    declared = function.declared
    common, options = _text_of_tokens(common, options)
    common, notes = _article_rounding(common, declared.name)
    if common.symbols:
        from tmat.cli.symbols import show_symbols

        show_symbols(function, common, given_matrices(common, declared, options), options)
        return
    emitter = Emitter(common.environment, common)
    matrices = given_matrices(common, declared, options)
    keep = None if common.work or common.trace else _names_to_keep(split_names(common.only), matrices)
    shared: dict[str, Any] = {
        "seed": common.seed_value, "init": common.init, "dtype": common.dtype, "keep": keep,
        "drawing": common.seed is not None,
    }  # fmt: skip
    if notes:
        shared["notes"] = notes
    any_input = False
    for before, named in incoming(common):
        any_input = True
        if options.get("vocabulary") is not None and before.vocabulary is not None:
            raise InputError(
                "--words contradicts the pipe", "the worksheet that comes in has a vocabulary", mend="leave --words out"
            )
        given = {name or declared.main: matrix for name, matrix in named.items()} | matrices
        given = chosen_of_batches(given, common, declared, options)
        given = with_tokens(given, before, common.tokens, declared)
        before = _with_words(before, common)
        emitter.add(function(before, matrices=given, round=common.round, **shared, **options), before)
    if not any_input:
        matrices = chosen_of_batches(matrices, common, declared, options)
        sheet, before = _without_pipe(function, common, matrices, {**shared, **options}, _words_of_source(common))
        emitter.add(sheet, before)
    emitter.close()


def _names_to_keep(names: list[str], matrices: dict[str, Any]) -> list[str] | None:
    """The names to keep, and given masks, so that a 0 made by a mask is shown as such; None: all."""
    return [*names, *(name for name in matrices if canonical(name).rstrip("0123456789") == "mask")] if names else None


def _text_of_tokens(common: Common, options: dict[str, Any]) -> tuple[Common, dict[str, Any]]:
    """For a stage that looks up a text, read --tokens as that text, or as its words if it has blanks."""
    if "text" not in options or common.tokens is None:
        return common, options
    if options["text"] is not None:
        raise InputError("--text and --tokens contradict each other", "for embed both are the text to look up")
    several = len(common.tokens.split()) > 1
    text_option = {"tokens": row_words(common.tokens)} if several else {"text": common.tokens}
    return common.having(tokens=None, typed=common.typed | text_option.keys()), {**options, **text_option}


def _article_rounding(common: Common, stage: str) -> tuple[Common, tuple[str, ...]]:
    """With --round thrones, the article's roundings for the stage, and a note about them."""
    if common.round != "thrones":
        return common, ()
    from tmat.articles.numbers import ORIGIN, ROUNDINGS

    if stage not in ROUNDINGS:
        raise InputError("--round thrones does not apply here", f"the article rounds in {', '.join(ROUNDINGS)}")
    return common.having(round=_rounding(ROUNDINGS[stage])), (f"roundings of {ORIGIN}",)


def _without_pipe(
    function: StageFunction[...], common: Common, matrices: dict[str, Any], options: dict[str, Any], source: Worksheet
) -> tuple[Worksheet, Worksheet]:
    """The result of a stage without a pipe, and the worksheet it began with; the input is given, drawn or the article's."""
    declared = function.declared
    defaults = None
    if not _has_input(declared, common, matrices, options):
        has_words = options.get("vocabulary") is not None
        if common.seed is not None or has_words:
            matrices = _drawn_input(declared, common, options) | matrices
        else:
            from tmat.articles.numbers import defaults_of

            defaults = defaults_of(declared.name)
    if defaults is None:
        before = _with_words(source, common)
        given = with_tokens(matrices, before, common.tokens, declared)
        return function(before, matrices=given, round=common.round, **options), before
    given_names = {fold(name.removesuffix(".T")) for name in matrices}
    given = {
        name: matrix for name, matrix in defaults.used(options).items() if fold(name) not in given_names
    } | matrices
    before = _with_words(Worksheet([], defaults.vocabulary, defaults.tokens), common)
    given = with_tokens(given, before, common.tokens, declared)
    apply = not {*common.typed, *matrices} & {*defaults.unless}
    settings = options | {name: v for name, v in defaults.options.items() if apply and name not in common.typed}
    rounding = _rounding(defaults.round) if common.round is None else common.round
    notes = (*defaults.notes(rounded=common.round is None), *settings.pop("notes", ()))
    try:
        return function(before, matrices=given, round=rounding, notes=notes, **settings), before
    except UnknownWords as error:
        reason = "the vocabulary is the thrones article's, as none was given"
        mend = "give one: --words '…', or --seed 0 to take the text's own words"
        raise InputError(error.what, *error.details, reason, mend=mend) from None


def _has_input(declared: Declaration, common: Common, matrices: dict[str, Any], options: dict[str, Any]) -> bool:
    """Whether the given matrices are enough to begin, so that no input is drawn or taken from the article."""
    if declared.begins_alone is not None and declared.begins_alone(options):
        return True
    begins = declared.begins
    # a table without a text looks nothing up
    if "text" in options and options["text"] is None and "tokens" not in options:
        begins = begins - {fold(declared.main)}
    if any(stem(name) in begins for name in matrices):
        return True
    sizes = declared.without_input
    return (
        bool(sizes) and not common.matrix and common.seed is None and all(options[name] is not None for name in sizes)
    )


def _drawn_input(declared: Declaration, common: Common, options: dict[str, Any]) -> dict[str, Any]:
    """The input of a stage drawn from --seed; empty if the stage has no input that is drawn."""
    if declared.main not in declared.inputs or not declared.inputs[declared.main].drawn:
        return {}
    from tmat.engine.staging import drawn_input

    words = row_words(common.tokens) if common.tokens else ()
    size = {"positions": options.get("positions"), "d_model": options.get("d_model")}
    return {declared.main: drawn_input(declared, options, common.seed_value, common.init, words, **size)}


def _rounding(text: str | None) -> Rounding:
    """The article's roundings, which may name steps that are not computed here."""
    from tmat.engine.rounding import Rounding

    return Rounding.parse(text, strict=False)


def incoming(common: Common) -> Iterator[tuple[Worksheet, dict[str, Matrix]]]:
    """The worksheets of the pipe, one after another, or bare matrices with an empty worksheet."""
    env = common.environment
    if env.stdin_kind not in ("pipe", "file") or _stdin_is_a_source(common):
        return
    from tmat.reading.documents import read_documents

    empty = True
    for document in read_documents(env.stdin):
        empty = False
        if isinstance(document, Worksheet):
            yield document, {}
        else:
            yield Worksheet(), document
    if empty:
        raise InputError(
            "the pipe ended without a worksheet",
            "nothing came on standard input: did the command before it fail?",
            mend="to run without a pipe, leave standard input alone or say < /dev/null",
        )


def _stdin_is_a_source(common: Common) -> bool:
    if not common.matrix:
        return False
    from tmat.reading.sources import of_standard_input

    return any(of_standard_input(part.partition("=")[2]) for part in common.matrix)


def _words_of_source(common: Common) -> Worksheet:
    """The vocabulary and tokens of the worksheet on standard input that a matrix is taken from, without its stages."""
    env = common.environment
    if not _stdin_is_a_source(common):
        return Worksheet()
    from tmat.reading.documents import read_documents

    try:
        first = next(read_documents(BytesIO(env.stdin.read())), None)
    except InputError:  # not JSON, but numbers in another form
        return Worksheet()
    return Worksheet([], first.vocabulary, first.tokens) if isinstance(first, Worksheet) else Worksheet()


def _with_words(sheet: Worksheet, common: Common) -> Worksheet:
    """The worksheet with the words of --tokens."""
    if not common.tokens:
        return sheet
    return Worksheet(sheet.stages, sheet.vocabulary, row_words(common.tokens))


def given_matrices(common: Common, declared: Declaration, options: Mapping[str, Any]) -> dict[str, Any]:
    """The matrices of -m and --weights by name; the last of a name wins."""
    if not common.matrix and not common.weights:
        return {}
    from tmat.reading.sources import (
        of_standard_input,
        parse_assignment,
        read_matrix,
        split_selector,
    )
    from tmat.reading.weights import read_weights

    matrices: dict[str, Any] = {}
    for path in common.weights or ():
        matrices.update(read_weights(path, declared.name, layers=options.get("layers")))
    if any(of_standard_input(part.partition("=")[2]) for part in common.matrix or ()):
        common.environment.stdin = _Reread(common.environment.stdin.read())
    stdin: BinaryIO = common.environment.stdin
    parts: dict[str, str] = {}
    for part in common.matrix or ():
        if "=" not in part and os.path.lexists(split_selector(part)[0]):
            matrices.update(read_weights(part, declared.name, layers=options.get("layers")))
            continue
        name, transposed, source = parse_assignment(part)
        if parts.setdefault(canonical(name), part) != part:
            raise InputError(
                f"{name} is given twice", f"-m {parts[canonical(name)]}", f"-m {part}", mend="leave one of them out"
            )
        matrices[name] = read_matrix(name, source, stdin=stdin, transposed=transposed)
    return matrices


def chosen_of_batches(
    matrices: dict[str, Any], common: Common, declared: Declaration, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The matrices, of each batch the one that --batch names."""
    if not matrices:
        return matrices
    from tmat.engine.staging import unbatched

    if common.batch is not None and not any(isinstance(matrix, Batch) for matrix in matrices.values()):
        raise InputError(
            f"--batch {common.batch} has no use", "no matrix given has more than two dimensions", mend="leave it out"
        )
    return unbatched(matrices, declared, common.batch, options.get("heads"), options.get("kv_heads"))


class _Reread(BytesIO):
    """Standard input for several readers, each of which reads all of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.seek(0)
        return super().read(size)


def row_words(text: str) -> tuple[str, ...]:
    """The words of --tokens: separated by blanks if it has any, so that 权力 is one label; else split by the tokenizer.

    >>> row_words("当 你 权力"), row_words("当你"), row_words("When you play."), row_words("I will work .")
    (('当', '你', '权力'), ('当', '你'), ('When', 'you', 'play'), ('I', 'will', 'work', '.'))
    """
    from tmat.text.tokenizing import tokens

    pieces = text.split()
    if len(pieces) < 2:
        return tuple(tokens(text))
    pairs = [(piece, tokens(piece)) for piece in pieces]
    return tuple(words[0] if len(words) == 1 else piece for piece, words in pairs)


def with_tokens(
    matrices: dict[str, object], before: Worksheet, text: str | None, declared: Declaration
) -> dict[str, object]:
    """The matrices with the words of --tokens as row labels, the pipe's output included."""
    if not text:
        return matrices
    words = row_words(text)
    given = dict(matrices)
    output = arriving(before)
    if output is not None and not any(stem(name) in declared.of_tokens for name in given):
        given[declared.main] = output
    fitting: list[str] = []
    misfit: Matrix | None = None
    for name, value in given.items():
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if stem(name) not in declared.of_tokens:
            continue
        if matrix.height != len(words):
            misfit = misfit or matrix.renamed(name)
            continue
        fitting.append(name)
        across = stem(name) in declared.across and matrix.width == len(words)
        given[name] = Matrix(matrix.name, matrix.values, words, words if across else matrix.cols, matrix.origin)
    if misfit is not None and not fitting:
        raise InputError(
            f"--tokens does not fit {misfit.name}",
            f"{misfit.name} is {misfit.size}{aside(misfit.origin)}, --tokens has {len(words)} word{'' if len(words) == 1 else 's'}",
            mend="give a word a row",
        )
    return given
