"""A stage command from end to end: what comes in, the library's function, what goes out."""

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
    """Call a stage's function for each worksheet that comes in, or once on what was given, and write what comes out."""
    declared = function.declared
    common, options = _said(common, options)
    common, notes = _rounded_alike(common, declared.name)
    if common.symbols:
        from tmat.cli.symbols import show_symbols

        show_symbols(function, common, given_matrices(common, declared, options), options)
        return
    emitter = Emitter(common.environment, common)
    matrices = given_matrices(common, declared, options)
    keep = None if common.work or common.trace else _kept(split_names(common.only), matrices)
    shared: dict[str, Any] = {
        "seed": common.seed_value, "init": common.init, "dtype": common.dtype, "keep": keep,
        "drawing": common.seed is not None,
    }  # fmt: skip
    if notes:
        shared["notes"] = notes
    came = False
    for before, named in incoming(common):
        came = True
        if options.get("vocabulary") is not None and before.vocabulary is not None:
            raise InputError(
                "--words contradicts the pipe", "the worksheet that comes in has a vocabulary", mend="leave --words out"
            )
        own = {name or declared.main: matrix for name, matrix in named.items()} | matrices
        own = chosen_of_batches(own, common, declared, options)
        own = with_tokens(own, before, common.tokens, declared)
        before = _labelled(before, common)
        emitter.add(function(before, matrices=own, round=common.round, **shared, **options), before)
    if not came:
        matrices = chosen_of_batches(matrices, common, declared, options)
        sheet, before = _without_pipe(function, common, matrices, {**shared, **options}, _of_a_source(common))
        emitter.add(sheet, before)
    emitter.close()


def _kept(names: list[str], matrices: dict[str, Any]) -> list[str] | None:
    """What is asked for, and with it a given mask: a 0 that it made is shown as one."""
    return [*names, *(name for name in matrices if canonical(name).rstrip("0123456789") == "mask")] if names else None


def _said(common: Common, options: dict[str, Any]) -> tuple[Common, dict[str, Any]]:
    """Where a stage looks up a text, --tokens is that text; parted by blanks, it is its words as they stand."""
    if "text" not in options or common.tokens is None:
        return common, options
    if options["text"] is not None:
        raise InputError("--text and --tokens contradict each other", "for embed both are the text to look up")
    apart = len(common.tokens.split()) > 1
    said = {"tokens": row_words(common.tokens)} if apart else {"text": common.tokens}
    return common.having(tokens=None, typed=common.typed | said.keys()), {**options, **said}


def _rounded_alike(common: Common, stage: str) -> tuple[Common, tuple[str, ...]]:
    """Where --round names the thrones article, its roundings of the stage, and the note that says so."""
    if common.round != "thrones":
        return common, ()
    from tmat.articles.numbers import ORIGIN, ROUNDINGS

    if stage not in ROUNDINGS:
        raise InputError("--round thrones does not apply here", f"the article rounds in {', '.join(ROUNDINGS)}")
    return common.having(round=_rounding(ROUNDINGS[stage])), (f"roundings of {ORIGIN}",)


def _without_pipe(
    function: StageFunction[...], common: Common, matrices: dict[str, Any], options: dict[str, Any], spoken: Worksheet
) -> tuple[Worksheet, Worksheet]:
    """The stage where no pipe brings anything, and what it began with: what was given, drawn, or the article's own."""
    declared = function.declared
    defaults = None
    if not _begun(declared, common, matrices, options):
        own_words = options.get("vocabulary") is not None
        if common.seed is not None or own_words:
            matrices = _drawn_input(declared, common, options) | matrices
        else:
            from tmat.articles.numbers import defaults_of

            defaults = defaults_of(declared.name)
    if defaults is None:
        before = _labelled(spoken, common)
        own = with_tokens(matrices, before, common.tokens, declared)
        return function(before, matrices=own, round=common.round, **options), before
    taken = {fold(name.removesuffix(".T")) for name in matrices}
    own = {name: matrix for name, matrix in defaults.used(options).items() if fold(name) not in taken} | matrices
    before = _labelled(Worksheet([], defaults.vocabulary, defaults.tokens), common)
    own = with_tokens(own, before, common.tokens, declared)
    fits = not {*common.typed, *matrices} & {*defaults.unless}
    settings = options | {name: v for name, v in defaults.options.items() if fits and name not in common.typed}
    rounding = _rounding(defaults.round) if common.round is None else common.round
    notes = (*defaults.said(rounded=common.round is None), *settings.pop("notes", ()))
    try:
        return function(before, matrices=own, round=rounding, notes=notes, **settings), before
    except UnknownWords as error:
        whose = "the vocabulary is the thrones article's, as none was given"
        mend = "give one: --words '…', or --seed 0 to take the text's own words"
        raise InputError(error.what, *error.details, whose, mend=mend) from None


def _begun(declared: Declaration, common: Common, matrices: dict[str, Any], options: dict[str, Any]) -> bool:
    """Whether what is given begins a calculation, so that neither an input is drawn nor the article's taken."""
    if declared.begins_alone is not None and declared.begins_alone(options):
        return True
    begins = declared.begins
    if "text" in options and options["text"] is None and "tokens" not in options:  # a table alone looks nothing up
        begins = begins - {fold(declared.main)}
    if any(stem(name) in begins for name in matrices):
        return True
    sizes = declared.without_input
    return (
        bool(sizes) and not common.matrix and common.seed is None and all(options[name] is not None for name in sizes)
    )


def _drawn_input(declared: Declaration, common: Common, options: dict[str, Any]) -> dict[str, Any]:
    """The input of a stage, drawn from --seed, where the stage has one to draw."""
    if declared.main not in declared.inputs or not declared.inputs[declared.main].drawn:
        return {}
    from tmat.engine.staging import drawn_input

    words = row_words(common.tokens) if common.tokens else ()
    size = {"positions": options.get("positions"), "d_model": options.get("d_model")}
    return {declared.main: drawn_input(declared, options, common.seed_value, common.init, words, **size)}


def _rounding(text: str | None) -> Rounding:
    """The article's roundings, which may speak of steps that are not computed here."""
    from tmat.engine.rounding import Rounding

    return Rounding.parse(text, strict=False)


def incoming(common: Common) -> Iterator[tuple[Worksheet, dict[str, Matrix]]]:
    """The worksheets of the pipe, one after another, or the matrices that came in its place."""
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


def _of_a_source(common: Common) -> Worksheet:
    """The vocabulary and the tokens of a worksheet on standard input that a matrix is taken from; its stages do not count."""
    env = common.environment
    if not _stdin_is_a_source(common):
        return Worksheet()
    from tmat.reading.documents import read_documents

    try:
        first = next(read_documents(BytesIO(env.stdin.read())), None)
    except InputError:  # no document, but numbers of another kind
        return Worksheet()
    return Worksheet([], first.vocabulary, first.tokens) if isinstance(first, Worksheet) else Worksheet()


def _labelled(sheet: Worksheet, common: Common) -> Worksheet:
    """The worksheet with the words that --tokens says."""
    if not common.tokens:
        return sheet
    return Worksheet(sheet.stages, sheet.vocabulary, row_words(common.tokens))


def given_matrices(common: Common, declared: Declaration, options: Mapping[str, Any]) -> dict[str, Any]:
    """What -m and --weights name; a later one of the same name wins."""
    if not common.matrix and not common.weights:
        return {}
    from tmat.reading.sources import (
        of_standard_input,
        parse_assignment,
        read_matrix,
        split_selector,
    )
    from tmat.reading.weights import read_weights

    found: dict[str, Any] = {}
    for path in common.weights or ():
        found.update(read_weights(path, declared.name, layers=options.get("layers")))
    if any(of_standard_input(part.partition("=")[2]) for part in common.matrix or ()):
        common.environment.stdin = _Again(common.environment.stdin.read())
    stdin: BinaryIO = common.environment.stdin
    said: dict[str, str] = {}
    for part in common.matrix or ():
        if "=" not in part and os.path.lexists(split_selector(part)[0]):
            found.update(read_weights(part, declared.name, layers=options.get("layers")))
            continue
        name, transposed, source = parse_assignment(part)
        if said.setdefault(canonical(name), part) != part:
            raise InputError(
                f"{name} is given twice", f"-m {said[canonical(name)]}", f"-m {part}", mend="leave one of them out"
            )
        found[name] = read_matrix(name, source, stdin=stdin, transposed=transposed)
    return found


def chosen_of_batches(
    matrices: dict[str, Any], common: Common, declared: Declaration, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The matrices with the one of each batch that --batch says."""
    if not matrices:
        return matrices
    from tmat.engine.staging import unbatched

    if common.batch is not None and not any(isinstance(matrix, Batch) for matrix in matrices.values()):
        raise InputError(
            f"--batch {common.batch} has no use", "no matrix given has more than two dimensions", mend="leave it out"
        )
    return unbatched(matrices, declared, common.batch, options.get("heads"), options.get("kv_heads"))


class _Again(BytesIO):
    """Standard input for more than one reader: each reads all of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.seek(0)
        return super().read(size)


def row_words(text: str) -> tuple[str, ...]:
    """The words of --tokens: parted by blanks where there are any, so that 权力 is one label; else as the tokenizer does.

    >>> row_words("当 你 权力"), row_words("当你"), row_words("When you play."), row_words("I will work .")
    (('当', '你', '权力'), ('当', '你'), ('When', 'you', 'play'), ('I', 'will', 'work', '.'))
    """
    from tmat.text.tokenizing import tokens

    pieces = text.split()
    if len(pieces) < 2:
        return tuple(tokens(text))
    found = [(piece, tokens(piece)) for piece in pieces]
    return tuple(own[0] if len(own) == 1 else piece for piece, own in found)


def with_tokens(
    matrices: dict[str, object], before: Worksheet, text: str | None, declared: Declaration
) -> dict[str, object]:
    """The matrices with the words of --tokens for their rows; what comes down the pipe is called by them too."""
    if not text:
        return matrices
    words = row_words(text)
    given = dict(matrices)
    flowing = arriving(before)
    if flowing is not None and not any(stem(name) in declared.of_tokens for name in given):
        given[declared.main] = flowing
    fits: list[str] = []
    misfit: Matrix | None = None
    for name, value in given.items():
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if stem(name) not in declared.of_tokens:
            continue
        if matrix.height != len(words):
            misfit = misfit or matrix.renamed(name)
            continue
        fits.append(name)
        across = stem(name) in declared.across and matrix.width == len(words)
        given[name] = Matrix(matrix.name, matrix.values, words, words if across else matrix.cols, matrix.origin)
    if misfit is not None and not fits:
        raise InputError(
            f"--tokens does not fit {misfit.name}",
            f"{misfit.name} is {misfit.size}{aside(misfit.origin)}, --tokens has {len(words)} word{'' if len(words) == 1 else 's'}",
            mend="give a word a row",
        )
    return given
