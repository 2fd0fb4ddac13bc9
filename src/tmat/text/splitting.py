"""Splitting a text into tokens: the patterns of a word and of a character in any script, and where a text may be cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from tmat.errors import InputError, meant

TOKENIZERS = ("words", "chars", "spaces")

SPECIAL = (
    *("<pad>", "<unk>", "<start>", "<end>", "<bos>", "<eos>", "<sos>", "<s>", "</s>", "<|endoftext|>"),
    *("<mask>", "<sep>", "<cls>", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
)
"""Special tokens that are kept whole wherever they are in a text, in upper or lower case."""

_ONE_BY_ONE = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b"  # radicals, 々, 〇, numerals
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\U0001aff0-\U0001b16f"  # older kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # ideographs
)
_PICTURES = (
    "\u231a\u231b\u23e9-\u23fa\u25fd\u25fe\u2600-\u2767\u2794-\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff"
)
_PICTURE_TAIL = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # variations, skin tones, tags
_JOINERS = "\u200c\u200d"
_JAMO_TAIL = "\u1160-\u11ff\ud7b0-\ud7fb"
# All of Unicode but ideographs, Hangul syllables, surrogates, private use and Tangut, where no mark ever is.
_WITH_MARKS = ((0x300, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, 0x17000), (0x18D00, 0x1F000))
_LONGEST_MARKS = 1000  # composing letters takes time quadratic in the length of a run of marks


class Splitter:
    """Splits text into words or characters; the text must be clean (see ``clean``).

    ``ascii`` is the faster pattern for ASCII, ``any`` the one for any script. ``special`` finds tokens that are kept whole,
    ``joining`` characters that belong to the one before. ``margin`` is more than any pattern looks ahead.
    Patterns are compiled when first needed: those for any script take longer than most commands.
    """

    def __init__(self, chars: bool, whole: Sequence[str]) -> None:
        self.chars = chars
        self.margin = 2 * len(whole[0]) + 16
        # Tokens that begin with a letter must be tried before words.
        self._early = "".join(f"(?i:{re.escape(token)})|" for token in whole if token[0].isalnum())
        self._late = "|".join(f"{re.escape(t[0])}(?i:{re.escape(t[1:])})" for t in whole if not t[0].isalnum())
        self._firsts = "".join({re.escape(token[0]): "" for token in whole})

    @cached_property
    def ascii(self) -> re.Pattern[str]:
        pattern = _ascii_char if self.chars else _ascii_word
        return re.compile(self._early + pattern(self._late, self._firsts))

    @cached_property
    def any(self) -> re.Pattern[str]:
        pattern = _any_char if self.chars else _any_word
        return re.compile(self._early + pattern(self._late, self._firsts))

    @cached_property
    def special(self) -> re.Pattern[str]:
        return re.compile(self._early + self._late)

    @cached_property
    def joining(self) -> re.Pattern[str]:
        return re.compile(f"[{_marks(astral=False)}{_JOINERS}{_JAMO_TAIL}{_PICTURES}\U00010000-\U0010ffff]")

    def split(self, text: str) -> Sequence[str]:
        """All tokens of a text."""
        if self._is_its_own_tokens(text):
            return text
        return self._pattern(text).findall(text)

    def settled(self, text: str) -> tuple[Sequence[str], str]:
        """The tokens that no later text can change, and the rest of the text.

        >>> splitter("words").settled("When you pl")
        (['When', 'you'], 'pl')
        """
        if not text or text[-1].isspace():
            return self.split(text), ""
        *head, tail = text.rsplit(None, 1)
        if head:
            return self.split(text[: len(text) - len(tail)]), tail
        return self._settled_in_a_run(text)

    def _settled_in_a_run(self, text: str) -> tuple[Sequence[str], str]:
        """``settled`` for a text without a space: tokens that end at least a margin before its end are final."""
        cut = max(len(text) - self.margin, 0)
        if self._is_its_own_tokens(text):
            return text[:cut], text[cut:]
        found: list[str] = []
        for match in self._pattern(text).finditer(text):
            if match.end() > cut:
                cut = min(cut, match.start())
                break
            found.append(match.group())
        return found, text[cut:]

    def _pattern(self, text: str) -> re.Pattern[str]:
        return self.ascii if text.isascii() else self.any

    def _is_its_own_tokens(self, text: str) -> bool:
        """Whether each character is one token, as in most text: then there is nothing to split."""
        if not self.chars or self.special.search(text):
            return False
        return text.isascii() or not self.joining.search(text)


class BySpaces(Splitter):
    """The pieces between spaces, whatever they are, of a text that is already split: 权力 的 游戏."""

    def __init__(self) -> None:
        super().__init__(False, SPECIAL)

    def split(self, text: str) -> Sequence[str]:
        return text.split()

    def _settled_in_a_run(self, text: str) -> tuple[Sequence[str], str]:
        return [], text


def splitter(tokenizer: str = "words", special: Iterable[str] = ()) -> Splitter:
    """The splitter of a tokenizer; special tokens are kept whole."""
    if tokenizer not in TOKENIZERS:
        raise InputError(
            f"no tokenizer '{tokenizer}'", f"there are {', '.join(TOKENIZERS)}", mend=meant(tokenizer, TOKENIZERS)
        )
    return _splitter(tokenizer, tuple(dict.fromkeys(special)))


@lru_cache(maxsize=32)
def _splitter(tokenizer: str, special: tuple[str, ...]) -> Splitter:
    if tokenizer == "spaces":
        return BySpaces()
    chars = tokenizer == "chars"
    whole = sorted({*SPECIAL, *_not_plain(tokenizer, special)}, key=lambda token: (-len(token), token))
    return Splitter(chars, whole)


def _not_plain(tokenizer: str, special: tuple[str, ...]) -> set[str]:
    """The special tokens that the tokenizer would split."""
    plain = _splitter(tokenizer, ()) if special else None
    kept = set()
    for token in map(clean, special):
        one_char = tokenizer == "chars" and len(token) == 1
        if token.split() != [token] and not one_char:
            raise InputError(
                f"'{token}' cannot be a token",
                "a token holds at least one character and no space",
                mend="write it with _ for the space" if token.strip() else None,
            )
        if plain and list(plain.split(token)) != [token]:
            kept.add(token)
    return kept


def _special_char(late: str, firsts: str) -> str:
    return f"(?=[{firsts}])(?:{late})"


def _ascii_char(late: str, firsts: str) -> str:
    """A character in ASCII; special tokens begin with one of ``firsts``."""
    return rf"{_special_char(late, firsts)}|[\s\S]"


def _any_char(late: str, firsts: str) -> str:
    """A character in any script with its marks and joiners."""
    tail = f"[{_marks()}{_JOINERS}{_JAMO_TAIL}]"
    return rf"{_special_char(late, firsts)}|(?=[\u2000-\U0010ffff])(?:{_emoji()})|\s|\S{tail}*"


_NUMBER = r"\.(?<=\d\.)(?=\d){0}+|,(?<=\d,)(?=\d{{3}}(?!\d)){0}+"  # a point or a comma inside a number


def _ascii_word(late: str, firsts: str) -> str:
    """A word in ASCII, or a special token."""
    latin = "[A-Za-z0-9]"
    return f"{latin}+(?:'{latin}+|_++{latin}+|{_NUMBER.format(latin)})*|{late}"


def _any_word(late: str, firsts: str) -> str:
    """A word in any script; special tokens begin with one of ``firsts``."""
    letter = rf"[^\W_{_ONE_BY_ONE}]"
    inside = rf"'{letter}+|_++{letter}+|{_NUMBER.format(letter)}|[{_marks()}{_JOINERS}]+{letter}*"
    # The two lookaheads only save time: they keep most branches from being tried on every character.
    return (
        rf"{letter}+(?:(?=['_.,\u0300-\U0010ffff])(?:{inside}))*"
        rf"|(?=[{firsts}\u2000-\U0010ffff])(?:[{_ONE_BY_ONE}][{_marks(astral=False)}\U000e0100-\U000e01ef]*|{_emoji()}|{late})"
    )


def _emoji() -> str:
    one = f"[{_PICTURES}][{_marks()}{_PICTURE_TAIL}]*"
    joined = f"\u200d[\u2190-\u21ff{_PICTURES}][{_marks()}{_PICTURE_TAIL}]*"
    return f"[\U0001f1e6-\U0001f1ff]{{2}}|{one}(?:{joined})*"  # a flag is two regional indicators


@lru_cache(maxsize=1)
def _mark_points() -> list[int]:
    points: list[int] = []
    for start, end in _WITH_MARKS:
        points += [n for n in range(start, end) if unicodedata.category(chr(n))[0] == "M"]
    return points


@lru_cache(maxsize=2)
def _marks(astral: bool = True) -> str:
    """All combining marks, as the inside of a character class."""
    points = [n for n in _mark_points() if astral or n < 0x10000]
    known = set(points)
    starts = [chr(n) for n in points if n - 1 not in known]
    ends = [chr(n) for n in points if n + 1 not in known]
    ranges = [f"{start}-{end}" for start, end in zip(starts, ends, strict=True)]
    return "".join(ranges) + ("\U000e0100-\U000e01ef" if astral else "")


@lru_cache(maxsize=1)
def _mark_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(f"[{_marks()}](?=[{_marks()}])"), re.compile(f"[{_marks()}]+")


def _has_long_run_of_marks(text: str) -> bool:
    """Whether a run of marks is very long; such a run covers two neighbours in a sample of every 500th character."""
    two, run = _mark_patterns()
    step = _LONGEST_MARKS // 2
    places = (match.start() * step for match in two.finditer(text[::step]))
    return any(run.fullmatch(text, place, place + step) for place in places)


def clean(text: str) -> str:
    """The text normalised: Unicode's form C, straight apostrophes, no soft hyphens.

    >>> clean("won’t"), clean("cafe\u0301") == "café"
    ("won't", True)
    """
    if text.isascii():
        return text
    if _has_long_run_of_marks(text):
        raise InputError(
            f"the text has a letter with some {_LONGEST_MARKS:,} combining marks",
            "no writing has such letters: this is not text, or it is damaged",
        )
    for curly in "\u2019\u02bc\uff07":
        text = text.replace(curly, "'")
    return unicodedata.normalize("NFC", text.replace("\u00ad", ""))


def checked(text: str, before: int = 0) -> str:
    """The text itself.

    Errors: lone surrogates, which UTF-8 cannot encode.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            point = ord(text[error.start])
            escaped = 0xDC80 <= point <= 0xDCFF  # how Python passes on a byte that is not UTF-8
            what = f"the byte 0x{point - 0xDC00:02x}" if escaped else f"half a character, U+{point:04X}"
            raise InputError(
                "the text is not UTF-8 text",
                f"in place of its character {before + error.start + 1} is {what}",
                mend="give it as UTF-8",
            ) from None
    return text
