"""LaTeX as plain text: a matrix becomes brackets, or rows between bars where it has labels; commands their signs."""

from __future__ import annotations

import re

from tmat.reading.plain_lines import Lines, Plain
from tmat.reading.text_rows import is_cell

DEEPEST = 40
_PLACE = "\x1f"  # before the line of the source that a row comes from
_TOKEN = re.compile(r"\\\\(?:\*|\[[^\]\n]{0,20}\])?|\\[a-zA-Z]+\*?|\\.|[{}&$^_\n]|%[^\n]*|[^\\{}&$^_\n%]+|.", re.DOTALL)
_MATRIX = re.compile(
    r"(?:[bpvVB]|small|[bp]small)?(?:matrix|NiceMatrix)\*?|array|tabular[x*]?|NiceArray|longtable|tblr"
)
_TABLES = ("array", "tabular", "tabular*", "tabularx", "longtable", "tblr", "NiceArray")
_SIGNS = {
    "cdot": "·", "times": "×", "infty": "∞", "approx": "≈", "alpha": "α", "beta": "β", "gamma": "γ", "mu": "μ", "sigma": "σ", "theta": "θ", "top": "ᵀ", "intercal": "ᵀ",
    "ldots": "...", "dots": "...", "cdots": "...", "vdots": "...", "ddots": "...", "to": "→", "rightarrow": "→", "leftarrow": "←", "in": "∈",
    "softmax": "softmax", "quad": "  ", "qquad": "  ", "pm": "±", "sim": "~", "colon": ":", "coloneqq": ":=", "textperiodcentered": "·", "percent": "%",
    "newline": "\n", "par": "\n", "item": "\n* ", "mid": " ", "ldotp": ".", "lbrack": "[", "rbrack": "]", "tmatfit": "",
}  # fmt: skip
_TRANSPARENT = frozenset((
    "text", "mathrm", "mathbf", "mathit", "mathsf", "operatorname", "textbf", "textit", "texttt", "textrm", "emph", "boldsymbol", "bm", "boxed",
    "underline", "mbox", "ensuremath", "hat", "tilde", "bar", "vec", "displaystyle", "mathcal", "mathbb", "rm", "bf", "it", "small", "tiny",
    "scriptsize", "footnotesize", "large", "normalsize", "noindent", "centering", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr",
    "bigg", "biggl", "biggr", "limits", "tmatfit", "textnormal", "label", "textsf", "textsc",
))  # fmt: skip
_DROPPED_ARGUMENTS = {
    "phantom": 1, "vphantom": 1, "hphantom": 1, "hspace": 1, "vspace": 1, "cellcolor": 1, "rowcolor": 1, "color": 1, "label": 1, "cline": 1, "cmidrule": 1,
    "documentclass": 1, "usepackage": 1, "newcommand": 2, "renewcommand": 2, "providecommand": 2, "setlength": 2, "vskip": 0, "hskip": 0, "geometry": 1, "DeclareMathOperator": 2,
}  # fmt: skip
_LAST_ARGUMENT = {
    "textcolor": 2, "multicolumn": 3, "multirow": 3, "colorbox": 2, "resizebox": 3, "scalebox": 2, "underset": 2, "overset": 2, "stackrel": 2, "raisebox": 2,
}  # fmt: skip


def without_latex(text: str) -> Plain:
    """The text with its matrices as brackets or bars."""
    begin = text.find("\\begin{document}")
    reader = _Latex(text.replace(_PLACE, " "), begin + len("\\begin{document}") if begin >= 0 else 0)
    return reader.page()


class _Latex:
    def __init__(self, text: str, start: int) -> None:
        self.tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text, start)]
        self.at = 0
        self.line = text.count("\n", 0, start) + 1
        self.lines = Lines()
        self.depth = 0
        self.labels: list[str] = []  # of an array of words, which stand beside the matrix that follows
        self.heads: list[str] = []

    def page(self) -> Plain:
        while self.at < len(self.tokens):
            self._put(self.piece())
        return self.lines.plain()

    def _put(self, text: str) -> None:
        *whole, last = text.split("\n")
        for line in whole:
            said, marked, place = line.partition(_PLACE)
            self.lines.put(said)
            self.lines.end(int(place) if marked else self.line)
        self.lines.put(last)

    def next(self) -> str:
        token, _ = self.tokens[self.at]
        self.at += 1
        if token == "\n":
            self.line += 1
        return token

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def piece(self) -> str:
        """The next token, command or environment as plain text; matrices are put out as they come."""
        token = self.next()
        if token.startswith("\\\\"):
            if self.peek() == "\n":
                self.next()  # the row's end and the line's are one
            return "\n"
        if token[0] == "%":
            return ""
        if token[0] == "\\":
            return self._command(token[1:])
        if token == "{":
            return self.group_rest()
        if token in "}$":
            return "\n" if token == "$" and self.peek() == "$" else ""
        if token == "&":
            return " "
        if token == "^":
            return self._raised()
        if token == "_":
            return "_" + self.argument().strip()
        return token.replace("~", " ")

    def _raised(self) -> str:
        own = self.argument().strip()
        if own in ("T", "ᵀ", "t", "′"):
            return "ᵀ"
        return f"^{own}" if len(own) < 2 or own.lstrip("-").isdigit() else f"^({own})"

    def group_rest(self) -> str:
        """The text to the brace that closes."""
        self.depth += 1
        parts: list[str] = []
        while self.at < len(self.tokens) and self.peek() != "}":
            if self.depth > DEEPEST:
                parts.append(self.next())
                continue
            parts.append(self.piece())
        if self.at < len(self.tokens):
            self.next()
        self.depth -= 1
        return "".join(parts)

    def argument(self) -> str:
        """What a command takes: a group, or one token."""
        while self.at < len(self.tokens) and not self.peek().strip() and self.peek() != "\n":
            self.next()
        if self.at >= len(self.tokens):
            return ""
        token = self.peek()
        if token == "{":
            self.next()
            return self.group_rest()
        if token[0] in "\\":
            self.next()
            return self._command(token[1:])
        if token in ("}", "&", "$", "\n"):
            return ""
        text, place = self.tokens[self.at]
        text = text.lstrip()
        if len(text) > 1:  # one sign alone, as in \frac12
            self.tokens[self.at] = (text[1:], place + 1)
        else:
            self.at += 1
        return text[:1]

    def _command(self, name: str) -> str:
        star = name.rstrip("*")
        if name in ("[", "]", "(", ")"):
            return "\n" if name in "[]" else " "
        if not name[:1].isalpha():
            return {"%": "%", "_": "_", "&": "&", "#": "#", "$": "$", "{": "{", "}": "}", "|": " "}.get(name, " ")
        if star == "begin":
            return self._environment(self.argument().strip())
        if star == "end":
            self.argument()
            return "\n"
        if star in ("frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac"):
            above, below = self.argument().strip(), self.argument().strip()
            return f"{above}/{below}"
        if star == "sqrt":
            if self.peek().startswith("["):
                self._optional()
            return f"√({self.argument().strip()})"
        if star in ("matrix", "pmatrix", "bmatrix", "vmatrix") and self.peek() == "{":
            self.next()
            return self._rows(star, "}")
        if star == "tmathead":
            head, cell = self.argument().strip(), self.argument()
            self.heads.append(head)
            return cell
        if star in _DROPPED_ARGUMENTS:
            if self.peek().startswith("["):
                self._optional()
            for _ in range(_DROPPED_ARGUMENTS[star]):
                self.argument()
            return ""
        if star in _LAST_ARGUMENT:
            found = ""
            for _ in range(_LAST_ARGUMENT[star]):
                found = self.argument()
            return found
        if star in ("section", "subsection", "subsubsection", "paragraph", "caption"):
            return f"\n\n## {self.argument().strip()}\n\n"
        if star in ("cr", "tabularnewline"):
            return "\n"
        if star in _SIGNS:
            sign = _SIGNS[star]
            return sign
        if star in _TRANSPARENT:
            return ""
        return " "

    def _optional(self) -> None:
        """Pass over what stands in square brackets."""
        while self.at < len(self.tokens) and "]" not in self.peek() and self.peek() != "\n":
            self.next()
        if self.at < len(self.tokens):
            text, place = self.tokens[self.at]
            self.tokens[self.at] = (text.partition("]")[2] or " ", place)

    def _environment(self, name: str) -> str:
        if _MATRIX.fullmatch(name):
            if self.peek().startswith("["):
                self._optional()
            if name in _TABLES:
                if name in ("tabularx", "tabular*"):
                    self.argument()
                self.argument()
            return self._rows(name, "\\end")
        if name in ("verbatim", "lstlisting", "minted"):
            return "\n"
        return "\n"

    def _rows(self, name: str, until: str) -> str:
        """The cells of a matrix up to its end, put out as brackets, or as bars where words stand among them."""
        if self.depth > DEEPEST:
            return " "
        self.depth += 1
        heads, self.heads = self.heads, []
        rows: list[list[str]] = [[""]]
        places = [self.line]
        ruled = False
        while self.at < len(self.tokens) and self.peek() != until:
            token = self.peek()
            if token.startswith("\\\\") or token in ("\\cr", "\\tabularnewline"):
                self.next()
                rows.append([""])
                places.append(self.line)
            elif token == "&":
                self.next()
                rows[-1].append("")
            elif token == "\n":
                self.next()
                if not any(cell.strip() for cell in rows[-1]):
                    places[-1] = self.line
                rows[-1][-1] += " "
            else:
                ruled |= token in ("\\hline", "\\midrule") and len(rows) == 2 and not "".join(rows[-1]).strip()
                rows[-1][-1] += re.sub(f"{_PLACE}[0-9]*", "", self.piece()).replace("\n", " ")
        if self.at < len(self.tokens):
            self.next()
            if until == "\\end":
                self.argument()
        self.depth -= 1
        own_heads, self.heads = self.heads, heads
        kept = [([cell.strip() for cell in cells], place) for cells, place in zip(rows, places, strict=True)]
        kept = [(cells, place) for cells, place in kept if any(cells) or len(cells) > 1]
        return self._written([cells for cells, _ in kept], [place for _, place in kept], name, own_heads, ruled)

    def _written(self, rows: list[list[str]], places: list[int], name: str, heads: list[str], ruled: bool) -> str:
        if not rows:
            return " "
        words = [any(cell and not is_cell(cell) for cell in cells) for cells in rows]
        if all(len(cells) == 1 for cells in rows) and (all(words) or (name == "array" and any(words))):
            self.labels = [cells[0] for cells in rows]
            return " "
        labels, self.labels = self.labels, []
        if len(labels) != len(rows):
            labels = []
        if labels or heads or (any(words) and (name in _TABLES or all(not is_cell(cells[0]) for cells in rows))):
            rows = [[label, *cells] for label, cells in zip(labels, rows, strict=True)] if labels else rows
            if labels and not heads:
                heads = [str(n) for n in range(1, len(rows[0]))]  # under an empty corner a label may be anything
            if heads:
                rows, places = [["", *heads] if labels else heads, *rows], [places[0], *places]
            bars = ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in rows]
            if heads or ruled or words[0]:
                bars.insert(1, "|" + "---|" * len(rows[0]))
                places.insert(1, places[0])
            return "\n" + "".join(f"{bar}{_PLACE}{place}\n" for bar, place in zip(bars, places, strict=True)) + "\n"
        texts = ["[" + ", ".join(cell or "_" for cell in cells) + "]" for cells in rows]
        before = "".join(f"{text},{_PLACE}{place}\n" for text, place in zip(texts, places[:-1], strict=False))
        return f"[{before}{texts[-1]}]"
