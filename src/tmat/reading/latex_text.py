"""LaTeX as plain text: a matrix becomes brackets, or rows between bars where it has labels; commands their signs."""

from __future__ import annotations

import re

from tmat.reading.latex_names import DROPPED_ARGUMENTS, FRACTIONS, HEADINGS, LAST_ARGUMENT, OF_SIGNS, SIGNS, TRANSPARENT
from tmat.reading.number_text import is_decimal_comma
from tmat.reading.plain_lines import Lines, Plain, between_bars
from tmat.reading.text_rows import is_cell

PLACE = "\x1f"  # before the line of the source that a row comes from
TABLES = ("array", "tabular", "tabular*", "tabularx", "longtable", "tblr", "NiceArray")
"""Environments that say how their columns stand, and may have labels."""


DEEPEST = 40
_LENGTH = r"\\[a-z]{0,20}(?:penalty|skip|width|height|depth|indent|sep)\s?=\s?-?[0-9.]{1,10}(?:pt|em|ex|cm|mm)?"  # \parskip=1ex
_TOKEN = re.compile(
    rf"\\\\(?:\*|\[[^\]\n]{{0,20}}\])?|{_LENGTH}|\\[a-zA-Z]+\*?|\\.|[{{}}&$^_\n]|%[^\n]*|[^\\{{}}&$^_\n%]+|.", re.DOTALL
)
_MATRIX = re.compile(
    r"(?:[bpvVB]|small|[bp]small)?(?:matrix|NiceMatrix)\*?|array|tabular[x*]?|NiceArray|longtable|tblr"
)


def without_latex(text: str) -> Plain:
    """The text with its matrices as brackets or bars."""
    begin = text.find("\\begin{document}")
    reader = _Latex(text.replace(PLACE, " "), begin + len("\\begin{document}") if begin >= 0 else 0)
    return reader.page()


class _Latex:
    def __init__(self, text: str, start: int) -> None:
        self.text = text
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
            said, marked, place = line.partition(PLACE)
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
        """The next token, command or environment as plain text."""
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
            small = self.peek() == "\\small"
            text = self.group_rest()
            note = small and text.endswith("\n") and not set("[|") & set(text)  # {\small one head · no mask\par}
            return "\n" if note else text
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
        """An argument of a command: a group, or one token."""
        while self.at < len(self.tokens) and not self.peek().strip() and self.peek() != "\n":
            self.next()
        token = self.peek()
        if token == "{":
            self.next()
            return self.group_rest()
        if token[:1] == "\\":
            self.next()
            return self._command(token[1:])
        if token in ("", "}", "&", "$", "\n"):
            return ""
        text, place = self.tokens[self.at]
        text = text.lstrip()
        if len(text) > 1:  # one sign alone, as in \frac12
            self.tokens[self.at] = (text[1:], place + 1)
        else:
            self.at += 1
        return text[:1]

    def _command(self, name: str) -> str:
        """A command as plain text, by its name without the backslash."""
        if not name[:1].isalpha():
            return OF_SIGNS.get(name, " ")
        star = name.rstrip("*")
        if star in ("begin", "end"):
            own = self.argument().strip()
            return self._environment(own) if star == "begin" else "\n"
        if star in FRACTIONS:
            above, below = self.argument().strip(), self.argument().strip()
            return f"{above}/{below}"
        if star in ("matrix", "pmatrix", "bmatrix", "vmatrix") and self.peek() == "{":
            self.next()
            return self._rows(star, "}")
        if star in HEADINGS:
            return f"\n\n## {self.argument().strip()}\n\n"
        if star in SIGNS:
            return SIGNS[star]
        return self._with_arguments(star)

    def _with_arguments(self, name: str) -> str:
        """A command with arguments: one of them is kept, or none."""
        if name in ("sqrt", *DROPPED_ARGUMENTS) and self.peek().startswith("["):
            self._optional()
        if name == "sqrt":
            return f"√({self.argument().strip()})"
        if name == "tmathead":
            self.heads.append(self.argument().strip())
            return self.argument()
        if name in DROPPED_ARGUMENTS:
            for _ in range(DROPPED_ARGUMENTS[name]):
                self.argument()
            return ""
        found = "" if name in TRANSPARENT or name in LAST_ARGUMENT else " "
        for _ in range(LAST_ARGUMENT.get(name, 0)):
            found = self.argument()
        return found

    def _optional(self) -> None:
        """Skip an optional argument in square brackets."""
        while self.at < len(self.tokens) and "]" not in self.peek() and self.peek() != "\n":
            self.next()
        if self.at < len(self.tokens):
            text, place = self.tokens[self.at]
            self.tokens[self.at] = (text.partition("]")[2] or " ", place)

    def _environment(self, name: str) -> str:
        if _MATRIX.fullmatch(name):
            if self.peek().startswith("["):
                self._optional()
            if name in TABLES:
                if name in ("tabularx", "tabular*"):
                    self.argument()
                self.argument()
            return self._rows(name, "\\end")
        if name == "aligned":
            self._past_working()
        return "\n"

    def _past_working(self) -> None:
        """Pass over the lines of one calculation: the first alone says what it is of, each other begins with its sign."""
        rows, depth, line = [""], 1, self.line
        for at in range(self.at, len(self.tokens)):
            token, place = self.tokens[at]
            line += token == "\n"
            if token == "\\begin":
                if _MATRIX.match(self.text, place + len("\\begin{")):
                    return
                depth += 1
            elif token == "\\end":
                depth -= 1
                if depth == 0:
                    break
            elif depth == 1 and token.startswith("\\\\"):
                rows.append("")
            elif depth == 1:
                rows[-1] += token
        if depth == 0 and "&" in rows[0] and len(rows) > 1 and all(row.lstrip().startswith("&") for row in rows[1:]):
            self.at, self.line = at, line

    def _rows(self, name: str, until: str) -> str:
        """A matrix up to its end as brackets, or as a table where there are words among its cells."""
        if self.depth > DEEPEST:
            return " "
        self.depth += 1
        heads, self.heads = self.heads, []
        rows: list[list[str]] = [[""]]
        places = [self.line]
        ruled = False
        while self.at < len(self.tokens) and self.peek() != until:
            token = self.peek()
            lost = (
                token in ("\\ ", "\\\n") and len(rows[-1]) > 1 and rows[-1][-1].strip()[-1:].isdigit()
            )  # Markdown makes \\ one
            if token.startswith("\\\\") or token in ("\\cr", "\\tabularnewline") or lost:
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
                rows[-1][-1] += re.sub(f"{PLACE}[0-9]*", "", self.piece()).replace("\n", " ")
        if self.at < len(self.tokens):
            self.next()
            if until == "\\end":
                self.argument()
        self.depth -= 1
        own_heads, self.heads = self.heads, heads
        kept = [([cell.strip() for cell in cells], place) for cells, place in zip(rows, places, strict=True)]
        kept = [(cells, place) for cells, place in kept if any(cells) or len(cells) > 1]
        if not kept:
            return " "
        return self._matrix([cells for cells, _ in kept], [place for _, place in kept], name, own_heads, ruled)

    def _matrix(self, rows: list[list[str]], places: list[int], name: str, heads: list[str], ruled: bool) -> str:
        """The cells as text, each row with its line. A column of words becomes the row labels of the next matrix."""
        words = [any(cell and not is_cell(cell) for cell in cells) for cells in rows]
        if all(len(cells) == 1 for cells in rows) and (all(words) or (name == "array" and any(words))):
            self.labels = [cells[0] for cells in rows]
            return " "
        labels, self.labels = self.labels if len(self.labels) == len(rows) else [], []
        commas = len(rows[0]) > 1 and any(words) and not (labels or heads or ruled)
        commas = commas and all(not cell or is_cell(cell) or is_decimal_comma(cell) for cells in rows for cell in cells)
        in_table = any(words) and (name in TABLES or all(not is_cell(cells[0]) for cells in rows))
        if labels or heads or commas or in_table:
            lines = between_bars(rows, places, labels, heads, head=ruled or (words[0] and not commas))
            return "\n" + "".join(f"{text}{PLACE}{place}\n" for text, place in lines) + "\n"
        texts = ["[" + ", ".join(cell or "_" for cell in cells) + "]" for cells in rows]
        before = "".join(f"{text},{PLACE}{place}\n" for text, place in zip(texts, places[:-1], strict=False))
        return f"[{before}{texts[-1]}]"
