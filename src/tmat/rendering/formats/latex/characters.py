r"""Characters beyond Latin in LaTeX: signs as mathematics, other scripts in a font that has them.

pdflatex has no fonts for most scripts. With the package CJKutf8 it sets Chinese; other characters that it does not
know are printed as their numbers, so that every document compiles. So are those for which xelatex finds no font,
which it would leave out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SIGNS = {
    "×": r"\times", "·": r"\cdot", "→": r"\to", "−": "-", "√": r"\surd", "∞": r"\infty", "ε": r"\varepsilon",
    "σ": r"\sigma", "μ": r"\mu", "γ": r"\gamma", "β": r"\beta", "π": r"\pi", "θ": r"\theta", "Σ": r"\Sigma", "ᵀ": r"{}^{\top}",
    "²": "{}^{2}", "³": "{}^{3}", "≈": r"\approx", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∘": r"\circ", "…": r"\ldots",
    "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots", "⌊": r"\lfloor", "⌋": r"\rfloor", "′": r"{}'", "±": r"\pm",
}  # fmt: skip
_HAN = (
    "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
)
_SIGN = re.compile(f"[{''.join(SIGNS)}]")
_RUN = re.compile(f"[{_HAN}]+|[^\x00-\u017f\u2010-\u2026{_HAN}]+")
_NAME = re.compile(r"\\mathrm\{([^{}]*[^\x00-\x7f][^{}]*)\}")
CJK_FONTS = (
    "Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC", "FandolSong-Regular.otf", "SimSun", "Songti SC",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
NUMBERED = (
    r"  \newcommand{\tmatnumbered}[2]{\catcode`#2=\active"
    r"\begingroup\lccode`\~=`#2\lowercase{\endgroup\def~}{{\scriptsize[U+#1]}}}"
)
"""Makes a character print as its number."""
OTHER_FONTS = ("DejaVu Sans", "FreeSerif", "Noto Sans", "Arial Unicode MS")


def set_apart(body: str) -> str:
    r"""The text with signs as mathematics and every run of another script in a command.

    Both commands work in text and in mathematics.

    >>> print(set_apart("6×4, 当 x"))
    6\ensuremath{\times}4, \tmathan{当} x
    """
    body = _SIGN.sub(lambda sign: rf"\ensuremath{{{SIGNS[sign[0]]}}}", body)
    body = _NAME.sub(r"\\text{\1}", body)
    return _RUN.sub(_commanded, body)


def _commanded(run: re.Match[str]) -> str:
    return (r"\tmathan{" if is_han(run[0][0]) else r"\tmatscript{") + run[0] + "}"


def is_han(character: str) -> bool:
    """Whether a character belongs to a script that Chinese, Japanese or Korean fonts have."""
    return re.match(f"[{_HAN}]", character) is not None


@dataclass(frozen=True, slots=True)
class Scripts:
    """What a document uses beyond ASCII: Chinese, Japanese or Korean; other scripts; all the characters."""

    cjk: bool
    other: bool
    characters: tuple[str, ...]


def scripts(body: str) -> Scripts:
    """The scripts and characters of a body, as ``set_apart`` returns it."""
    beyond = {character for character in body if character > "\x7f"}
    return Scripts(r"\tmathan{" in body, r"\tmatscript{" in body, tuple(sorted(beyond)))


def declared(found: Scripts) -> str:
    """The part of the preamble that other scripts need; empty for ASCII."""
    if not found.characters:
        return ""
    han = [c for c in found.characters if is_han(c)]
    others = [c for c in found.characters if not is_han(c)]
    lines = [r"\ifPDFTeX"]
    lines.append(
        r"  \newcommand{\tmatlacking}[2]{\ifcsname u8:\detokenize{#2}\endcsname\else"
        r"\DeclareUnicodeCharacter{#1}{{\scriptsize[U+#1]}}\fi}"
    )
    lines += [rf"  \tmatlacking{{{ord(c):04X}}}{{{c}}}" for c in others]
    if found.cjk:
        lacking = "".join(rf"\tmatlacking{{{ord(c):04X}}}{{{c}}}" for c in han)
        lines.append(
            r"  \IfFileExists{CJKutf8.sty}{\usepackage{CJKutf8}\newenvironment{tmatcjk}{\begin{CJK*}{UTF8}{gbsn}}{\end{CJK*}}}%"
        )
        lines.append(rf"    {{\newenvironment{{tmatcjk}}{{}}{{}}{lacking}}}")
        lines.append(r"  \newcommand{\tmathan}[1]{\text{#1}}")
    if found.other:
        lines.append(r"  \newcommand{\tmatscript}[1]{\text{#1}}")
    lines += [r"\else", NUMBERED]
    if found.cjk:
        lines += [r"  \newenvironment{tmatcjk}{}{}", _font("tmathan", CJK_FONTS, han)]
    if found.other:
        lines.append(_font("tmatscript", OTHER_FONTS, others))
    return "\n".join([*lines, r"\fi"])


def _font(command: str, names: tuple[str, ...], characters: Sequence[str]) -> str:
    """A command that sets its text in the first font that is installed; if none is, characters print as their numbers."""
    numbers = "".join(rf"\tmatnumbered{{{ord(c):04X}}}{{{c}}}" for c in characters)
    choice = rf"\let\{command}font\relax{numbers}"
    for name in reversed(names):
        choice = rf"\IfFontExistsTF{{{name}}}{{\newfontfamily\{command}font{{{name}}}}}{{{choice}}}"
    return rf"  {choice}" + "\n" + rf"  \newcommand{{\{command}}}[1]{{\text{{\{command}font #1}}}}"
