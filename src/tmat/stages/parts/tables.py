"""The tables of a decoder: W_E, W_vocab where it is tied to W_E, and learned positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.engine.declaration import part
from tmat.errors import InputError
from tmat.sheet.names import TIED
from tmat.sheet.worksheet import Array, Matrix, Worksheet
from tmat.stages.parts.beginning import END, START
from tmat.stages.parts.lazy import np, seeding
from tmat.stages.parts.options import Sinusoids, sublayer_options
from tmat.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tmat.engine.declaration import Seed
    from tmat.stages.decode import DecodeOptions
    from tmat.stages.parts.predicting import Head

WIDTH = 6  # of a drawn table, where no encoder has one


def embeddings(
    before: Worksheet, given: object, words: Vocabulary, d_model: int | None, seed: Seed, init: str
) -> Matrix:
    """The embedding table of the decoder: the encoder's, with rows drawn for the words it lacks."""
    known = given if given is not None else next((s.given["W_E"] for s in before.stages if "W_E" in s.given), None)
    values: Array
    if known is None:
        d_model = d_model or WIDTH
        values, origin = np.empty((0, d_model)), f"drawn: {init}, seed {seed}"
    else:
        table = known if isinstance(known, Matrix) else Matrix.of("W_E", known)
        values, origin = table.values, table.origin
    if d_model is not None and values.shape[1] != d_model:
        raise InputError(
            "W_E does not fit the encoder's output",
            f"W_E is {values.shape[0]}×{values.shape[1]}, the encoder's output has width {d_model}",
            mend=f"try a W_E with {d_model} columns",
        )
    d_model = values.shape[1]
    lacking = len(words.words) - values.shape[0]
    if lacking < 0:
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E has {values.shape[0]} rows, the vocabulary with {START} and {END} has {len(words.words)} words",
        )
    if lacking and known is not None:
        origin = f"{origin or 'given'}, {lacking} more row{'' if lacking == 1 else 's'} drawn"
    if lacking:
        kind = "uniform" if init.startswith("torch") else init
        rows = seeding.draw(kind, (lacking, d_model), seed=seed, stage="decode.embed", name="W_E")
        values = np.vstack([values, rows])
    return Matrix.of("W_E", values, words.words, [f"e{n}" for n in range(1, d_model + 1)], origin)


def tie(head: Head, table: Matrix) -> None:
    """Tie the output layer: W_vocab = W_Eᵀ (Press & Wolf 2017)."""
    if "W_vocab" in head.given:
        raise InputError("W_vocab is given, and ‹tied› contradicts it", mend="leave one of them out")
    count = len(head.text.predicted)
    head.given["W_vocab"] = Matrix("W_vocab", table.values[:count].T, table.cols, table.rows[:count], TIED)


def positions(how: DecodeOptions, given: object, width: int, count: int) -> tuple[dict[str, Any] | None, Matrix | None]:
    """The options of the posenc stage, None where there is none, and the table of learned positions."""
    options = {"scale_embedding": how.scale_embedding, **(how.position_options or {})}
    rotary = sublayer_options(how)[0]["rotary"] is not None  # then each layer rotates Q and K instead
    kind = how.encoding or ("learned" if given is not None else "none" if rotary else "sinusoid")
    if given is not None and kind != "learned":
        raise InputError(f"PE is given, and ‹encoding {kind}› contradicts it", mend="leave one of them out")
    if kind == "none":
        return None, None
    if kind == "sinusoid":
        return part(how, Sinusoids) | options, None
    if given is None:
        drawn = "uniform" if how.init.startswith("torch") else how.init
        rows = seeding.draw(drawn, (count, width), seed=how.seed, stage="decode.posenc", name="PE")
        return options, Matrix.of("PE", rows, origin=f"drawn: {drawn}, seed {how.seed}")
    return options, given if isinstance(given, Matrix) else Matrix.of("PE", given)


def first(places: Matrix | None, count: int) -> dict[str, Any]:
    """PE for the first ``count`` positions, where positions are learned."""
    if places is None:
        return {}
    if places.height < count:
        raise InputError(
            "PE has too few places",
            f"it has {places.height}{' from ' + places.origin if places.origin else ''}, and there are {count} words",
            mend="try fewer words: ‹max_tokens N›",
        )
    return {"PE": Matrix("PE", places.values[:count], places.rows[:count], places.cols, places.origin)}
