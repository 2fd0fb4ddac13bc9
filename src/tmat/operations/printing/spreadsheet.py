"""Spreadsheet formulas that both Excel and LibreOffice calculate: ``SUMPRODUCT(B2:E2,B12:E12)``.

No formula needs array entry: what runs along a row or column is inside SUMPRODUCT, which takes arrays in both
programs. A softmax subtracts the row's maximum, so that EXP does not overflow. A spreadsheet has no infinity: −∞ is
MINUS_INFINITY, of which EXP is 0 and differences stay finite.

>>> from tmat.operations.expression import Operand, total
>>> a, b = Operand("A", shape=(2, 3)), Operand("B", shape=(3, 2))
>>> sheet = Spreadsheet(
...     lambda cell: f"{'ABC'[cell.j]}{cell.i + 1}",
...     lambda first, last: f"{'ABC'[first.j]}{first.i + 1}:{'ABC'[last.j]}{last.i + 1}",
... )
>>> sheet.text(total(a[0, k] * b[k, 1] for k in range(3)))
'SUMPRODUCT(MMULT(A1:C1,B1:B3))'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from tmat.operations.expression import Call, Cell, Expression, Negative, Number, Operand, Product, Quotient, Sum
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, QUOTIENT, SUM, At, Bound, Notation
from tmat.operations.selections import Beyond, Choice, Larger, Lookup, Place
from tmat.operations.series import Run, common, runs

MINUS_INFINITY = "-1E+300"
INFINITY = "1E+300"
LEAST_FINITE = "-1E+299"  # what is less was −∞, whatever was added to it
BEYOND = 8  # further decimals to which numbers are rounded first: float errors vanish, most decimals have fewer
_LARGEST_EXPONENT = 709  # EXP of more is an error, not ∞
_FUNCTIONS = {"exp": "EXP", "ln": "LN", "sin": "SIN", "cos": "COS", "tanh": "TANH", "erf": "ERF", "sqrt": "SQRT"}


class Named(float):
    """A number in a named cell, which formulas refer to by the name.

    >>> from tmat.operations.expression import sqrt
    >>> Spreadsheet(str, lambda first, last: "").text(sqrt(Named("d_k", 6)))
    'SQRT(d_k)'
    """

    name: str

    def __new__(cls, name: str, value: float) -> Named:
        own = super().__new__(cls, value)
        own.name = name
        return own


class _Formula(Notation):
    """The operators of a spreadsheet. −2^2 is 4 there, so powers get brackets."""

    beside = times = spaced_times = "*"
    plus = "+"
    minus = "-"

    def negative(self, text: str) -> str:
        return f"-{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"{at(top, PRODUCT)}/{at(bottom, POWER)}", QUOTIENT

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        return f"{at(base, ATOM)}^{at(exponent, ATOM)}", POWER

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        text = at(argument, LOOSE)
        if function == "exp":
            text = f"MIN({text},{_LARGEST_EXPONENT})"
        return f"{_FUNCTIONS[function]}({text})", ATOM

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        return f"{function.upper()}({','.join(terms)})", ATOM


class Spreadsheet(Printer):
    """The formula of a cell, without the = before it.

    ``address`` gives a cell's address (``Sheet1!$B$2``), ``between`` that of a range of cells from first to last;
    ``taken`` the decimals to which later steps round a matrix, or the name of the cell that holds them.
    """

    def __init__(
        self,
        address: Callable[[Cell], str],
        between: Callable[[Cell, Cell], str],
        *,
        taken: Mapping[str, int | str] | None = None,
    ) -> None:
        super().__init__(_Formula())
        self._address = address
        self._between = between
        self._taken = dict(taken or {})

    def rounded(self, expression: Expression, decimals: int | str | None) -> str:
        """The formula of a step, rounded if it says so; ROUND goes half away from zero."""
        text = self.text(expression)
        return text if decimals is None else rounding(text, decimals)

    # -- the leaves

    def number(self, number: Number) -> Bound:
        value = number.number
        if isinstance(value, Named):
            return value.name, ATOM
        if math.isinf(value):
            return (INFINITY, ATOM) if value > 0 else (MINUS_INFINITY, LOOSE)
        if value == math.pi:
            return "PI()", ATOM
        text = repr(value).upper().removesuffix(".0")
        return text, LOOSE if value < 0 else ATOM

    def cell(self, cell: Cell) -> Bound:
        return self._as_taken(self._address(cell), cell.operand.name), ATOM

    def run(self, run: Run) -> Bound:
        first, last = run.first, run.last
        alone = (first.i, first.j) == (last.i, last.j)
        text = self._address(first) if alone else self._between(first, last)
        return self._as_taken(text, run.operand.name), ATOM

    def _as_taken(self, text: str, name: str) -> str:
        return rounding(text, self._taken[name]) if name in self._taken else text

    # -- rows and columns of cells

    def sum(self, e: Sum) -> Bound:
        whole = self._line(e.terms)
        if whole is not None:
            return whole, ATOM
        block = self._block(e.terms) if len(e.terms) > 1 else None
        if block is not None:  # the first cells of a row
            return f"SUM({block})", ATOM
        most = self._line(e.terms[:-1])
        if most is not None:
            return f"{most}+{self.at(e.terms[-1], QUOTIENT)}", SUM
        return super().sum(e)

    def _line(self, terms: Sequence[Expression]) -> str | None:
        term = common(terms)
        if term is None or _takes_logarithm(term):  # IF does not go along a range
            return None
        if isinstance(term, Run):
            return f"SUMPRODUCT({self.text(term)})" if self._rounds(term) else f"SUM({self.text(term)})"
        lines = list(runs(term))
        if isinstance(term, Product) and len(lines) == 2 and all(isinstance(own, Run) for own in term.factors):
            row, column = sorted(lines, key=lambda run: not run.is_row)
            if row.is_row == column.is_row:
                return f"SUMPRODUCT({self.text(lines[0])},{self.text(lines[1])})"
            return f"SUMPRODUCT(MMULT({self.text(row)},{self.text(column)}))"
        if len({run.is_row for run in lines}) > 1:
            return None  # a row and a column do not pair up cell by cell
        return f"SUMPRODUCT({self.text(term)})"

    def _rounds(self, term: Expression) -> bool:
        return any(run.operand.name in self._taken for run in runs(term))

    def _largest(self, terms: Sequence[Expression]) -> str:
        term = common(terms)
        if isinstance(term, Run) and not self._rounds(term):
            return f"MAX({self.text(term)})"
        if term is not None and len({run.is_row for run in runs(term)}) == 1:
            return f"SUMPRODUCT(MAX({self.text(term)}))"
        return f"MAX({','.join(self.text(one) for one in terms)})"

    # -- kinds of expressions that a spreadsheet writes in its own way

    def _bound(self, e: Expression) -> Bound:
        if isinstance(e, Quotient):
            return self._quotient(e)
        if isinstance(e, Negative) and "^" in (inner := self.text(e.inner)):  # −x^2 would be (−x)²
            return f"-({inner})", LOOSE
        if isinstance(e, Place):
            return self._place(e)
        if isinstance(e, Larger):
            return self._larger(e)
        if isinstance(e, Beyond):
            return self._beyond(e)
        if isinstance(e, Call) and e.function == "ln":
            return self._logarithm(e.argument)
        if isinstance(e, Call) and e.function == "exp" and any(runs(e)):  # MIN would be one number for the whole range
            return f"EXP({self.text(e.argument)})", ATOM
        return super()._bound(e)

    def _quotient(self, e: Quotient) -> Bound:
        if e.exponents is not None:
            return self._share(*e.exponents)
        text, level = self.notation.quotient(self.at, e.top, e.bottom)
        if _never_zero(e.bottom):
            return text, level
        return f"IF({self.text(e.bottom)}=0,0,{text})", ATOM

    def _share(self, own: Expression, others: tuple[Expression, ...]) -> Bound:
        largest = self._largest(others)
        top = f"EXP({self.at(own, SUM)}-{largest})"
        term = common(others)
        if term is not None and len({run.is_row for run in runs(term)}) == 1:
            bottom = f"SUMPRODUCT(EXP({self.at(term, SUM)}-{largest}))"
        else:
            bottom = f"({'+'.join(f'EXP({self.at(other, SUM)}-{largest})' for other in others)})"
        text = f"{top}/{bottom}"
        if _may_be_lost(own):
            return f"IF({largest}<{LEAST_FINITE},0,{text})", ATOM
        return text, QUOTIENT

    def _logarithm(self, e: Expression) -> Bound:
        """ln of a softmax from its exponents, as the share may underflow; ln 0 is −∞."""
        if not isinstance(e, Quotient) or e.exponents is None:
            return f"IF({self.text(e)}=0,{MINUS_INFINITY},LN({self.text(e)}))", ATOM
        own, others = e.exponents
        largest = self._largest(others)
        _, _, bottom = self._share(own, others)[0].partition("/")
        return f"{self.at(own, SUM)}-{largest}-LN({bottom.removesuffix(')') if _may_be_lost(own) else bottom})", SUM

    def _larger(self, e: Larger) -> Bound:
        """1 or 0, not TRUE or FALSE, which are both unequal to 0."""
        line, own = self._block(e.terms), self.at(e.own, SUM)
        if line is None:
            amount = "+".join(
                f"({self.at(term, SUM)}>{own})*{self.at(term, POWER) if e.summed else 1}" for term in e.terms
            )
        else:
            amount = f"SUMPRODUCT(({line}>{own})*{line if e.summed else 1})"
        limit = f"{e.limit:.15g}" + ("-1E-12" if e.summed else "")
        return f"({amount}<{limit})*1", PRODUCT

    def _beyond(self, e: Beyond) -> Bound:
        term = common(e.terms)
        line = self.text(term) if isinstance(term, Run) else None
        if line is None:
            below = "+".join(f"({self.at(one, SUM)}<={self.at(e.draw, SUM)})*1" for one in e.terms[:-1]) or "0"
            return f"{e.first}+{below}", SUM
        ends = f"SUMPRODUCT(({line}<={self.at(e.draw, SUM)})*1),SUMPRODUCT(({line}<MAX({line}))*1)"
        return (f"{e.first}+" if e.first else "") + f"MIN({ends})", SUM if e.first else ATOM

    def _block(self, terms: Sequence[Expression]) -> str | None:
        """The range of cells that form a rectangle in reading order, all with the same sign; None of others."""
        inner = [term.inner if isinstance(term, Negative) else term for term in terms]
        cells = [cell for cell in inner if isinstance(cell, Cell)]
        if len(cells) != len(inner) or len({type(term) for term in terms}) != 1 or cells[0].operand.name in self._taken:
            return None
        operand, first, last = cells[0].operand, cells[0], cells[-1]
        whole = [(i, j) for i in range(first.i, last.i + 1) for j in range(first.j, last.j + 1)]
        if [(cell.i, cell.j) for cell in cells] != whole or any(cell.operand is not operand for cell in cells):
            return None
        text = self._address(first) if len(cells) == 1 else self._between(first, last)
        return f"-{text}" if isinstance(terms[0], Negative) else text

    def choice(self, e: Choice) -> Bound:
        return f"IF({self.at(e.test, SUM)}<>0,{self.text(e.then)},{self.text(e.otherwise)})", ATOM

    def lookup(self, e: Lookup) -> Bound:
        column = self.text(Run(e.table, None, e.j))
        shift = 1 - e.first
        index = self.at(e.index, SUM) + (f"{shift:+d}" if shift else "")
        return f"INDEX({column},{index})", ATOM

    def _place(self, e: Place) -> Bound:
        term = common(e.terms)
        if not isinstance(term, Run):
            terms = [self.text(one) for one in e.terms]
            largest = f"MAX({','.join(terms)})"
            text = str(e.first + len(terms) - 1)
            for n in range(len(terms) - 2, -1, -1):
                text = f"IF({terms[n]}={largest},{e.first + n},{text})"
            return text, ATOM
        line = self.text(term)
        place = f"MATCH(MAX({line}),{line},0)"
        if self._rounds(term):
            place = f"SUMPRODUCT({place})"
        shift = e.first - 1
        return place + (f"{shift:+d}" if shift else ""), SUM if shift else ATOM


def rounding(text: str, decimals: int | str) -> str:
    """A formula rounded as by hand: first the errors of doubles, so that 2.0749999999999997 counts as the tie 2.075.

    >>> rounding("B2*B5", 2), rounding("B2", "decimals")
    ('ROUND(ROUND(B2*B5,10),2)', 'ROUND(ROUND(B2,decimals+8),decimals)')
    """
    further = f"{decimals}+{BEYOND}" if isinstance(decimals, str) else decimals + BEYOND
    return f"ROUND(ROUND({text},{further}),{decimals})"


def _takes_logarithm(e: Expression) -> bool:
    return (isinstance(e, Call) and e.function == "ln") or any(map(_takes_logarithm, e.parts))


def _never_zero(bottom: Expression) -> bool:
    """Whether a divisor cannot be 0: a constant, its root, an exponential, or a sum with a positive constant."""
    if isinstance(bottom, Number):
        return bottom.number != 0.0
    if isinstance(bottom, Call):
        return bottom.function == "exp" or (bottom.function == "sqrt" and _never_zero(bottom.argument))
    if isinstance(bottom, Sum):  # the other terms are squares, deviations, exponentials
        stays = [t.number for t in bottom.terms if isinstance(t, Number) and not isinstance(t.number, Named)]
        return any(number > 0.0 for number in stays)
    return not any(True for _ in _cells(bottom))


def _cells(expression: Expression) -> list[Expression]:
    own: list[Expression] = [expression] if isinstance(expression, Cell | Run | Lookup) else []
    return own + [cell for part in expression.parts for cell in _cells(part)]


def _may_be_lost(exponent: Expression) -> bool:
    """Whether an exponent's matrix has −∞ in it, so that a whole row may be −∞."""
    return any(isinstance(cell, Cell) and _holds_minus_infinity(cell.operand) for cell in _cells(exponent))


def _holds_minus_infinity(operand: Operand) -> bool:
    values = operand.values
    return values is not None and bool((values == -math.inf).any())
