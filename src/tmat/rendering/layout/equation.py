"""The equation of a step: its formula in parts, and its operands and result side by side, their signs on the middle row.

``Q·Kᵀ`` has three parts: a matrix, a sign, and a matrix that is transposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from tmat.operations import REGISTRY
from tmat.operations.expression import Call, Difference, Expression, Negative, Number, Power, Product, Quotient, Sum
from tmat.operations.formula import (
    MatrixProduct,
    MatrixSymbol,
    OuterSum,
    Prose,
    RowSums,
    Selection,
    SideBySide,
    Transposed,
    Words,
    matrices,
)
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, QUOTIENT, SUM, superscript
from tmat.operations.selections import Choice, Maximum
from tmat.rendering.layout.drawer import UNLIMITED, Drawer, View
from tmat.rendering.layout.numbers import decimals, operand
from tmat.rendering.styled import (
    EMPTY,
    Block,
    Line,
    Span,
    beside,
    captioned,
    columns,
    in_brackets,
    indented,
    sign,
    space,
    spacer,
)
from tmat.sheet.worksheet import Matrix, Stage, Step

BETWEEN = {"×": " · ", "+": " + ", "∘": " ∘ ", "−": " − "}


@dataclass(eq=False)
class Sign:
    """Text between matrices: an operator, a function's name, a number."""

    text: str


@dataclass(eq=False)
class Place:
    """The place of operand ``n``: whether it is transposed, and its exponent (²)."""

    n: int
    transposed: bool = False
    raised: str = ""


@dataclass(eq=False)
class Group:
    """Parts in brackets, ( or [."""

    parts: tuple[Part, ...]
    bracket: str = "("


Part: TypeAlias = "Sign | Place | Group"


class Formula:
    """The formula of a step over its operands' names: as text, as parts between matrices, and with shapes for matrices.

    A worksheet from elsewhere may have an operation that is not known here, or another of the same name: then there is no tree.
    """

    def __init__(self, op: str, names: Sequence[str], params: Mapping[str, Any]) -> None:
        self.op, self.names = op, names
        self.tree: Expression | None = None
        with suppress(KeyError, ValueError):
            self.tree = REGISTRY[op].over(names, dict(params))

    @property
    def text(self) -> str:
        """As a line of text; of an operation that is not known, its name and operands."""
        return f"{self.op}({', '.join(self.names)})" if self.tree is None else Matrices().text(self.tree)

    @property
    def selects(self) -> bool:
        """Whether it takes a part of one matrix: Q[:, 1…4]."""
        return isinstance(self.tree, Selection) and len(self.names) == 1

    @cached_property
    def parts(self) -> tuple[Part, ...] | None:
        """Its matrices and signs in reading order; None where it is no equation that matrices can be set in.

        >>> Formula("matmul_transposed", ["Q", "K"], {}).parts
        (Place(n=0, transposed=False, raised=''), Sign(text=' × '), Place(n=1, transposed=True, raised=''))
        >>> Formula("lookup", ["W", "ids"], {"first": 1}).parts is None
        True
        """
        tree = self.tree
        if tree is None or isinstance(tree, Selection) or not matrices(tree):
            return None
        if isinstance(tree, Prose) and isinstance(tree.spoken[0], Words):  # "mean of X's rows" is set as X → mean
            return (
                *_joined(_row(", ", [part for part in tree.spoken if not isinstance(part, Words)], LOOSE)),
                Sign(" → "),
            )
        return tuple(_joined(_parts_of(tree, LOOSE)))

    @cached_property
    def places(self) -> list[Place]:
        """The operands in the order in which the formula has them."""
        return _places(self.parts or ())

    def shapes(self, sizes: Sequence[tuple[int, int]], result: tuple[int, int]) -> str:
        """The shapes of the equation, a transposed matrix with its sides exchanged.

        >>> Formula("matmul_transposed", ["Q", "K"], {}).shapes([(6, 4), (6, 4)], (6, 6))
        '6×4 · 4×6 → 6×6'
        """
        known = len(sizes) == len(self.names)
        flips = {place.n for place in self.places if place.transposed}
        operands = [_size(size[::-1] if n in flips and known else size) for n, size in enumerate(sizes)]
        joined = (self._in_line(operands) if known else "") or ", ".join(operands)
        return f"{joined} → {_size(result)}" if joined else f"→ {_size(result)}"

    def _in_line(self, sizes: Sequence[str]) -> str:
        """The sizes with the formula's own signs between them, where it is no more than matrices and signs."""
        text = ""
        parts = self.parts or ()
        for n, part in enumerate(parts):
            if isinstance(part, Group):
                return ""
            if isinstance(part, Place):
                text += sizes[part.n]
            elif n < len(parts) - 1:
                if part.text.strip() not in BETWEEN:
                    return ""
                text += BETWEEN[part.text.strip()]
        return text if len(self.places) == len(sizes) else ""


def _parts_of(e: Expression, level: int) -> list[Part]:
    """The parts of an expression, in brackets where its precedence is below the level."""
    if not matrices(e):
        return [Sign(Matrices().at(e, level))]
    found, own = _bound(e)
    return found if own >= level else [Group(tuple(_joined(found)))]


def _bound(e: Expression) -> tuple[list[Part], int]:  # noqa: C901, PLR0912 - one table: one line per kind of expression
    """The parts of an expression, and its precedence."""
    match e:
        case MatrixSymbol():
            return [Place(e.n)], ATOM
        case Transposed(inner=MatrixSymbol() as symbol):
            return [Place(symbol.n, transposed=True)], POWER
        case Selection(matrix=MatrixSymbol() as symbol, places=chosen):
            return [Place(symbol.n), Sign(f"[{', '.join(Matrices().text(one) for one in chosen)}]")], ATOM
        case Power(base=MatrixSymbol() as symbol, exponent=exponent):
            return [Place(symbol.n, raised=superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent) if not matrices(base):
            return [Sign(Matrices().at(base, ATOM) + "^"), *_parts_of(exponent, ATOM)], POWER
        case Power(base=base, exponent=Number() as exponent):
            return [*_parts_of(base, ATOM), Sign(superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent):
            return [*_parts_of(base, ATOM), Sign("^"), *_parts_of(exponent, ATOM)], POWER
        case MatrixProduct(left=left, right=right):
            return [*_parts_of(left, PRODUCT), Sign(" × "), *_parts_of(right, POWER)], PRODUCT
        case Product(factors=factors):
            return _row(" ∘ " if all(matrices(one) for one in factors) else "·", factors, POWER), PRODUCT
        case Sum(terms=terms):
            return _row(" + ", terms, QUOTIENT), SUM
        case OuterSum(left=left, right=right):
            return _row(" + ", (left, right), QUOTIENT), SUM
        case Difference(left=left, right=right):
            return _row(" − ", (left, right), QUOTIENT), SUM
        case Negative(inner=inner):
            return [Sign("−"), *_parts_of(inner, PRODUCT)], LOOSE
        case Quotient(top=top, bottom=bottom):
            return [*_parts_of(top, PRODUCT), Sign(" / "), *_parts_of(bottom, POWER)], QUOTIENT
        case Call(function="sqrt", argument=argument):
            return [Sign("√"), *_parts_of(argument, ATOM)], POWER
        case Call(function=function, argument=argument):
            return [Sign(function), _group((argument,))], ATOM
        case Maximum(terms=terms):
            return [Sign(e.sign), _group(terms)], ATOM
        case RowSums(matrix=matrix):
            return [Sign("row sums"), _group((matrix,))], ATOM
        case SideBySide(matrices=own):
            return [_group(own, "[")], ATOM
        case Choice(then=then, test=test, otherwise=otherwise):
            return [
                *_parts_of(then, SUM),
                Sign(" where "),
                *_parts_of(test, SUM),
                Sign(", else "),
                *_parts_of(otherwise, LOOSE),
            ], LOOSE
        case Prose(spoken=spoken):
            return [part for own in spoken for part in _parts_of(own, LOOSE)], LOOSE
    raise TypeError(f"no setting of {type(e).__name__}")  # pragma: no cover


def _row(sign: str, terms: Sequence[Expression], level: int) -> list[Part]:
    first, *others = terms
    return [*_parts_of(first, level), *(part for term in others for part in (Sign(sign), *_parts_of(term, level)))]


def _group(terms: Sequence[Expression], bracket: str = "(") -> Group:
    return Group(tuple(_joined(_row(", ", terms, LOOSE))), bracket)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, neighbouring signs made one."""
    waiting = ""
    for part in parts:
        if isinstance(part, Sign):
            waiting += part.text
            continue
        if waiting:
            yield Sign(waiting)
        waiting = ""
        yield part
    if waiting:
        yield Sign(waiting)


def _places(parts: Sequence[Part]) -> list[Place]:
    found: list[Place] = []
    for part in parts:
        if isinstance(part, Place):
            found.append(part)
        elif isinstance(part, Group):
            found.extend(_places(part.parts))
    return found


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


class Equation:
    """The equation of one step: views of its operands and its result, whose columns may be widened for their words."""

    def __init__(
        self, drawer: Drawer, stage: Stage, step: Step, formula: Formula, operands: Sequence[Matrix],
        *, even: bool,
    ) -> None:  # fmt: skip
        self.drawer = drawer
        self.formula = formula
        self.seen: dict[tuple[int, bool], View] = {}
        for place in formula.places:
            matrix = operands[place.n]
            if place.transposed:
                matrix = Matrix(matrix.name + "ᵀ", matrix.values.T, matrix.cols, matrix.rows)
            self.seen[place.n, place.transposed] = drawer.view(
                matrix, most=decimals(stage, step.of[place.n], used=True)
            )
        result = drawer.view(step.result, most=decimals(stage, step.name), result=True)
        self.result = result.widened(None if even else 0) if result.has_words else result
        self.headed = any(seen.heads_fit for seen in (*self.seen.values(), self.result))

    def least(self, gap: int) -> int:
        """The width of the matrices alone."""
        return sum(self.seen[p.n, p.transposed].width(gap) for p in self.formula.places) + self.result.width(gap)

    def block(self, gap: int) -> Block:
        parts, first = self.formula.parts or (), self.formula.places[0]
        blocks = [self._part(part, gap) for part in parts]
        if not (isinstance(parts[-1], Sign) and parts[-1].text.strip() == "→"):
            blocks.append(self._sign(" = ", gap))
        blocks.append(self._matrix(self.result, "result", gap))
        labelled = self.seen[first.n, first.transposed]
        if len(labelled.rows) < len(self.result.rows):  # one number for every row
            labelled = self.result
        return beside([self.drawer.labels(labelled), spacer(2), *blocks])

    def scale(self, width: int, gap: int) -> list[Line]:
        """The colour scale of the result, to stand under it."""
        if self.result.scale is None:
            return []
        lines = self.drawer.scale_lines(self.result, width)
        wide = max(map(columns, lines))
        start = min(width - self.result.width(gap) + 1, max(width - wide, 0))
        return [EMPTY, *indented(lines, start)]

    def _part(self, part: Part, gap: int) -> Block:
        if isinstance(part, Sign):
            return self._sign(part.text, gap)
        if isinstance(part, Place):
            drawn = self._matrix(self.seen[part.n, part.transposed], "given", gap)
            return _with_exponent(drawn, self.drawer.spell(part.raised)) if part.raised else drawn
        inner = [self._part(own, gap) for own in part.parts]
        pair = ("(", ")") if part.bracket == "(" else ("[", "]")
        return in_brackets(beside(inner), *pair, spell=self.drawer.spell)

    def _sign(self, text: str, gap: int) -> Block:
        """A sign, with a gap where its text has a blank at that end; a comma between matrices is only a gap."""
        bare = text.strip()
        before, after = (gap if end == " " else 0 for end in (text[:1], text[-1:]))
        if bare == ",":
            return spacer(gap)
        return sign(" " * before + self.drawer.spell(bare) + " " * after)

    def _matrix(self, seen: View, role: str, gap: int) -> Block:
        drawn = self.drawer.matrix(seen, role, gap, heads=seen.heads_fit)
        if self.headed and not drawn.above:
            drawn.above = [space(drawn.width)]
        caption = Span(self.drawer.spell.word(seen.matrix.name), "name" if role == "result" else "operand")
        return captioned(drawn, (caption,))


def _with_exponent(block: Block, text: str) -> Block:
    """A block with an exponent at its upper right."""
    first, *rest = block.core
    wide = len(text)
    core = [(*first, Span(text, "operator")), *((*line, *space(wide)) for line in rest)]
    return Block(core, block.width + wide, [(*line, *space(wide)) for line in block.above])


def equation(drawer: Drawer, stage: Stage, step: Step, formula: Formula) -> list[Line] | None:
    """The step as one row of matrices; None where it does not fit the width or is no equation.

    The columns of the result are equally wide or as their words need, the gaps between columns wide or narrow.
    """
    room = UNLIMITED if drawer.width is None else drawer.width
    if formula.parts is None or not step.result.values.size:
        return None
    operands = [matrix for name in step.of if (matrix := operand(stage, name)) is not None]
    if len(operands) < len(step.of):
        return None
    columns_of = [operands[place.n].values.shape[0 if place.transposed else 1] for place in formula.places]
    if 2 * (sum(columns_of) + step.result.values.shape[1]) > room:
        return None  # no need to look at the numbers: they cannot fit
    for even, gap in ((True, 2), (True, 1), (False, 2), (False, 1)):
        made = Equation(drawer, stage, step, formula, operands, even=even)
        if made.least(gap) > room:
            continue
        block = made.block(gap)
        if block.width <= room:
            return [*block.lines(), *made.scale(block.width, gap)]
    return None
