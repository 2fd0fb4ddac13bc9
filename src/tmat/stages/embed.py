"""Embedding: the tokens' ids, and the table's row of each id."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any

from tmat.engine.fields import INPUT, SHAPE, Numbers, StageOptions, given, option, step
from tmat.engine.staging import sheet_of, stages
from tmat.errors import InputError, expect, fold
from tmat.late import late
from tmat.stages.parts.options import OwnWords
from tmat.text.vocabulary import Vocabulary, tokenize

if TYPE_CHECKING:
    from tmat import operations as ops
    from tmat.engine.node import Node
    from tmat.sheet import worksheet
    from tmat.stages.parts import words as vocabularies
else:
    ops, worksheet = late("tmat.operations"), late("tmat.sheet.worksheet")
    vocabularies = late("tmat.stages.parts.words")


@dataclass
class EmbedOptions(OwnWords, StageOptions):
    """The text, the vocabulary and the matrices."""

    text: str | None = option(None, "The text to look up.", INPUT, "TEXT")
    _: KW_ONLY
    tokens: Sequence[str] | None = None
    d_model: int | None = option(None, "The width of the embeddings where W_E is drawn (6).", SHAPE, "N", at_least=1)

    W_E: Numbers = given("N×d_model")
    ids: Numbers = step("n×1")
    E: Numbers = step("n×d_model", called="embedding embeddings")


@stages(
    EmbedOptions,
    summary="The tokens' ids and their rows of the embedding table.",
    formula="E = W_E[ids]: the number of each token in the vocabulary, and the row of the table that it names.",
    about="W_E has a row a word of the vocabulary.",
    main="W_E",
    examples=(
        "tmat embed",
        "tmat vocab --text 'you win or you die' | tmat embed --text 'you die' --d-model 4 --seed 1",
    ),
    order=20,
    opens=("text", "words"),
    then="tmat posenc",
)
def embed(x: worksheet.Worksheet | None, how: EmbedOptions, matrices: dict[str, Any]) -> worksheet.Worksheet:
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
    expect(x, (worksheet.Worksheet, NoneType), "embed takes a worksheet that has a vocabulary")
    before = x if x is not None else worksheet.Worksheet()
    begun = any(fold(name.removesuffix(".T")) in ("ids", "e") for name in matrices)
    own = how.vocabulary if how.vocabulary is not None else before.vocabulary
    own = own if own is not None else vocabularies.of_text(how.tokens if how.tokens is not None else how.text or "")
    words = vocabularies.numbered(own, how.first_id)
    said = _tokens(before, how.text, how.tokens, words, needed=not begun)
    page = sheet_of(
        how, "embed", worksheet.Worksheet(before.stages, words if words.words else None, said), matrices
    )  # fmt: skip
    if begun:
        ids = _upright(page.given("ids"))
        _label(ids, said)
    else:
        ids = page.step("ids", ops.token_ids, ids=words.lookup(said), words=list(said))
    width = 6 if how.d_model is None else how.d_model
    table = page.weight("W_E", len(words.words), width, "e", rows=words.words)
    _refuse_table(table, words, how.d_model)
    e = page.step("E", ops.lookup, ids, table, first=words.first_id)
    if page.has("E"):
        _label(e, said)
    if how.d_model is not None and e and e.width != how.d_model:
        raise InputError(f"‹d_model {how.d_model}› does not fit E", f"E is {e.told()}", mend="leave ‹d_model› out")
    count = len(words.words) or table.height
    page.record(d_model=e.width)
    if how.init == "torch-linear" and table.draw and e.op is not None:
        page.note(
            f"W_E drawn as nn.Linear({table.height}, {table.width}) draws its weight, transposed: within ±1/√{table.height}"
        )
    page.note(f"{count} word{'' if count == 1 else 's'}" if count else "", f"d_model = {e.width}", rule_of_thumb(count))
    return page.finish(e)


def _refuse_table(table: Node, words: Vocabulary, d_model: int | None) -> None:
    """A table of another height than the vocabulary, or of another width than was said."""
    if table and words.words and table.height != len(words.words):
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E is {table.told()}: a row a word, but the vocabulary has {len(words.words)} words",
            mend=f"try a W_E with {len(words.words)} rows",
        )
    if d_model is not None and table and table.width != d_model:
        raise InputError(
            "W_E does not fit ‹d_model›",
            f"W_E is {table.told()}, ‹d_model› is {d_model}",
            mend="leave ‹d_model› out: where W_E is given, its own width rules",
        )


def rule_of_thumb(words: int) -> str:
    """The width that a rule of thumb asks of a vocabulary of N words: n > 8.33·log N.

    >>> rule_of_thumb(23)
    'rule of thumb: n > 8.33·log 23 = 26.12'
    """
    return f"rule of thumb: n > 8.33·log {words} = {8.33 * math.log(words):.2f}" if words else ""


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


def _tokens(
    before: worksheet.Worksheet, text: str | None, tokens: Sequence[str] | None, words: Vocabulary, *, needed: bool
) -> tuple[str, ...]:
    if tokens is not None:
        said = tuple(tokens)
    elif text is not None:
        said = tuple(tokenize(text, words))
    else:
        said = before.tokens
    if not said and needed:
        raise InputError(
            "embed has no text", "it looks up the words of a text", mend='give one: ‹text "When you play"›'
        )
    return said
