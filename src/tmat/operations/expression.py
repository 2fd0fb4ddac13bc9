"""Expression trees: how one cell of a result is computed from cells of the operands.

An expression knows its parts and its value, and nothing of how it is printed: ``printing`` makes the symbols, the
numbers, the LaTeX and the spreadsheet formula of it.

>>> import numpy as np
>>> a, b = Operand("A", np.array([[1.0, 2.0]])), Operand("B", np.array([[3.0], [4.0]]))
>>> total(a[0, k] * b[k, 0] for k in range(2)).value
11.0
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Operand:
    """A matrix whose cells an expression refers to; its numbers may be unknown, its shape is known."""

    __slots__ = ("cols", "name", "rows", "shape", "values")

    def __init__(
        self,
        name: str,
        values: NDArray[np.floating] | None = None,
        *,
        shape: tuple[int, int] | None = None,
        rows: Sequence[str] = (),
        cols: Sequence[str] = (),
    ) -> None:
        if shape is None:
            assert values is not None, "an operand has numbers or at least a shape"
            shape = (int(values.shape[0]), int(values.shape[1]))
        self.name = name
        self.values = values
        self.shape = shape
        self.rows = rows
        self.cols = cols

    @property
    def height(self) -> int:
        return self.shape[0]

    @property
    def width(self) -> int:
        return self.shape[1]

    def __getitem__(self, place: tuple[int, int]) -> Cell:
        return Cell(self, *place)

    def row(self, i: int) -> list[Cell]:
        return [Cell(self, i, j) for j in range(self.width)]

    def column(self, j: int) -> list[Cell]:
        return [Cell(self, i, j) for i in range(self.height)]


@dataclass_transform(eq_default=False)
class Expression:
    """A node of the tree; operators make larger ones of it.

    Subclasses list their fields as dataclasses do, and compare and hash by them. They are no dataclasses, as
    generating the code of thirteen takes longer than all the rest of this file, which every command imports.
    """

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._fields = (*cls._fields, *cls.__annotations__)
        setattr(cls, "__match_args__", cls._fields)  # noqa: B010

    def __init__(self, *values: Any) -> None:
        self.__dict__.update(zip(self._fields, values, strict=True))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    @property
    @abstractmethod
    def value(self) -> float:
        """The number that the expression evaluates to."""

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The direct subexpressions, in reading order."""
        found: list[Expression] = []
        for value in vars(self).values():
            if isinstance(value, Expression):
                found.append(value)
            elif isinstance(value, tuple):
                found += value
        return tuple(found)

    def nodes(self) -> list[Expression]:
        """The expression and all below it, in reading order."""
        found: list[Expression] = [self]
        for part in self.parts:
            found += part.nodes()
        return found

    def of_parts(self, parts: Sequence[Expression]) -> Expression:
        """An expression of the same kind with other parts, as many as it has."""
        others = iter(parts)

        def other(value: object) -> object:
            if isinstance(value, Expression):
                return next(others)
            return tuple(next(others) for _ in value) if isinstance(value, tuple) else value

        return type(self)(*map(other, vars(self).values())) if parts else self

    def __add__(self, other: Expression | float) -> Expression:
        return Sum((self, lift(other)))

    def __radd__(self, other: float) -> Expression:
        return Sum((lift(other), self))

    def __sub__(self, other: Expression | float) -> Expression:
        return Difference(self, lift(other))

    def __rsub__(self, other: float) -> Expression:
        return Difference(lift(other), self)

    def __mul__(self, other: Expression | float) -> Expression:
        return Product((self, lift(other)))

    def __rmul__(self, other: float) -> Expression:
        return Product((lift(other), self))

    def __truediv__(self, other: Expression | float) -> Expression:
        return Quotient(self, lift(other))

    def __rtruediv__(self, other: float) -> Expression:
        return Quotient(lift(other), self)

    def __pow__(self, other: Expression | float) -> Expression:
        return Power(self, lift(other))

    def __neg__(self) -> Expression:
        return Negative(self)


def lift(value: Expression | float) -> Expression:
    """A number as an expression."""
    if isinstance(value, Expression):
        return value
    return Number(value if isinstance(value, float) else float(value))  # keeps a spreadsheet's Named, which is a float


class Number(Expression):
    """A constant of the formula: the 2 of a square, the ε, the 10000."""

    number: float

    @property
    def value(self) -> float:
        return self.number


class Cell(Expression):
    """One cell of an operand, counted from 0."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    operand: Operand
    i: int
    j: int

    def __init__(self, operand: Operand, i: int, j: int) -> None:  # three times as fast as the general one
        self.operand, self.i, self.j = operand, i, j

    @property
    def value(self) -> float:
        assert self.operand.values is not None, f"{self.operand.name} has no numbers"
        return float(self.operand.values[self.i, self.j])


class Sum(Expression):
    terms: tuple[Expression, ...]

    @property
    def value(self) -> float:
        return _sum([term.value for term in self.terms])


class Difference(Expression):
    left: Expression
    right: Expression

    @property
    def value(self) -> float:
        return self.left.value - self.right.value


class Negative(Expression):
    inner: Expression

    @property
    def value(self) -> float:
        return -self.inner.value


class Product(Expression):
    factors: tuple[Expression, ...]

    @property
    def value(self) -> float:
        result = 1.0
        for factor in self.factors:
            result *= factor.value
        return result


class Quotient(Expression):
    """Top over bottom; 0/0 is 0: a constant row normalizes to 0, and the shares of a row of zeros are 0.

    A softmax, e^x over a sum of e^y, subtracts the largest exponent from each first, which keeps e^1000 from
    overflowing; where every exponent is −∞ it is 0.
    """

    top: Expression
    bottom: Expression

    @property
    def value(self) -> float:
        exponents = self.exponents
        if exponents is not None:
            own, others = exponents
            return _share(own.value, [other.value for other in others])
        top, bottom = self.top.value, self.bottom.value
        if bottom == 0.0:
            return top if top == 0.0 or math.isnan(top) else math.copysign(math.inf, top)
        return top / bottom

    @property
    def exponents(self) -> tuple[Expression, tuple[Expression, ...]] | None:
        """The exponent of the numerator and those of the denominator, where this is a softmax; else None."""
        own, others = _exponents(self.top), _exponents(self.bottom)
        return None if own is None or others is None or len(own) != 1 else (own[0], others)


def _exponents(expression: Expression) -> tuple[Expression, ...] | None:
    terms = expression.terms if isinstance(expression, Sum) else (expression,)
    if not all(isinstance(term, Call) and term.function == "exp" for term in terms):
        return None
    return tuple(term.parts[0] for term in terms)


def _share(own: float, shares: list[float]) -> float:
    top = max(shares)
    if top == -math.inf:
        return 0.0
    if math.isinf(top):
        return (1.0 if own == top else 0.0) / sum(share == top for share in shares)
    return math.exp(own - top) / _sum([math.exp(share - top) for share in shares])


def _log_share(own: float, shares: list[float]) -> float:
    share, top = _share(own, shares), max(shares)
    return (
        math.log(share)
        if share > 1e-300
        else own - top - math.log(_sum([math.exp(each - top) for each in shares]))
        if math.isfinite(top)
        else -math.inf
    )


class Power(Expression):
    base: Expression
    exponent: Expression

    @property
    def value(self) -> float:
        base, exponent = self.base.value, self.exponent.value
        try:
            return math.pow(base, exponent)
        except OverflowError:
            return -math.inf if base < 0.0 and exponent % 2.0 == 1.0 else math.inf
        except ValueError:  # a negative number to a fraction, or 0 to a negative power
            return math.inf if base == 0.0 else math.nan


FUNCTIONS: dict[str, Callable[[float], float]] = {
    function.__name__: function for function in (math.exp, math.sin, math.cos, math.tanh, math.erf, math.sqrt)
} | {"ln": lambda x: math.log(x) if x else -math.inf}


class Call(Expression):
    """A function of one number: exp, ln, sin, cos, tanh, erf, sqrt."""

    function: str
    argument: Expression

    @property
    def value(self) -> float:
        if self.function == "ln" and isinstance(self.argument, Quotient) and self.argument.exponents is not None:
            own, others = self.argument.exponents  # ln of a share that is too small for a float
            return _log_share(own.value, [other.value for other in others])
        try:
            return FUNCTIONS[self.function](self.argument.value)
        except OverflowError:
            return math.inf
        except ValueError:  # the root of a negative number, the sine of ∞
            return math.nan


def total(terms: Iterable[Expression]) -> Sum:
    """The sum of the terms: Σ."""
    return Sum(tuple(terms))


def exp(argument: Expression) -> Expression:
    return Call("exp", argument)


def sqrt(argument: Expression | float) -> Expression:
    return Call("sqrt", lift(argument))


def _sum(values: list[float]) -> float:
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # ∞ − ∞, or overflow
        return float(sum(values))
