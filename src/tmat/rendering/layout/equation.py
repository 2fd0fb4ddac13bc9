"""An equation set in a row: operands and result side by side, their signs on the middle row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from tmat.rendering.styled import EMPTY, Block, Line, Span, air, beside, captioned, columns, fenced, sign, space
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
    """What stands in brackets: ( or [."""

    parts: tuple[Part, ...]
    bracket: str = "("


Part: TypeAlias = "Sign | Place | Group"


def said(op: str, names: Sequence[str], params: Mapping[str, Any]) -> str:
    """The formula of a step over its operands' names; of an operation that is not known, its name and operands."""
    tree = _tree(op, names, params)
    return f"{op}({', '.join(names)})" if tree is None else Matrices().text(tree)


def _tree(op: str, names: Sequence[str], params: Mapping[str, Any]) -> Expression | None:
    """None also where a worksheet from elsewhere has another operation of the same name."""
    try:
        return REGISTRY[op].over(names, dict(params))
    except (KeyError, ValueError):
        return None


def parts(op: str, count: int, params: Mapping[str, Any]) -> tuple[Part, ...] | None:
    """The formula of an operation in parts; None where it is no equation that matrices can be set in.

    >>> parts("matmul_transposed", 2, {})
    (Place(n=0, transposed=False, raised=''), Sign(text=' × '), Place(n=1, transposed=True, raised=''))
    >>> parts("lookup", 2, {"first": 1}) is None
    True
    """
    tree = _tree(op, [str(n) for n in range(count)], params)
    if tree is None or isinstance(tree, Selection) or not any(matrices(tree)):
        return None
    if isinstance(tree, Prose) and isinstance(tree.said[0], Words):  # "mean of X's rows" is not set, but X → mean
        spoken = [own for own in tree.said if not isinstance(own, Words)]
        return (*_joined(_row(", ", spoken, LOOSE)), Sign(" → "))
    return tuple(_joined(_set(tree, LOOSE)))


def picks(op: str, count: int, params: Mapping[str, Any]) -> bool:
    """Whether an operation takes a part of one matrix: Q[:, 1…4]."""
    return count == 1 and isinstance(_tree(op, ["0"], params), Selection)


def _set(e: Expression, level: int) -> list[Part]:
    """A part of the formula, in brackets where it binds less tightly than the level."""
    if not any(matrices(e)):
        return [Sign(Matrices().at(e, level))]
    found, own = _bound(e)
    return found if own >= level else [Group(tuple(_joined(found)))]


def _bound(e: Expression) -> tuple[list[Part], int]:  # noqa: C901, PLR0912 - one table: a line a kind of expression
    """The parts, and how tightly they bind."""
    match e:
        case MatrixSymbol():
            return [Place(e.n)], ATOM
        case Transposed(inner=MatrixSymbol() as symbol):
            return [Place(symbol.n, transposed=True)], POWER
        case Selection(matrix=MatrixSymbol() as symbol, places=chosen):
            return [Place(symbol.n), Sign(f"[{', '.join(Matrices().text(one) for one in chosen)}]")], ATOM
        case Power(base=MatrixSymbol() as symbol, exponent=exponent):
            return [Place(symbol.n, raised=superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent) if not any(matrices(base)):
            return [Sign(Matrices().at(base, ATOM) + "^"), *_set(exponent, ATOM)], POWER
        case Power(base=base, exponent=Number() as exponent):
            return [*_set(base, ATOM), Sign(superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent):
            return [*_set(base, ATOM), Sign("^"), *_set(exponent, ATOM)], POWER
        case MatrixProduct(left=left, right=right):
            return [*_set(left, PRODUCT), Sign(" × "), *_set(right, POWER)], PRODUCT
        case Product(factors=factors):
            return _row(" ∘ " if all(any(matrices(one)) for one in factors) else "·", factors, POWER), PRODUCT
        case Sum(terms=terms):
            return _row(" + ", terms, QUOTIENT), SUM
        case OuterSum(left=left, right=right):
            return _row(" + ", (left, right), QUOTIENT), SUM
        case Difference(left=left, right=right):
            return _row(" − ", (left, right), QUOTIENT), SUM
        case Negative(inner=inner):
            return [Sign("−"), *_set(inner, PRODUCT)], LOOSE
        case Quotient(top=top, bottom=bottom):
            return [*_set(top, PRODUCT), Sign(" / "), *_set(bottom, POWER)], QUOTIENT
        case Call(function="sqrt", argument=argument):
            return [Sign("√"), *_set(argument, ATOM)], POWER
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
                *_set(then, SUM),
                Sign(" where "),
                *_set(test, SUM),
                Sign(", else "),
                *_set(otherwise, LOOSE),
            ], LOOSE
        case Prose(said=told):
            return [part for own in told for part in _set(own, LOOSE)], LOOSE
    raise TypeError(f"no setting of {type(e).__name__}")  # pragma: no cover


def _row(sign: str, terms: Sequence[Expression], level: int) -> list[Part]:
    first, *others = terms
    return [*_set(first, level), *(part for term in others for part in (Sign(sign), *_set(term, level)))]


def _group(terms: Sequence[Expression], bracket: str = "(") -> Group:
    return Group(tuple(_joined(_row(", ", terms, LOOSE))), bracket)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Signs side by side made one."""
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


def places(tree: Sequence[Part]) -> list[Place]:
    """The operands in the order in which the formula has them."""
    found: list[Place] = []
    for part in tree:
        if isinstance(part, Place):
            found.append(part)
        elif isinstance(part, Group):
            found.extend(places(part.parts))
    return found


def shapes(op: str, sizes: Sequence[tuple[int, int]], result: tuple[int, int], params: Mapping[str, Any]) -> str:
    """The shapes of an equation, a transposed matrix with its sides exchanged.

    >>> shapes("matmul_transposed", [(6, 4), (6, 4)], (6, 6), {})
    '6×4 · 4×6 → 6×6'
    """
    tree = parts(op, len(sizes), params) or ()
    flips = {place.n for place in places(tree) if place.transposed}
    told = [_size(size, n in flips) for n, size in enumerate(sizes)]
    joined = _in_line(tree, told) or ", ".join(told)
    return f"{joined} → {_size(result)}" if joined else f"→ {_size(result)}"


def _in_line(tree: Sequence[Part], told: Sequence[str]) -> str:
    """The sizes with the formula's own signs between them, where it is no more than matrices and signs."""
    text = ""
    for n, part in enumerate(tree):
        if isinstance(part, Group):
            return ""
        if isinstance(part, Place):
            text += told[part.n]
        elif n < len(tree) - 1:
            if part.text.strip() not in BETWEEN:
                return ""
            text += BETWEEN[part.text.strip()]
    return text if len(places(tree)) == len(told) else ""


def _size(size: tuple[int, int], flipped: bool = False) -> str:
    height, width = size[::-1] if flipped else size
    return f"{height}×{width}"


class Equation:
    """The equation of one step, laid out for a gap between columns; over the result's columns stand their words."""

    def __init__(
        self, drawer: Drawer, stage: Stage, step: Step, tree: Sequence[Part], operands: Sequence[Matrix],
        *, even: bool,
    ) -> None:  # fmt: skip
        self.drawer = drawer
        self.tree = tree
        self.operands = operands
        self.seen: dict[tuple[int, bool], View] = {}
        for place in places(tree):
            matrix = operands[place.n]
            if place.transposed:
                matrix = Matrix(matrix.name + "ᵀ", matrix.values.T, matrix.cols, matrix.rows)
            self.seen[place.n, place.transposed] = drawer.view(
                matrix, most=decimals(stage, step.of[place.n], used=True)
            )
        result = drawer.view(step.result, most=decimals(stage, step.name), result=True)
        self.result = result.worded(None if even else 0) if result.has_words else result
        self.headed = any(seen.heads_fit for seen in (*self.seen.values(), self.result))

    def least(self, gap: int) -> int:
        """The width of the matrices alone."""
        return sum(self.seen[p.n, p.transposed].width(gap) for p in places(self.tree)) + self.result.width(gap)

    def block(self, gap: int) -> Block:
        first = places(self.tree)[0]
        blocks = [self._part(part, gap) for part in self.tree]
        ends_in_arrow = isinstance(self.tree[-1], Sign) and self.tree[-1].text.strip() == "→"
        if not ends_in_arrow:
            blocks.append(self._sign(" = ", gap))
        blocks.append(self._matrix(self.result, "result", gap))
        labelled = self.seen[first.n, first.transposed]
        if len(labelled.rows) < len(self.result.rows):  # one number for every row
            labelled = self.result
        return beside([self.drawer.labels(labelled), air(2), *blocks])

    def scale(self, width: int, gap: int) -> list[Line]:
        """The scale of the result's colours, under the result."""
        if self.result.scale is None:
            return []
        lines = self.drawer.scale_lines(self.result, width)
        wide = max(map(columns, lines))
        start = min(width - self.result.width(gap) + 1, max(width - wide, 0))
        return [EMPTY, *((*space(start), *line) for line in lines)]

    def _part(self, part: Part, gap: int) -> Block:
        if isinstance(part, Sign):
            return self._sign(part.text, gap)
        if isinstance(part, Place):
            drawn = self._matrix(self.seen[part.n, part.transposed], "given", gap)
            return _raised(drawn, self.drawer.spell(part.raised)) if part.raised else drawn
        inner = [self._part(own, gap) for own in part.parts]
        pair = ("(", ")") if part.bracket == "(" else ("[", "]")
        return fenced(beside(inner), *pair, spell=self.drawer.spell)

    def _sign(self, text: str, gap: int) -> Block:
        """A sign with the air around it that its blanks ask for; a comma between matrices is only air."""
        told = text.strip()
        before, after = (gap if end == " " else 0 for end in (text[:1], text[-1:]))
        if told == ",":
            return air(gap)
        return sign(" " * before + self.drawer.spell(told) + " " * after)

    def _matrix(self, seen: View, role: str, gap: int) -> Block:
        drawn = self.drawer.matrix(seen, role, gap, heads=seen.heads_fit)
        if self.headed and not drawn.above:
            drawn.above = [space(drawn.width)]
        caption = Span(self.drawer.spell.word(seen.matrix.name), "name" if role == "result" else "operand")
        return captioned(drawn, (caption,))


def _raised(block: Block, text: str) -> Block:
    """A square's 2 at the upper right."""
    first, *rest = block.core
    wide = len(text)
    core = [(*first, Span(text, "operator")), *((*line, *space(wide)) for line in rest)]
    return Block(core, block.width + wide, [(*line, *space(wide)) for line in block.above])


def equation(drawer: Drawer, stage: Stage, step: Step, room: int | None) -> list[Line] | None:
    """The step as one row of matrices, its result's columns alike or as their words need, with wide or narrow gaps; None where it does not fit or is no equation."""
    room = UNLIMITED if room is None else room
    tree = parts(step.op, len(step.of), step.params)
    if tree is None or not step.result.values.size:
        return None
    operands: list[Matrix] = []
    for name in step.of:
        found = operand(stage, name)
        if found is None:
            return None
        operands.append(found)
    shown = places(tree)
    if any(place.n >= len(operands) for place in shown):
        return None
    wide = [operands[p.n].height if p.transposed else operands[p.n].width for p in shown]
    if 2 * (sum(wide) + step.result.width) > room:
        return None  # no need to look at the numbers: they cannot fit
    for even, gap in ((True, 2), (True, 1), (False, 2), (False, 1)):
        made = Equation(drawer, stage, step, tree, operands, even=even)
        if made.least(gap) > room:
            continue
        block = made.block(gap)
        if block.width <= room:
            return [*block.lines(), *made.scale(block.width, gap)]
    return None
