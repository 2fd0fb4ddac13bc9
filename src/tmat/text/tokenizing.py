"""Tokens of a text: its words, its characters, or the pieces between its spaces.

A word, in any script:

- letters and digits, with the marks that belong to them (é however it is composed, Hindi vowel signs and
  virama, joiners inside a word);
- an apostrophe or underscore between letters stays (won't, d_model), quotes around a word do not;
- a point between digits stays (3.14), and a comma before three digits (1,000);
- a hyphen, slash, point or @ otherwise separates words: well-known is two, e.g. is two;
- each Han character and each kana is a word; Hangul is split at spaces; so are Thai, Lao, Khmer and Burmese,
  which write no spaces between words;
- an emoji is one word, however many code points it has; other punctuation is dropped;
- a special token (<start>, [CLS], …) is kept whole.

Typographic apostrophes become ', soft hyphens are removed, and the text is normalised to Unicode's form C, so that
one word has one spelling.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from tmat.errors import InputError, UnknownWords, meant, nearest
from tmat.text.splitting import SPECIAL, TOKENIZERS, checked, clean, splitter

__all__ = ["CASES", "SPECIAL", "TOKENIZERS", "check_case", "clean", "compared", "tokens", "unknown_words"]

CASES = ("fold", "keep")

_NAMED = 10


def tokens(text: str, tokenizer: str = "words", special: Iterable[str] = ()) -> list[str]:
    """The words of a text, or its characters (spaces and line ends among them), in their order.

    >>> tokens("The true enemy won't wait out the storm.")
    ['The', 'true', 'enemy', "won't", 'wait', 'out', 'the', 'storm']
    >>> tokens("<start> 当你玩 'games' 3.14")
    ['<start>', '当', '你', '玩', 'games', '3.14']
    """
    return list(splitter(tokenizer, special).split(clean(checked(text))))


def compared(word: str, case: str = "fold") -> str:
    """The form in which words are compared: without case, unless case is kept.

    >>> compared("When"), compared("Straße") == compared("STRASSE"), compared("When", "keep")
    ('when', True, 'When')
    """
    if case == "keep":
        return word
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).casefold())


def check_case(case: str) -> None:
    """Refuse a case that is neither fold nor keep."""
    if case not in CASES:
        raise InputError(f"no case '{case}'", "fold compares words without case, keep with it", mend=meant(case, CASES))


def unknown_words(unknown: Iterable[str], index: Mapping[str, int]) -> InputError:
    """The error for words that a vocabulary lacks, with its words near each.

    >>> print(unknown_words(["dragon", "throne"], {"thrones": 1, "storm": 2}))
    the vocabulary lacks 2 words of the text
      'dragon'
      'throne': near it are thrones
      use its words, or add these to the corpus, or put <unk> among its special tokens
    """
    words = list(dict.fromkeys(unknown))
    lines = []
    for word in words[:_NAMED]:
        near = nearest(word, _comparable(word, index))
        lines.append(f"'{word}'" + (f": near it are {', '.join(near)}" if near else ""))
    if len(words) > _NAMED:
        lines.append(f"and {len(words) - _NAMED} more")
    them = "this" if len(words) == 1 else "these"
    return UnknownWords(
        f"the vocabulary lacks {'a word' if len(words) == 1 else f'{len(words)} words'} of the text",
        *lines,
        mend=f"use its words, or add {them} to the corpus, or put <unk> among its special tokens",
    )


def _comparable(word: str, index: Mapping[str, int]) -> Iterable[str]:
    """The words to compare with: all of a small vocabulary; of a large one those of the same first letter and similar length."""
    if len(index) <= 5000:
        return index
    start = compared(word)[:1]
    return (known for known in index if abs(len(known) - len(word)) <= 2 and compared(known[:1]) == start)
