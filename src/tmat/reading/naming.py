"""The name of a matrix in a heading or before its rows, without bullets, numbers, sizes and filler words."""

from __future__ import annotations

import re
from functools import lru_cache

from tmat.errors import fold
from tmat.reading.spelled_numbers import ONE_SIGN
from tmat.sheet.names import ALIASES, MEANINGS, canonical, meanings
from tmat.stages import declared as stage_declared
from tmat.stages import said_otherwise, stage_names

LONGEST = 200
_SIZE = r"[0-9]{1,7} ?(?:[x×*]|by|\\times) ?[0-9]{1,7}"
SIZE_ALONE = re.compile(r"[0-9]+ ?[×x] ?[0-9]+")
_SIZES = re.compile(
    rf"\s*[(\[]\s*(?:shape:?|size:?)?\s*{_SIZE}\s*[)\]]|\s+{_SIZE}(?=\s*[:=]?\s*$)"
    rf"|\s*(?:\b(?:has )?(?:shape|size):?)?\s*[(\[]\s*[0-9]{{1,7}}\s*,\s*[0-9]{{1,7}}\s*[)\]](?=\s*[:=;]?\s*$)|\s*∈\s*\S+"
)
_BULLET = re.compile(r"(?:[*\-•·–▪►▸‣◦○●+>]\s+)+")
_STEP = re.compile(
    r"(?i)(?:step|part|question|task|problem|exercise|stage|schritt|aufgabe|teil|第|步骤|问题|étape|paso)\s*[0-9a-z]{0,3}\s*[步题]?\s*[:.)\-–—]\s*"
)
_COUNTED = re.compile(
    r"(?:\(\s*(?:[0-9]{1,3}|[a-zA-Z]|[ivx]{1,4})\s*\)|[0-9]{1,3}\s?[.)]|(?:[a-z]|[ivx]{1,4})(?:[.)](?=\s)|\))|[0-9]{1,3} *·|[0-9]{1,3}\s{2,}|[①-⑳])\s*(?=[^\W\d]|[*_`$\"'(\\])"
)
_FILLING = re.compile(
    r"(?i)\b(?:matrix|matrices|the|of|is|are|my|our|values?(?=\s*$)|vectors?|result(?:ing)?|computed|final|compute|calculate|approximately|let|then|so|where|and)\b|矩阵(?=\s|$)|的"
)
_BY_ROOT = re.compile(r"(.+?)\s*/\s*(?:√|sqrt)\s*\(?(?:d_?k|dₖ|[0-9]{1,4})\)?")  # QKᵀ / √d_k
_TYPE = re.compile(  # of a language: const float A, let a: [[f64; 3]; 2], double[][] a
    r"(?:(?:const|static|public|final|let|var|val|auto|mut|float|double|int|real\w*|Matrix\w*|Eigen::\w+)(?:\[\])*\s+)+(?=[A-Za-z_])"
)
_ASIDE = re.compile(  # of a declaration: q[2][3], double[,] q, std::vector<double> q, $q, self.W_q, Dim Q As Double(,)
    r"(?:\[[0-9,]{0,9}\])+$|\s*=?\s*\([0-9]{1,5}><[0-9]{1,5}\)$|\s*=?\s*\(Mat_.*$|^(?:(?:my|our|Dim|\w+(?:::\w+)*(?:<[\w:<>, ]+>|\[,*\])|Mat|cv::Mat|Array)\s+)?[$@%+]?(?:self\.)?(?=[^\W\d]\w*(?:\[[0-9,]*\])*(?: As |$))| As \w+(?:\(,*\))?$"
)
_ANNOTATION = re.compile(r"\s*:\s*[^=]*[\[<][^=]*(?==)")
_DIGITS = "0123456789₀₁₂₃₄₅₆₇₈₉"
_ENDS = " \t:=≈≔,;.-–—→<>"


_DECLARED = re.compile(
    r"(?:\[([0-9]{1,5})\]\[([0-9]{1,5})\]|\(([0-9]{1,5})><([0-9]{1,5})\)|[\[(]([0-9]{1,5}),\s?([0-9]{1,5})[\])])\s*(?:=|<<)?\s*$"
)


def declared(prefix: str) -> tuple[int, int] | None:
    """The shape declared right before numbers.

    >>> [declared(text) for text in ("float A[2][3] =", "q = (2><3)", "(Mat_<double>(2,3) <<", "Q (2x3)")]
    [(2, 3), (2, 3), (2, 3), None]
    """
    found = _DECLARED.search(prefix)
    sizes = [int(size) for size in found.groups() if size] if found else []
    return (sizes[0], sizes[1]) if sizes else None


def bare(text: str) -> str:
    """A word without the Markdown marks around it.

    >>> bare("**Q**"), bare("`W_Q`"), bare("$K$"), bare("*")
    ('Q', 'W_Q', 'K', '*')
    """
    if text[:1].isalnum():
        return text
    for mark in ("***", "**", "__", "`", "$$", "$", "*", '"', "'"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            inner = text[len(mark) : -len(mark)].strip()
            if inner.strip("_"):
                return bare(inner)
    return text


@lru_cache(2048)
def stage_of(text: str) -> str | None:
    """The kind of stage whose id a heading is, on a page of several stages.

    >>> stage_of("addnorm-2"), stage_of("decode-1.self-attention"), stage_of("Q")
    ('addnorm', 'attention', None)
    """
    kind = re.sub(r"-[0-9]+$", "", text.rpartition(".")[2])
    return next((name for name in stage_names() if kind == name or kind.endswith(f"-{name}")), None)


def as_heading(text: str) -> str:
    """The letters and digits of a heading, by which headings are compared, whatever the format makes of signs.

    >>> as_heading("Version 5: cross-attention"), as_heading("masked before softmax: −∞")
    ('version5crossattention', 'maskedbeforesoftmax')
    """
    return re.sub(r"\W|_", "", text).casefold()


@lru_cache(2048)
def name_of(text: str) -> str:
    """The name in a text that stands before or above a matrix.

    >>> [name_of(text) for text in ("(a) Q", "Step 1: Q", "## Q (3×2)", "“Q”", "Q matrix:", "查询矩阵 Q", "Z = A·V =")]
    ['Q', 'Q', 'Q', 'Q', 'Q', 'Q', 'Z']
    >>> name_of("The attention weights are:"), name_of("S = QKᵀ/√2"), name_of("My homework"), name_of("We get Q =")
    ('attention weights', 'S', 'My homework', 'Q')
    >>> name_of("Output Z"), name_of("Attention weights A"), name_of("S / sqrt(d_k)")
    ('Z', 'A', 'scaled')
    """
    if len(text) > 10 * LONGEST:
        return text.strip()
    text = _plain(_ANNOTATION.sub(" ", text))
    if len(text) > LONGEST or is_known(text):
        return text
    parts = [part.strip(_ENDS) for part in re.split(r":=|<-|←|[=≈≔:]", text)]
    parts = [part for part in parts if part]
    equation = re.search("[=≈←]|<-", text) is not None
    for part in parts[:1] if equation else reversed(parts):
        if found := _known_in(part):
            return found
    return bare(_plain(parts[0])) if equation and len(parts) > 1 else bare(text.strip(_ENDS))


def _plain(text: str) -> str:
    """The text without bullets, counts, sizes, types and the marks of Markdown and of an equation."""
    text = text.translate(ONE_SIGN).strip().lstrip("#").strip(" \t=~")
    for _ in range(3):
        before = text
        for pattern in (_BULLET, _COUNTED, _STEP):
            found = pattern.match(text)
            if found and found.end() < len(text):
                text = text[found.end() :]
        text = bare(bare(text.strip()).rstrip(_ENDS))
        if text == before:
            break
    text = _ASIDE.sub("", _SIZES.sub("", _TYPE.sub("", text, count=1)))
    if text[:1] + text[-1:] in ("[]", "()", "{}") and is_known(text[1:-1]):
        text = text[1:-1]
    return bare(text.strip(_ENDS) or text)


def _known_in(part: str) -> str:
    """The known name in a few words, or nothing."""
    part = bare(_plain(part))
    if (scaled := _BY_ROOT.fullmatch(part)) and "scores" in meanings(scaled[1]):
        return "scaled"
    outside = re.sub(r"\s*\([^()]*\)", "", part).strip()
    short = re.sub(r"\s+", " ", _FILLING.sub(" ", outside)).strip()
    for words in (part, outside, short):
        if words and is_known(words):
            return words
    pieces = short.split()
    if 1 < len(pieces) <= 5:
        phrase, last = " ".join(pieces[:-1]), pieces[-1]
        if is_known(phrase) and (len(last) == 1 or is_known(last)):
            return last if is_known(last) and (len(last) == 1 or canonical(phrase) in meanings(last)) else phrase
        known = [bare(piece) for piece in pieces if is_known(bare(piece)) and piece.lower() not in ("we", "be")]
        if known and len({canonical(piece) for piece in known}) == 1 and (len(pieces) <= 3 or known[-1] == pieces[-1]):
            return known[-1]
    inside = re.search(r"\(([^()]*)\)", part)
    return inside[1].strip() if inside and is_known(inside[1].strip()) and len(part.split()) <= 5 else ""


def is_name(label: str) -> bool:
    """Whether a label is a matrix's name and little else: a label with more words counts or measures something.

    >>> is_name("The loss:"), is_name("Total params"), is_name("steps")
    (True, False, False)
    """
    name = name_of(label)
    return is_known(name) and fold(_FILLING.sub("", _plain(label))) in (fold(name), fold(_FILLING.sub("", name)))


@lru_cache(1)
def _names() -> frozenset[str]:
    """The known names of matrices, folded: of the stages, of books, of people."""
    stages = [stage_declared(name) for name in stage_names()]
    own = {fold(name) for stage in stages for name in (*stage.inputs, *stage.masks, *stage.steps)}
    return frozenset(own | ALIASES.keys() | MEANINGS.keys() | said_otherwise().keys())


def is_known(name: str) -> bool:
    """Whether a text is a name for a matrix; a single small letter is a word.

    >>> [is_known(name) for name in ("W_Q", "attention scores", "A", "a", "When", "Q1", "query")]
    [True, True, True, False, False, True, True]
    """
    own = fold(name).rstrip(_DIGITS)
    letter = name.rstrip(_DIGITS)
    single = len(letter) == 1 and letter.islower() and letter.isascii()
    return bool(own) and not single and (own in _names() or own.rpartition(".")[2] in _names())
