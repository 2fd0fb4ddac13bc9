"""The vocabulary: words with ids, and the tokens of a text by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tmat.text.tokenizing import clean, compared, tokens, unknown_words
from tmat.visible import visible


@dataclass(repr=False)
class Vocabulary:
    """The words a model knows, in the order of their ids.

    >>> Vocabulary(("I", "drink"), first_id=1).id("drink")
    2
    """

    words: tuple[str, ...]
    first_id: int = 0
    case: str = "fold"
    tokenizer: str = "words"
    _index: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        shown = " ".join(visible(word, 40) for word in self.words[:12])
        return (
            f"Vocabulary of {len(self.words):,} words, ids from {self.first_id}: {shown}{' …' * (len(self.words) > 12)}"
        )

    def id(self, word: str) -> int | None:
        """The id of a word, compared without case unless case is kept; None where the word is unknown."""
        index = self.index()
        position = index.get(word)
        if position is None:
            position = index.get(compared(clean(word), self.case))
        return None if position is None else position + self.first_id

    def index(self) -> Mapping[str, int]:
        """The position, from 0, of each word in its folded form; computed once."""
        if not self._index:
            for n, word in enumerate(self.words):
                self._index.setdefault(compared(clean(word), self.case), n)
        return self._index

    def lookup(self, tokens: Iterable[str]) -> list[int]:
        """The ids of tokens; unknown ones have the id of <unk>, if the vocabulary has it.

        >>> Vocabulary(("I", "drink"), first_id=1).lookup(["Drink", "i"])
        [2, 1]

        Errors: unknown words without an <unk>.
        """
        tokens = list(tokens)
        stand_in = self.id("<unk>")
        ids = [self.id(token) for token in tokens]
        if stand_in is None and None in ids:
            spelled = {self.words[n]: n for n in self.index().values()}
            raise unknown_words((token for token, id in zip(tokens, ids, strict=True) if id is None), spelled)
        return [stand_in if id is None else id for id in ids]  # type: ignore[misc]


def tokenize(text: str, vocabulary: Vocabulary) -> list[str]:
    """The tokens of a text, split as the vocabulary was; words of the vocabulary, such as 权力, are kept whole.

    >>> tokenize("When you play", Vocabulary(("when", "you", "play")))
    ['When', 'you', 'play']
    """
    chars = vocabulary.tokenizer == "chars"
    odd = (word for word in vocabulary.words if (len(word) > 1 if chars else not (word.isascii() and word.isalnum())))
    return tokens(text, vocabulary.tokenizer, (word for word in odd if len(word.split()) == 1))
