"""Embedding: the ids of the tokens, and the row of the embedding table for each id."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any

from tmat.engine.declaration import INPUT, SHAPE, Numbers, StageOptions, given, option, step
from tmat.engine.staging import sheet_of, worksheet_stage
from tmat.errors import InputError, expect, fold
from tmat.sheet.worksheet import Worksheet
from tmat.stages.parts import words as vocabularies
from tmat.stages.parts.lazy import ops
from tmat.stages.parts.options import OwnWords
from tmat.text.vocabulary import Vocabulary, tokenize

if TYPE_CHECKING:
    from tmat.engine.node import Node


@dataclass
class EmbedOptions(OwnWords, StageOptions):
    """The text, its vocabulary and the embedding table."""

    text: str | None = option(None, "The text to look up.", INPUT, "TEXT")
    _: KW_ONLY
    tokens: Sequence[str] | None = None
    d_model: int | None = option(None, "The width of the embeddings where W_E is drawn (6).", SHAPE, "N", at_least=1)

    W_E: Numbers = given("N×d_model")
    ids: Numbers = step("n×1")
    E: Numbers = step("n×d_model", called="embedding embeddings")


@worksheet_stage(
    EmbedOptions,
    summary="The tokens' ids and their rows of the embedding table.",
    formula="E = W_E[ids]: the number of each token in the vocabulary, and the row of the table that it names.",
    about="W_E has one row per word of the vocabulary.",
    main="W_E",
    examples=(
        "tmat embed",
        "tmat vocab --text 'you win or you die' | tmat embed --text 'you die' --d-model 4 --seed 1",
    ),
    order=20,
    opens=("text", "words"),
    then="tmat posenc",
)
def embed(x: Worksheet | None, how: EmbedOptions, matrices: dict[str, Any]) -> Worksheet:
    """The ids of the tokens and their rows of the table: E = W_E[ids].

    Shapes: ids n×1, W_E N×d_model (a row for each word of the vocabulary), E n×d_model. The vocabulary is ``vocabulary``,
    else the worksheet's, else the words of the text as first seen, numbered from ``first_id`` (default 1). W_E is drawn
    unless given, ``d_model`` (default 6) wide. Where ids or E are given, a text only labels their rows.

    Errors: a word that the vocabulary lacks, where it has no <unk>; a vocabulary with a word twice; a W_E whose height is
    not the number of words.
    Source: Vaswani et al. 2017, §3.4.

    >>> sheet = embed(text="you win", d_model=2, W_E=[[0.1, 0.2], [0.3, 0.4]])
    >>> sheet["embed"]["E"].values.tolist()
    [[0.1, 0.2], [0.3, 0.4]]
    """
    expect(x, (Worksheet, NoneType), "embed takes a worksheet that has a vocabulary")
    before = x if x is not None else Worksheet()
    begun = any(fold(name.removesuffix(".T")) in ("ids", "e") for name in matrices)
    own = how.vocabulary if how.vocabulary is not None else before.vocabulary
    own = own if own is not None else vocabularies.of_text(how.tokens if how.tokens is not None else how.text or "")
    words = vocabularies.numbered(own, how.first_id)
    tokens = _tokens(before, how.text, how.tokens, words, needed=not begun)
    page = sheet_of(
        how, "embed", Worksheet(before.stages, words if words.words else None, tokens), matrices
    )  # fmt: skip
    if begun:
        ids = _upright(page.given("ids"))
        _label(ids, tokens)
    else:
        ids = page.step("ids", ops.token_ids, ids=words.lookup(tokens), words=list(tokens))
    width = 6 if how.d_model is None else how.d_model
    table = page.weight("W_E", len(words.words), width, "e", rows=words.words)
    _refuse_table(table, words, how.d_model)
    e = page.step("E", ops.lookup, ids, table, first=words.first_id)
    if page.has("E"):
        _label(e, tokens)
    if how.d_model is not None and e and e.width != how.d_model:
        raise InputError(f"‹d_model {how.d_model}› does not fit E", f"E is {e.described()}", mend="leave ‹d_model› out")
    count = len(words.words) or table.height
    page.record(d_model=e.width)
    if how.init == "torch-linear" and table.draw and e.op is not None:
        page.note(
            f"W_E drawn as nn.Linear({table.height}, {table.width}) draws its weight, transposed: within ±1/√{table.height}"
        )
    page.note(f"{count} word{'' if count == 1 else 's'}" if count else "", f"d_model = {e.width}", rule_of_thumb(count))
    return page.finish(e)


def _refuse_table(table: Node, words: Vocabulary, d_model: int | None) -> None:
    """Refuse a table of another height than the vocabulary, or of another width than ``d_model``."""
    if table and words.words and table.height != len(words.words):
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E is {table.described()}: one row per word, but the vocabulary has {len(words.words)} words",
            mend=f"try a W_E with {len(words.words)} rows",
        )
    if d_model is not None and table and table.width != d_model:
        raise InputError(
            "W_E does not fit ‹d_model›",
            f"W_E is {table.described()}, ‹d_model› is {d_model}",
            mend="leave ‹d_model› out: where W_E is given, its own width rules",
        )


def rule_of_thumb(words: int) -> str:
    """A rule of thumb for the width n of the embeddings of N words: n > 8.33·ln N.

    >>> rule_of_thumb(23)
    'rule of thumb: n > 8.33·log 23 = 26.12'
    """
    return f"rule of thumb: n > 8.33·log {words} = {8.33 * math.log(words):.2f}" if words else ""


def _upright(ids: Node) -> Node:
    """Ids as a column; a row of ids is transposed."""
    if ids and ids.height == 1 and ids.values is not None:
        ids.values = ids.values.T
        ids.shape, ids.rows, ids.cols = (ids.width, 1), ids.cols, ("id",)
    return ids


def _label(node: Node, tokens: Sequence[str]) -> None:
    """Label the rows by the words of the text, where there is one."""
    if tokens and node and len(tokens) != node.height:
        raise InputError(
            f"{node.name} does not fit the text",
            f"{node.name} is {node.described()}: one row per word, but the text has {len(tokens)} words",
        )
    if tokens and node:
        node.rows = tuple(tokens)


def _tokens(
    before: Worksheet, text: str | None, tokens: Sequence[str] | None, words: Vocabulary, *, needed: bool
) -> tuple[str, ...]:
    if tokens is not None:
        found = tuple(tokens)
    elif text is not None:
        found = tuple(tokenize(text, words))
    else:
        found = before.tokens
    if not found and needed:
        raise InputError(
            "embed has no text", "it looks up the words of a text", mend='give one: ‹text "When you play"›'
        )
    return found
