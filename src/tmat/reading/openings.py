"""Where a bracketed value begins in a line; brackets of calls, sizes and labels are none."""

from __future__ import annotations

from tmat.reading.brackets import TYPES, is_maker, rows_in_quotes
from tmat.reading.lexing import TRUTH, Token, closing
from tmat.reading.number_text import number

_TRIES = 200  # unclosed brackets before numbers are no longer looked for
_BETWEEN = ("×", "x", "*", "by", "·", "..")
_OF_SIZES = ("matrix", "array", "rows", "row", "columns", "cols")


def opening(tokens: list[Token]) -> tuple[int, int] | None:
    """Where a bracketed value begins: the token after its name, and its first bracket; None if there is no value.

    >>> from tmat.reading.lexing import lex, closing
    >>> opening(lex("A = np.array([[1, 2]])")), opening(lex("(a) Q")), opening(lex("Q (2, 3):"))
    ((2, 3), None, None)
    """
    n = tries = 0
    while n < len(tokens) and tries < _TRIES:
        if tokens[n].kind != "open":
            n += 1
            continue
        before = tokens[n - 1] if n else None
        call = before is not None and before.kind in ("word", "close") and before.end == tokens[n].start
        call = call and not (tokens[n].text == "{" and _begins(tokens, n + 1))  # C++'s q{{…}}
        maker = call and before is not None and is_maker(before.text)
        inside = _innermost(tokens, n)
        if inside == len(tokens):
            follows = before is None or maker or not call or before.kind in ("assign", "colon")
            return (n - maker, n) if follows else None
        close = closing(tokens, n)
        tries += close is None
        if _is_dictionary(tokens, n, inside) and not maker:
            n = inside
        elif not (_is_number(tokens[inside]) or (maker and _is_labelled(tokens, inside))):
            n = (close if close is not None else n) + 1
        elif call and not maker:
            if close is None:
                return None
            n = close + 1
        elif _is_size_or_label(tokens, n, close):
            n = (close or n) + 1
        else:
            return n - maker, n
    return None


def _innermost(tokens: list[Token], n: int) -> int:
    """The index of the first token within the brackets and calls that open at n."""
    while n < len(tokens):
        then = tokens[n + 1] if n + 1 < len(tokens) else None
        call = tokens[n].kind == "word" and then is not None and then.kind == "open" and then.start == tokens[n].end
        lisp = (
            tokens[n].text in ("list", "vector", "matrix") and then is not None and n > 0 and tokens[n - 1].text == "("
        )
        if tokens[n].kind != "open" and not lisp and not (call and is_maker(tokens[n].text)):
            break
        n += 1
    return n


def _is_number(token: Token) -> bool:
    quoted = token.kind == "quoted" and number(token.text[1:-1]) is not None
    return quoted or token.kind in ("number", "blank", "run") or token.text in TRUTH


def _is_dictionary(tokens: list[Token], n: int, inside: int) -> bool:
    named = tokens[n].text in "{([" and tokens[inside].kind == "quoted" and inside + 1 < len(tokens)
    if tokens[n].text == "{" and tokens[inside].kind == "word" and inside + 2 < len(tokens):
        return tokens[inside + 1].kind == "colon"  # {Q: [[…]]}
    if not named or number(tokens[inside].text[1:-1]) is not None:
        return False
    after = tokens[inside + 1].kind
    return after == "colon" or (after == "comma" and tokens[inside - 1].text == "(")


def _is_labelled(tokens: list[Token], inside: int) -> bool:
    """Whether a call begins with keywords, a field before the list (Sage), or rows in quotes."""
    named = tokens[inside].kind in ("word", "quoted") and inside + 1 < len(tokens)
    field = tokens[inside].kind == "word" and inside + 2 < len(tokens) and tokens[inside + 1].kind == "comma"
    later = _innermost(tokens, inside + 2) if field else len(tokens)
    quoted = tokens[inside].kind == "quoted" and bool(rows_in_quotes(tokens[inside].text))
    return (
        quoted
        or (later < len(tokens) and _is_number(tokens[later]))
        or (named and tokens[inside + 1].kind in ("colon", "assign"))
    )


def _begins(tokens: list[Token], n: int) -> bool:
    return n < len(tokens) and tokens[n].text == "{"


def _is_size_or_label(tokens: list[Token], n: int, close: int | None) -> bool:
    """Q (2, 3): a shape; double[2, 3] {…}: a declared one; [1,] 0.5: R's label; (1) Q: a count; done [50%]: progress."""
    if close is None:
        return False
    inside = [
        token for token in tokens[n + 1 : close] if token.kind != "comma" and token.text not in _BETWEEN + _OF_SIZES
    ]
    tied = n == 0 or tokens[n - 1].kind in ("assign", "colon")
    if not tied and len(inside) == 1 and inside[0].text.endswith("%"):
        return True
    if not inside or not all(token.kind == "number" and token.text.isdigit() for token in inside):
        return False
    after = tokens[close + 1] if close + 1 < len(tokens) else None
    if not tied and any(sort in tokens[n - 1].text for sort in TYPES) and tokens[n - 1].end < tokens[n].start:
        return True
    if not tied and after is not None and after.kind == "assign" and tokens[n].text == "(":
        return True
    if tokens[n].text == "[" and after is not None:
        joined = after.start == tokens[close].end
        if (after.text == "{" and n > 0) or (joined and after.kind == "word" and _begins(tokens, close + 2)):
            return True
        if joined and after.text == "[" and len(inside) == 1:
            return True
    if n > 0 and tokens[n - 1].kind not in ("assign", "colon") and tokens[n].text in "([" and len(inside) == 2:
        return after is None or after.kind in ("assign", "colon")
    return n == 0 and len(inside) == 1 and after is not None and after.kind in ("number", "blank", "word")
