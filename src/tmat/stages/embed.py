"""Embedding: the tokens' ids, and the table's row of each id."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tmat.engine.builder import Sheet
from tmat.engine.draws import Seed
from tmat.engine.node import Node
from tmat.engine.rounding import Rounding
from tmat.errors import InputError, fold
from tmat.operations import lookup, token_ids
from tmat.sheet.worksheet import Vocabulary, Worksheet
from tmat.stages.vocab import numbered
from tmat.text.tokenizing import tokenize


def embed(
    sheet: Worksheet | None = None,
    text: str | None = None,
    *,
    tokens: Sequence[str] | None = None,
    vocabulary: Vocabulary | Sequence[str] | None = None,
    first_id: int | None = None,
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
    the worksheet's, else one given, else the text's own words as first seen, numbered from ``first_id``
    (1 unless said). W_E is drawn where not given, d_model (6 unless said) wide. Where the ids or E are
    given, a text only labels their rows.

    Errors: a word the vocabulary lacks and has no <unk> for, or has twice; a W_E of another height than the vocabulary.
    Source: Vaswani et al. 2017, §3.4.

    >>> sheet = embed(text="you win", d_model=2, W_E=[[0.1, 0.2], [0.3, 0.4]])
    >>> sheet["embed"]["E"].values.tolist()
    [[0.1, 0.2], [0.3, 0.4]]
    """
    before = sheet if sheet is not None else Worksheet()
    if d_model is not None and d_model < 1:
        raise InputError(f"--d-model {d_model} does not fit", "expected a whole number from 1")
    everything = {**(matrices or {}), **named}
    begun = next((name for name in everything if fold(name.removesuffix(".T")) in ("ids", "e")), None)
    own = vocabulary if vocabulary is not None else before.vocabulary
    words = _numbered(own, text, tokens, first_id)
    said = _tokens(before, text, tokens, words, needed=begun is None)
    page = Sheet(
        "embed", Worksheet(before.stages, words if words.words else None, said), everything,
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    if begun is None:
        ids = page.step("ids", token_ids, ids=words.lookup(said), words=list(said))
    else:
        ids = _upright(page.given("ids"))
        _label(ids, said)
    width = 6 if d_model is None else d_model
    table = page.weight("W_E", len(words.words), width, "e", rows=words.words)
    if table and words.words and table.height != len(words.words):
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
    if page.has("E"):
        _label(e, said)
    if d_model is not None and e and e.width != d_model:
        raise InputError(f"--d-model {d_model} does not fit E", f"E is {e.told()}", mend="leave --d-model out")
    count = len(words.words) or table.height
    page.record(d_model=e.width)
    if init == "torch-linear" and table.draw and e.op is not None:
        page.note(
            f"W_E drawn as nn.Linear({table.height}, {table.width}) draws its weight, transposed: within ±1/√{table.height}"
        )
    page.note(f"{count} word{'' if count == 1 else 's'}" if count else "", f"d_model = {e.width}", rule_of_thumb(count))
    return page.finish(e)


def rule_of_thumb(words: int) -> str:
    """The width that a rule of thumb asks of a vocabulary of N words: n > 8.33·log N.

    >>> rule_of_thumb(23)
    'rule of thumb: n > 8.33·log 23 = 26.12'
    """
    return f"rule of thumb: n > 8.33·log {words} = {8.33 * math.log(words):.2f}" if words else ""


def _numbered(
    own: Vocabulary | Sequence[str] | None, text: str | None, tokens: Sequence[str] | None, first_id: int | None
) -> Vocabulary:
    """The vocabulary: one that is there already, a list of words with its first id, or the text's own words."""
    return numbered(own if own is not None else _own_words(text, tokens), first_id)


def _upright(ids: Node) -> Node:
    """Ids as a column; a row of them can only mean one."""
    if ids and ids.height == 1 and ids.values is not None:
        ids.values = ids.values.T
        ids.shape, ids.rows, ids.cols = (ids.width, 1), ids.cols, ("id",)
    return ids


def _label(node: Node, said: Sequence[str]) -> None:
    """Call the rows by the words of the text, where there is one."""
    if said and node and len(said) != node.height:
        raise InputError(
            f"{node.name} does not fit the text",
            f"{node.name} is {node.told()}: a row a word, but the text has {len(said)} words",
        )
    if said and node:
        node.rows = tuple(said)


def _own_words(text: str | None, tokens: Sequence[str] | None) -> tuple[str, ...]:
    said = list(tokens) if tokens is not None else tokenize(text or "", Vocabulary((), 1))
    seen: dict[str, str] = {}
    for word in said:
        seen.setdefault(word.casefold(), word)
    return tuple(seen.values())


def _tokens(
    before: Worksheet, text: str | None, tokens: Sequence[str] | None, words: Vocabulary, *, needed: bool
) -> tuple[str, ...]:
    if tokens is not None:
        said = tuple(tokens)
    elif text is not None:
        said = tuple(tokenize(text, words))
    else:
        said = before.tokens
    if not said and needed:
        raise InputError(
            "embed has no text", "it looks up the words of a text", mend='give one: --text "When you play"'
        )
    return said
