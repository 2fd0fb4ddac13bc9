"""A stage command from end to end: what comes in, the library's function, what goes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from tmat.cli.environment import Environment
from tmat.cli.given import refuse_sizes, stem, with_tokens
from tmat.cli.options import Common, split_names
from tmat.errors import InputError, fold

if TYPE_CHECKING:
    from tmat.articles.defaults import Defaults
    from tmat.sheet.worksheet import Matrix, Worksheet

_current: ContextVar[Environment] = ContextVar("environment")


@contextmanager
def running_in(environment: Environment) -> Iterator[None]:
    """Commands run inside find this environment."""
    token = _current.set(environment)
    try:
        yield
    finally:
        _current.reset(token)


def environment() -> Environment:
    return _current.get()


STARTS = {
    "x", "e", "q", "k", "v", "scores", "scaled", "masked", "weights", "renormalized", "dropped", "z", "concat", "pe",
    "output", "sum", "mean", "flat", "last", "std", "rms", "normalized", "hidden", "activated", "memory", "logits", "probabilities",
}  # fmt: skip
"""Names that begin a calculation: where one is given, the article's own matrices stay out of it."""


def run_stage(
    function: Callable[..., Worksheet],
    common: Common,
    options: Mapping[str, Any],
    *,
    main: str = "X",
    draw_main: Callable[[], object] | None = None,
    starts: Sequence[str] = (),
    sizes: Mapping[str, int | None] | None = None,
) -> None:
    """Call a stage's function for each worksheet that comes in, or once on what was given, and write what comes out.

    ``main`` is the matrix that the stage works on, ``starts`` are more names that begin a calculation,
    ``sizes`` what the options say of the main matrix's height and width.
    """
    from tmat.cli.emit import Emitter

    env = environment()
    emitter = Emitter(env, common)
    matrices = given_matrices(common, env)
    keep = split_names(common.only) or None
    shared: dict[str, Any] = {
        "seed": common.seed_value, "init": _init(common.init), "dtype": _dtype(common.dtype),
        "keep": None if common.work or common.trace else keep,
    }  # fmt: skip
    came = False
    if env.stdin_kind == "pipe":
        _meanwhile(function.__name__, common)
    for before, named in incoming(env, common):
        came = True
        own = {**_called(named, main), **matrices}
        if options.get("vocabulary") is not None and before.vocabulary is not None:
            raise InputError(
                "--words contradicts the pipe", "the worksheet that comes in has a vocabulary", mend="leave --words out"
            )
        own = with_tokens(own, before, common.tokens, main)
        refuse_sizes(own, before, sizes or {}, main)
        before = _labelled(before, common)
        emitter.add(function(before, matrices=own, round=common.round, **shared, **options), before)
    if not came:
        own, extra, defaults = _without_pipe(function, common, matrices, main, draw_main, starts)
        before = _first_sheet(common, defaults)
        own = with_tokens(own, before, common.tokens, main)
        refuse_sizes(own, before, sizes or {}, main)
        rounding: object = common.round
        if defaults is not None and common.round is None:
            from tmat.engine.rounding import Rounding

            rounding = Rounding.parse(defaults.round, strict=False)
        settings = {**extra, **{k: v for k, v in options.items() if v is not None or k not in extra}}
        try:
            sheet = function(before, matrices=own, round=rounding, **shared, **settings)
        except InputError as error:
            raise (error if defaults is None else _of_the_article(error)) from None
        if defaults is not None:
            for stage in sheet.stages[len(before.stages) :][:1]:
                stage.notes = (defaults.said(rounded=common.round is None), *stage.notes)
        emitter.add(sheet, before)
    emitter.close()


def run_alone(function: Callable[..., Worksheet], common: Common, options: Mapping[str, Any]) -> None:
    """Call a function that needs nothing to come in, and write what comes out."""
    from tmat.cli.emit import Emitter
    from tmat.sheet.worksheet import Worksheet

    emitter = Emitter(environment(), common)
    before = _labelled(Worksheet(), common)
    keep = split_names(common.only) or None
    emitter.add(function(before, round=common.round, keep=keep, dtype=_dtype(common.dtype), **options), before)
    emitter.close()


def incoming(env: Environment, common: Common) -> Iterator[tuple[Worksheet, dict[str, Matrix]]]:
    """The worksheets of the pipe, one after another, or the matrices that came in its place."""
    if env.stdin_kind not in ("pipe", "file") or _stdin_is_a_source(common):
        return
    from tmat.reading import read_documents
    from tmat.sheet.worksheet import Worksheet

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


DRAWING = {"embed", "attention", "ffn", "encode", "decode"}


def _meanwhile(stage: str, common: Common) -> None:
    """The commands of a pipe start together: load, before waiting for the one before, what is needed after it."""
    import tmat.reading.documents

    if common.format in (None, "json") and common.output is None:
        import orjson  # noqa: F401

        import tmat.rendering.formats.json
    if stage in DRAWING and not common.weights:
        import tmat.numbers.pcg64
        import tmat.numbers.seeding  # noqa: F401


def _stdin_is_a_source(common: Common) -> bool:
    return any(part.partition("=")[2].strip() == "-" for part in common.matrix or ())


def given_matrices(common: Common, env: Environment) -> dict[str, object]:
    """What -m and --weights name; a later one of the same name wins."""
    if not common.matrix and not common.weights:
        return {}
    from tmat.reading import parse_assignment, read_matrix, read_weights
    from tmat.reading.sources import transpose
    from tmat.sheet.names import canonical

    found: dict[str, object] = {}
    for path in common.weights or ():
        found.update(read_weights(path))
    stdin: BinaryIO = env.stdin
    if sum(part.partition("=")[2].strip() == "-" for part in common.matrix or ()) > 1:
        stdin = _Again(env.stdin.read())
    said: dict[str, str] = {}
    for part in common.matrix or ():
        name, transposed, source = parse_assignment(part)
        if said.setdefault(canonical(name), part) != part:
            raise InputError(
                f"{name} is given twice", f"-m {said[canonical(name)]}", f"-m {part}", mend="leave one of them out"
            )
        matrix = read_matrix(name, source, stdin=stdin)
        found[name] = transpose(matrix) if transposed else matrix
    return found


class _Again(BytesIO):
    """Standard input for more than one matrix: each reads all of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.seek(0)
        return super().read(size)


def _called(named: Mapping[str, Matrix], main: str) -> dict[str, object]:
    """Bare matrices of the pipe under their names; one without a name is the stage's main input."""
    return {name or main: matrix for name, matrix in named.items()}


def _without_pipe(
    function: Callable[..., Worksheet],
    common: Common,
    matrices: dict[str, object],
    main: str,
    draw_main: Callable[[], object] | None,
    starts: Sequence[str],
) -> tuple[dict[str, object], dict[str, Any], Defaults | None]:
    """What to work on where no pipe brings anything: what was given, a drawn input, or the article's own matrices."""
    begin = STARTS | {fold(name) for name in starts}
    if any(stem(name) in begin for name in matrices):
        return matrices, {}, None
    if common.seed is not None and draw_main is not None:
        return {main: draw_main(), **matrices}, {}, None
    from tmat.articles.defaults import defaults_of

    defaults = defaults_of(function.__name__, common.seed)
    if defaults is None:
        return matrices, {}, None
    taken = {fold(name.removesuffix(".T")) for name in matrices}
    own = {name: matrix for name, matrix in defaults.matrices.items() if fold(name) not in taken}
    return {**own, **matrices}, dict(defaults.options), defaults


def _first_sheet(common: Common, defaults: Defaults | None) -> Worksheet:
    from tmat.sheet.worksheet import Worksheet

    sheet = Worksheet()
    if defaults is not None:
        sheet = Worksheet([], defaults.vocabulary, defaults.tokens)
    return _labelled(sheet, common)


def _labelled(sheet: Worksheet, common: Common) -> Worksheet:
    """The worksheet with the words that --tokens says."""
    if not common.tokens:
        return sheet
    from tmat.cli.given import row_words
    from tmat.sheet.worksheet import Worksheet

    return Worksheet(sheet.stages, sheet.vocabulary, row_words(common.tokens))


def _of_the_article(error: InputError) -> InputError:
    """An unknown word, said with whose vocabulary it is that lacks it."""
    if not error.what.startswith("the vocabulary lacks"):
        return error
    whose = "the vocabulary is the thrones article's, as none was given"
    return InputError(
        error.what, *error.details, whose, mend="give one: --words '…', or --seed 0 to take the text's own words"
    )


def _init(name: str) -> str:
    if name == "uniform":  # the usual: where nothing is drawn, the generators are not loaded to check a name
        return name
    from tmat.errors import nearest
    from tmat.numbers.seeding import INITS

    if name not in INITS:
        near = nearest(name, INITS)
        raise InputError(
            f"--init {name} is not known",
            f"expected one of {', '.join(INITS)}",
            mend=f"did you mean {near[0]}?" if near else None,
        )
    return name


def _dtype(name: str) -> str:
    if name not in ("float64", "float32"):
        raise InputError(f"--dtype {name} is not known", "expected float64 or float32")
    return name


def is_file(path: str) -> bool:
    return os.path.isfile(path)
