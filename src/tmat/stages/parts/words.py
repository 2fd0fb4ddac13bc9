"""Vocabularies from lists of words and from texts."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.errors import InputError
from tmat.text.tokenizing import clean, compared
from tmat.text.vocabulary import Vocabulary, tokenize


def numbered(words: Vocabulary | Sequence[str], first_id: int | None = None) -> Vocabulary:
    """The vocabulary of a list of words, numbered from ``first_id`` (default 1); a vocabulary itself.

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


def of_text(text: str | Sequence[str]) -> tuple[str, ...]:
    """The different words of a text in the order first seen.

    >>> of_text("you win or You die")
    ('you', 'win', 'or', 'die')
    """
    seen: dict[str, str] = {}
    for word in tokenize(text, Vocabulary((), 1)) if isinstance(text, str) else text:
        seen.setdefault(word.casefold(), word)
    return tuple(seen.values())


def distinct(words: Sequence[str], case: str, where: str) -> dict[str, str]:
    """The words by their folded forms.

    Errors: a word twice.
    """
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
