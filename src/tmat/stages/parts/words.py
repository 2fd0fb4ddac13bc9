"""Vocabularies as callers give them: a list of words numbered, each word once."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.errors import InputError
from tmat.text.tokenizing import clean, compared
from tmat.text.vocabulary import Vocabulary, tokenize


def numbered(words: Vocabulary | Sequence[str], first_id: int | None = None) -> Vocabulary:
    """A list of words as a vocabulary, numbered from ``first_id`` (1 unless said); a vocabulary as it is.

    >>> numbered(["you", "win"], 0).id("win")
    1
    """
    if first_id not in (None, 0, 1):
        raise InputError(f"the first id cannot be {first_id}", "ids begin at 0 or at 1")
    if not isinstance(words, Vocabulary):
        return Vocabulary(
            tuple(distinct(words, "fold", "the vocabulary").values()), 1 if first_id is None else first_id
        )
    if first_id is not None and first_id != words.first_id:
        raise InputError(
            f"‹first_id {first_id}› does not fit the vocabulary",
            f"its first id is {words.first_id}",
            mend="leave ‹first_id› out, or give the vocabulary with it",
        )
    return words


def of_text(said: str | Sequence[str]) -> tuple[str, ...]:
    """A text's own words as first seen, for where there is no vocabulary.

    >>> of_text("you win or You die")
    ('you', 'win', 'or', 'die')
    """
    seen: dict[str, str] = {}
    for word in tokenize(said, Vocabulary((), 1)) if isinstance(said, str) else said:
        seen.setdefault(word.casefold(), word)
    return tuple(seen.values())


def distinct(words: Sequence[str], case: str, where: str) -> dict[str, str]:
    """The words by their keys; a word twice is an error."""
    distinct: dict[str, str] = {}
    for word in map(clean, words):
        before = distinct.get(compared(word, case))
        if before is not None:
            same = f"'{word}' twice" if before == word else f"both '{before}' and '{word}'"
            raise InputError(
                f"{where}: {same}",
                "a word has one id" + ("" if before == word else ", and case is folded"),
                mend="leave one of them out" + ("" if before == word else ", or keep case"),
            )
        distinct[compared(word, case)] = word
    return distinct
