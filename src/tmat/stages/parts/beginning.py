"""The start of a decoding: its vocabulary, its first words, and the words that can be predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.parts import words as vocabularies
from tmat.text.vocabulary import Vocabulary, tokenize

if TYPE_CHECKING:
    from tmat.engine.declaration import Words
    from tmat.stages.decode import DecodeOptions

START, END = "<start>", "<end>"


@dataclass(eq=False, repr=False)
class Text:
    """The words to begin with, their vocabulary, and the words that can be predicted: a column each."""

    tokens: list[str]
    vocabulary: Vocabulary
    predicted: tuple[str, ...]
    numbered: bool  # there is no vocabulary: the words are the columns' labels


def first_text(how: DecodeOptions, before: Worksheet, head: Mapping[str, object]) -> Text:
    """The text that a decoding begins with: the prompt or target, after <start> where there is an encoder or no text.

    ``head`` are the given matrices of the prediction, whose columns are words.

    Errors: no vocabulary, a prompt without words, matrices of another number of words.
    """
    text = how.prompt if how.prompt is not None else how.target
    own = how.vocabulary if how.vocabulary is not None else before.vocabulary
    if own is None and not how.cross and text is not None:
        own = vocabularies.of_text(text)
    columns = _columns(head, how.first_id) if own is None and text is None else None
    own = columns or own
    ends = () if columns or (text is not None and not how.cross) else (START, how.end)
    known = _vocabulary(own, how.first_id, ends)
    tokens = [START] if how.cross or text is None else []
    if text is not None:
        tokens += tokenize(text, known) if isinstance(text, str) else text
    if not tokens:
        raise InputError(
            "the prompt has no words", "there is nothing to go on from", mend="leave it out to begin with <start>"
        )
    return Text(tokens, known, _predicted(own, known, head), columns is not None)


def _columns(head: Mapping[str, object], first_id: int | None) -> tuple[str, ...] | None:
    """Words for the columns of a matrix given without a vocabulary: their labels, which may be numbers."""
    named = [name for name in head if name not in ("last", "flat", "b_vocab", "said", "draw")]
    for name in sorted(named, key="W_vocab".__eq__):
        value = head[name]
        cols = (value if isinstance(value, Matrix) else Matrix.of(name, value)).cols
        plain = tuple(str(n) for n in range(1, len(cols) + 1))
        return tuple(str(n) for n in range(len(cols))) if first_id == 0 and cols == plain else tuple(cols)
    return None


def _vocabulary(own: Words, first_id: int | None, ends: Sequence[str]) -> Vocabulary:
    """The vocabulary, with <start> and <end> appended where it lacks them."""
    if own is None:
        raise InputError(
            "decode needs a vocabulary",
            "no stage before it has one",
            mend='start with tmat vocab, or give the words: ‹vocabulary "you win or die"›',
        )
    own = vocabularies.numbered(own, first_id)
    missing = [token for token in ends if own.id(token) is None]
    return Vocabulary((*own.words, *missing), own.first_id, own.case, own.tokenizer) if missing else own


def _predicted(own: Words, words: Vocabulary, head: Mapping[str, object]) -> tuple[str, ...]:
    """The words of the columns: all, or those without <start> and <end> where the given matrices have that many columns."""
    known = own.words if isinstance(own, Vocabulary) else tuple(own or ())
    expected = words.words
    for name in ("probabilities", "logits", "W_vocab"):
        if name not in head:
            continue
        value = head[name]
        given = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if given.width == len(known):
            expected = known
        elif given.width != len(words.words):
            counts = " or ".join(dict.fromkeys((str(len(known)), str(len(words.words)))))
            raise InputError(
                f"{name} does not fit the vocabulary",
                f"{name} is {given.size}{' from ' + given.origin if given.origin else ''}, one column per word; "
                f"the vocabulary has {len(known)} words"
                + (f", {len(words.words)} with {START} and {END}" if len(words.words) > len(known) else ""),
                mend=f"try a {name} with {counts} columns",
            )
    return expected
