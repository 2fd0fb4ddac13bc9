"""Language-specific syntax around brackets and numbers, blanked out of a line so that columns stay the same."""

from __future__ import annotations

import re

_N = r"[+\-−]?[0-9.][0-9.eE+\-/]*"
_SIGILS = re.compile(
    r"(?<![^\s\[({=,:])(?:'|#(?:[0-9]?[Aa])?|&|\.)(?=[\[({])"
)  # Lisp's '( and #2A(, Rust's &[, Zig's .{
_GENERIC = re.compile(r"<[\w\s,:<>\[\]]{1,60}>(?=[\[({])|<class '\w+'>,")  # <List<double>>[
_ARRAYS = re.compile(r"\[\||\|\]")  # OCaml's [| … |]
_LISP = re.compile(
    r"^(\s*)\((?:define|def|defparameter|defvar|defconstant|setq|setf)\s+\*?([^\s()*]+)\*?(?=\s+[(\[#'])"
)
_TICKS = re.compile(r"`+(?=\s*[\[({])|(?<=[\])}])`+|(?<=\S)`{3,}\s*$")
_RESHAPED = re.compile(
    r"^(\s*[^\W\d]\w*\s*(?:←|=[:.])\s*|\s*)([0-9]{1,5}) ([0-9]{1,5})\s*(?:⍴\s*|\$\s+)(?=[+\-_.0-9¯])"
)  # of APL and J
_LOW_MINUS = re.compile(r"(?<![^\s$])_(?=[0-9.])")  # J's
_EXCEL = re.compile(r"\s*=?\s*\{[0-9,;\\\s+\-−]+\}\s*")  # an array where decimals have commas: {0,5\-1;2\0,125}
_BACKSLASHES = str.maketrans(",\\", ".,")
_DOLLARS = re.compile(rf"\$\s*({_N})\s*\$")
_QUOTES = re.compile(rf"(?<![^\s,;|])\"\s*({_N})\s*\"(?![^\s,;|])")
_ALL_QUOTED = re.compile(r"\s*(?:\"[^\"]*\"[\s,;|]*)++")  # else what is quoted is a label
_COMMAS_IN_QUOTES = re.compile(r'(?<![^\s;|])"([+\-−]?[0-9.]+,[0-9]+)"(?![^\s;|])')
_ANGLES = re.compile(r"((?:^|[=≈])\s*)<([<>|,;\s0-9./+\-−eE]+)>(?=\s*[;:]?\s*$)")


def plainer(text: str) -> str:
    """The line without language-specific syntax.

    >>> plainer("(define Q '((1 2) (3 4)))").split(), plainer('"0,5"\\t"1"').split()
    (['Q', '=', '((1', '2)', '(3', '4)))'], ['0,5', '1'])
    >>> plainer("A := <<1, 2> | <3, 4>>;")
    'A := [[1, 2] , [3, 4]]ᵀ;'
    """
    if "⍴" in text or "$ " in text or "=:" in text:
        text = _LOW_MINUS.sub("-", text) if "$ " in text or "=:" in text else text
        text = _RESHAPED.sub(lambda found: f"{found[1].rstrip(' ←=:.')}[{found[2]}][{found[3]}] = ", text)
    if "\\" in text and _EXCEL.fullmatch(text):
        text = text.translate(_BACKSLASHES)
    if text.lstrip().startswith("("):
        text = _LISP.sub(r"\1\2 = ", text)
    if any(sign in text for sign in "'#&."):
        text = _SIGILS.sub(_spaces, text)
    if "<" in text:
        text = _ANGLES.sub(_maple, _GENERIC.sub(_spaces, text))
    if "|" in text:
        text = _ARRAYS.sub(lambda found: found[0].replace("|", " "), text)
    if "`" in text:
        text = _TICKS.sub(_spaces, text)
    if "$" in text:
        text = _DOLLARS.sub(r" \1 ", text)
    if '"' in text and _ALL_QUOTED.fullmatch(text):
        text = _QUOTES.sub(r" \1 ", _COMMAS_IN_QUOTES.sub(r" \1 ", text))
    return text


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _maple(found: re.Match[str]) -> str:
    """Maple's <1, 2; 3, 4>, its columns <<1, 3> | <2, 4>> and its rows <<1 | 2>, <3 | 4>> in square brackets."""
    inside = found[2]
    columns = re.search(r">\s*\|\s*<", inside) is not None
    single = "<" not in inside
    if single and ";" not in inside:
        columns = "," in inside
    brackets = inside.replace("<", "[").replace(">", "]").replace("|", ",")
    return f"{found[1]}[{brackets}]" + ("ᵀ" if columns else "")
