"""A line of pasted text as tokens: numbers in every spelling, words, brackets, separators."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from tmat.reading.number_text import is_blank, number
from tmat.reading.spelled_numbers import ONE_SIGN

UNSEEN = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069")
)  # fmt: skip
"""Characters that show as nothing: a text that was copied brings them along."""

_SPACES = dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288, 11, 12, 8232, 8233, 133), " ")
_NARROW_THOUSANDS = re.compile("(?<![0-9.])[0-9]{1,3}(?:[\u00a0\u2009\u202f][0-9]{3})+(?![0-9])")
MARKS = frozenset("✓✔✗✘✕❌✅☑☒←→⇐⇒★☆•·*†‡◀▶►◄")
"""What a marker puts beside a row."""

TRUTH = {"True": 1.0, "False": 0.0, "true": 1.0, "false": 0.0, "TRUE": 1.0, "FALSE": 0.0}

_N = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_S = r"[+\-−–]?"
_SPELLED = (
    rf"{_S}(?:(?:np|numpy|torch|math|jnp|tf|decimal)\.)?(?:b?float(?:16|32|64)?|double|int(?:8|16|32|64)?|Decimal|mpf)\(\s*['\"]?[^'\"()\s,]{{1,40}}['\"]?\s*\)",
    rf"{_S}(?:{_N})?(?:√|sqrt)\(\s*{_N}\s*\)(?:\s?/\s?{_N})?",
    rf"{_S}{_N}\s?/\s?(?:√|sqrt)\(\s*{_N}\s*\)",
    rf"{_S}(?:e\^[({{]?{_S}{_N}[)}}]?|exp\({_S}{_N}\))",
    rf"{_S}{_N} ?[×x*·] ?10(?:(?:\^|\*\*)[({{]?{_S}[0-9]+[)}}]?|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)",
    rf"{_S}10\^[({{]?{_S}[0-9]+[)}}]?",
    rf"{_S}{_N} ?[%‰](?!\s*[^\W\d_])",
    rf"{_S}{_N}(?:`[0-9.]*(?:\*\^{_S}[0-9]+)?|\*\^{_S}[0-9]+)",
    rf"{_S}\(\s*{_S}{_N}\s*(?:/\s*{_N}\s*)?\)",
    rf"(?:(?<=[\[({{,;])|(?<=[,;] ))[+\-−–] {_N}(?=\s*(?:[,;\])}}]|$))",
    rf"{_S}{_N} ?/ ?{_N}",
)  # fmt: skip
_END = r"(?=$|[\s,;|&\])}│┃║┆┊])"


_LONG = 4000  # characters of a line in which plain numbers are taken many at a time
MOST = 400_000
"""Tokens of one line, many plain numbers being one: far more than a line has that is no attack."""


class Token(NamedTuple):
    """One token: its kind is number, blank, word, quoted, open, close, comma, end (;), bar, tab, assign or colon.

    In a long line many plain numbers, each with what parts it from the next, are one token, a run.
    """

    kind: str
    text: str
    start: int
    end: int


@cache
def _lexer(*, runs: bool) -> re.Pattern[str]:
    run = r"(?P<run>(?:[+-]?[0-9]{1,200}+(?:\.[0-9]{0,200}+)?(?:e[+-]?[0-9]{1,2}+)?(?:, *+| ++(?=[0-9+\-])))++)|"
    return re.compile(
        rf"{run if runs else ''}"
        r"(?P<number>(?>[+-]?(?:[0-9]{1,200}(?:\.[0-9]{0,200})?|\.[0-9]{1,200})(?:e[+-]?[0-9]{1,2})?)(?= *(?:[,\])};\t]|$)| +[0-9+.\-]))"
        rf"|(?P<gap>[^\S\t]+|[≈≃~](?=[0-9.+\-−–√½⅓⅔¼¾]|∞))|(?P<spelled>(?:{'|'.join(_SPELLED)}){_END})"
        r"|(?P<quoted>\"[^\"]*\"|(?<![0-9.])`[^`]*`|'[^']*'(?!\w))"
        r"|(?P<open>[\[({⟨])|(?P<close>[\])}⟩])|(?P<comma>,)|(?P<end>;)|(?P<bar>[|&│┃║┆┊])|(?P<tab>\t)"
        r"|(?P<assign>:=|<-|==?(?!>)|<<|≔|≈|≃|~(?=\s)|←|⟵|≡)|(?P<colon>->|=>|→|⟶|⇒|:)"
        r"|(?P<word>(?:-(?!>)|[^\s\[\](){}⟨⟩,;|&│┃║┆┊=≔≈≃:→⟶⇒\"`\-])+)|(?P<other>.)"
    )


def tidied(raw: str) -> str:
    """A line with equivalent characters unified and invisible ones removed."""
    if raw.isascii():
        return raw.translate(_SPACES) if "\x0b" in raw or "\x0c" in raw else raw
    return raw.translate(UNSEEN).translate(_SPACES).translate(ONE_SIGN)


def narrow_thousands(raw: str) -> str | None:
    """A number whose thousands are grouped by narrow or hard spaces, in a line whose cells are parted otherwise."""
    if raw.isascii():
        return None
    found = _NARROW_THOUSANDS.search(raw)
    return found[0] if found and re.search(r"[ \t;|]", raw.strip()) else None


def lex(line: str, *, runs: bool = True) -> list[Token]:
    """The tokens of a tidied line; a number in any spelling is one token.

    >>> [(token.kind, token.text) for token in lex('A = [1/3, √2] "x"')]  # doctest: +NORMALIZE_WHITESPACE
    [('word', 'A'), ('assign', '='), ('open', '['), ('number', '1/3'), ('comma', ','), ('number', '√2'), ('close', ']'),
     ('quoted', '"x"')]
    """
    found: list[Token] = []
    for match in _lexer(runs=runs and len(line) > _LONG).finditer(line):
        kind = match.lastgroup
        if len(found) > MOST:
            break
        if kind == "gap":
            continue
        text = match[0]
        if kind in ("word", "spelled", "other"):
            kind = kind_of(text)
        found.append(Token(kind, text, match.start(), match.end()))  # type: ignore[arg-type]
    return found


@lru_cache(8192)
def kind_of(text: str) -> str:
    """number, blank or word."""
    if number(text) is not None:
        return "number"
    return "blank" if is_blank(text) else "word"


def apart(tokens: list[Token]) -> list[Token]:
    """The tokens with runs split into single numbers."""
    if not any(token.kind == "run" for token in tokens):
        return tokens
    return [
        each
        for token in tokens
        for each in (
            [inner._replace(start=token.start + inner.start, end=token.start + inner.end) for inner in lex(token.text, runs=False)]
            if token.kind == "run"
            else [token]
        )
    ]  # fmt: skip


def closing(tokens: list[Token], n: int) -> int | None:
    """The index of the bracket that closes the one at n, searched over 4,000 tokens; else None."""
    depth = 0
    for at in range(n, min(len(tokens), n + 4000)):
        depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
        if depth == 0:
            return at
    return None
