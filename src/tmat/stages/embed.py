"""Embedding: the tokens' ids, and the table's row of each id."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tmat.errors import InputError
from tmat.operations import lookup, token_ids
from tmat.stages.rounding import Rounding
from tmat.stages.sheet import Seed, Sheet
from tmat.tokenizing import tokenize
from tmat.worksheet import Vocabulary, Worksheet


def embed(
    sheet: Worksheet | None = None,
    text: str | None = None,
    *,
    tokens: Sequence[str] | None = None,
    vocabulary: Vocabulary | Sequence[str] | None = None,
    d_model: int | None = None,
    seed: Seed = 0,
    init: str = "uniform",
    round: str | int | Rounding | None = None,
    keep: Iterable[str] | None = None,
    dtype: str = "float64",
    id: str | None = None,
    stream: str | None = None,
    ordinal: int | None = None,
    matrices: Mapping[str, object] | None = None,
    **named: object,
) -> Worksheet:
    """The ids of the tokens and their rows of the table: E = W_E[ids].

    Shapes: ids n×1, W_E N×d_model (a row a word of the vocabulary), E n×d_model. The vocabulary is
    the worksheet's, else one given, else the text's own words as first seen. W_E is drawn where not given, d_model (6 unless
    said) wide.

    Errors: a word the vocabulary lacks and has no <unk> for; a W_E of another height than the vocabulary.
    Source: Vaswani et al. 2017, §3.4.

    >>> sheet = embed(text="you win", d_model=2, W_E=[[0.1, 0.2], [0.3, 0.4]])
    >>> sheet["embed"]["E"].values.tolist()
    [[0.1, 0.2], [0.3, 0.4]]
    """
    before = sheet if sheet is not None else Worksheet()
    words = vocabulary if vocabulary is not None else before.vocabulary
    if words is None:
        words = _own_words(text, tokens)
    if not isinstance(words, Vocabulary):
        words = Vocabulary(tuple(words), 1)
    said = _tokens(before, text, tokens, words)
    before = Worksheet(before.stages, words, said)
    page = Sheet(
        "embed", before, {**(matrices or {}), **named},
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    ids = page.step("ids", token_ids, ids=words.lookup(said), words=list(said))
    table = page.weight("W_E", len(words.words), 6 if d_model is None else d_model, "e", rows=words.words)
    if table and table.height != len(words.words):
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E is {table.told()}: a row a word, but the vocabulary has {len(words.words)} words",
            mend=f"try a W_E with {len(words.words)} rows",
        )
    if d_model is not None and table and table.width != d_model:
        raise InputError(
            "W_E does not fit --d-model",
            f"W_E is {table.told()}, --d-model is {d_model}",
            mend="leave --d-model out: where W_E is given, its own width rules",
        )
    e = page.step("E", lookup, ids, table, first=words.first_id)
    width = table.width or e.width
    page.record(d_model=width)
    page.note(f"{len(words.words)} words", f"d_model = {width}", rule_of_thumb(len(words.words)))
    return page.finish(e)


def rule_of_thumb(words: int) -> str:
    """The width that a rule of thumb asks of a vocabulary of N words: n > 8.33·log N.

    >>> rule_of_thumb(23)
    'rule of thumb: n > 8.33·log 23 = 26.12'
    """
    return f"rule of thumb: n > 8.33·log {words} = {8.33 * math.log(words):.2f}" if words else ""


def _own_words(text: str | None, tokens: Sequence[str] | None) -> Vocabulary:
    said = list(tokens) if tokens is not None else tokenize(text or "", Vocabulary((), 1))
    seen: dict[str, str] = {}
    for word in said:
        seen.setdefault(word.casefold(), word)
    return Vocabulary(tuple(seen.values()), 1)


def _tokens(before: Worksheet, text: str | None, tokens: Sequence[str] | None, words: Vocabulary) -> tuple[str, ...]:
    if tokens is not None:
        said = tuple(tokens)
    elif text is not None:
        said = tuple(tokenize(text, words))
    else:
        said = before.tokens
    if not said:
        raise InputError(
            "embed has no text", "it looks up the words of a text", mend='give one: --text "When you play"'
        )
    return said
