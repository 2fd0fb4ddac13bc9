"""The working of one cell: its formula, in symbols, in numbers, the values of the parts, the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from numbers import Integral
from typing import TypeVar

from tmat.errors import InputError, expect
from tmat.numbers import format_number, shown_decimals
from tmat.operations.expression import Call, Cell, Expression, Operand, Quotient, total
from tmat.operations.operation import Operation
from tmat.operations.printing.labels import Labels
from tmat.operations.printing.numbers import ZERO, Numbers, Worked, at_place, printed, shared_decimals
from tmat.operations.printing.precise import decimal_of, exactly_is, precise
from tmat.operations.printing.symbols import Symbols
from tmat.operations.printing.text import TEXT, Notation
from tmat.operations.selections import leaves
from tmat.sheet.worksheet import Matrix, Stage, Step
from tmat.workings.formula import operation_of
from tmat.workings.lines import PARTS, Line, Working
from tmat.workings.remarks import chosen, settled

MOST = 4  # decimals by default
Made = TypeVar("Made")

SAFE = 700.0  # e^710 overflows
ONE = Decimal(1)
FINEST = 25  # the most further decimals that a line may have


def working(
    stage: Stage,
    name: str,
    i: int,
    j: int,
    *,
    digits: int | None = None,
    fold: int | None = None,
    parts: Collection[str] = PARTS,
    notation: Notation = TEXT,
) -> Working:
    """The working of cell (i, j), counted from 0, of a matrix.

    ``digits`` is the most decimals shown, ``fold`` the most terms of a sum, ``parts`` the lines wanted.

    Errors: no such matrix or cell, an unknown operation.

    >>> from tmat.sheet.worksheet import Matrix
    >>> x, w = Matrix.of("X", [[0.5, 2.0]], rows=["When"]), Matrix.of("W", [[3.0], [-0.25]], cols=["q1"])
    >>> q = Step(Matrix.of("Q", [[1.0]], rows=["When"], cols=["q1"]), "matmul", ("X", "W"))
    >>> print(working(Stage("s", "s", given={"X": x, "W": w}, steps=[q]), "Q", 0, 0))
    Q[q1] = Σ X[k] · W[k]
      = x₁w₁ + x₂w₂
      = 0.5·3.00 + 2.0·(−0.25)
      = 1.5 + (−0.5)
      = 1
    """
    expect(stage, Stage, "working takes a stage, then the name of its matrix")
    return Workings(stage, digits=digits, fold=fold, parts=parts, notation=notation).cell(name, i, j)


class Workings:
    """The workings of a stage's cells; what they share is computed once."""

    def __init__(
        self,
        stage: Stage,
        *,
        digits: int | None = None,
        fold: int | None = None,
        parts: Collection[str] = PARTS,
        notation: Notation = TEXT,
    ) -> None:
        unknown = [part for part in parts if part not in PARTS]
        if unknown:
            raise InputError(f"no part '{unknown[0]}' of a working", f"the parts are {', '.join(PARTS)}")
        self.stage = stage
        self.parts = parts
        self.notation = notation
        self.most = MOST if digits is None else digits
        self._operands: dict[str, Operand] = {}
        self._tables: dict[str, Operand] = {}
        self._decimals: dict[Operand, int] = {}
        self._fitting: set[str] = set()
        self._labels = Labels(self.notation, fold=fold)
        self._symbols = Symbols(self.notation, fold=fold)
        self._numbers = Numbers(self.notation, fold=fold, decimals=self._decimals_of, most=self.most)

    # -- a cell as an expression

    def expression(self, name: str, i: int, j: int) -> Expression | None:
        """The cell as an expression over its operands; None where it was given, or its operands were not kept."""
        step = self.stage.step(name)
        if step is None or any(operand not in self.stage for operand in step.of):
            return None
        operands = [self.operand(operand) for operand in step.of]
        op = operation_of(step)
        try:
            self._check(step, op, operands)
            return op.at(i, j, *operands, **step.params)
        except TypeError as error:  # "_() missing 1 required keyword-only argument: 'by'"
            what = str(error).rpartition("() ")[2]
            raise InputError(f"the parameters of {step.name} do not fit {op.name}", what) from error

    def operand(self, name: str) -> Operand:
        """A matrix as later steps take it."""
        if name not in self._operands:
            self._operands[name] = _operand(name, self.stage.operand(name))
        return self._operands[name]

    def _shown_operand(self, name: str, matrix: Matrix) -> Operand:
        """A matrix as its table shows it."""
        if name not in self._tables:
            self._tables[name] = _operand(name, matrix)
        return self._tables[name]

    def _check(self, step: Step, op: Operation, operands: list[Operand]) -> None:
        if step.name in self._fitting:
            return
        axes = op.axes_of(len(operands))
        if len(axes) != len(operands):
            made = " and ".join(step.of) or "nothing"
            raise InputError(f"{step.name} cannot be made of {made}", f"{op.name} takes {len(axes)} matrices")
        if op.mismatch([operand.shape for operand in operands]) is not None:
            sizes = ", ".join(f"{operand.name} {operand.height}×{operand.width}" for operand in operands)
            raise InputError(f"{step.name} cannot be {op.formula_text(step.of, step.params)}", f"the sizes: {sizes}")
        due = op.result_shape([operand.shape for operand in operands], step.params)
        if due != step.values.shape:
            formula = op.formula_text(step.of, step.params)
            raise InputError(
                f"{step.name} cannot be {formula}", f"{step.name} is {step.result.size}, {formula} is {due[0]}×{due[1]}"
            )
        self._fitting.add(step.name)

    def _decimals_of(self, operand: Operand) -> int:
        if operand not in self._decimals:
            assert operand.values is not None
            self._decimals[operand] = shown_decimals(operand.values, self.most)
        return self._decimals[operand]

    # -- the working

    def cell(self, name: str, i: int, j: int) -> Working:
        """The working of cell (i, j), counted from 0."""
        matrix, step = self.stage[name], self.stage.step(name)
        for place in (i, j):
            expect(place, Integral, "a cell's row and column are numbers from 0")
        if not (0 <= i < matrix.height and 0 <= j < matrix.width):
            raise InputError(f"{name} has no cell ({i + 1}, {j + 1})", f"it is {matrix.size}")
        own = self._shown_operand(step.name if step else name, matrix)
        value = own[i, j].value
        label = self._labels.text(own[i, j])
        expression = self.expression(name, i, j)
        if expression is None:
            head = self._given(own[i, j], matrix, step)
            return Working(self.stage.id, own.name, i, j, label, head, (), value)
        assert step is not None
        head = Line("formula", self.notation.equal, self._labels.text(expression))
        lines = tuple(_without_repeats(head, self._lines(expression, own[i, j], step)))
        return Working(self.stage.id, own.name, i, j, label, head, lines, value)

    def _given(self, cell: Cell, matrix: Matrix, step: Step | None) -> Line:
        value = self._numbers.text(cell)
        if step is None:
            about = "" if self._numbers.exact else f"{self.notation.about} "
            note = self.notation.note(matrix.origin) if matrix.origin else ""
            return Line("given", self.notation.given, about + value, note)
        missing = [name for name in step.of if name not in self.stage]
        kept = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in this worksheet"
        return Line("result", self._sign(self._numbers.exact), value, self.notation.note(kept))

    def _sign(self, true: bool) -> str:
        return self.notation.equal if true else self.notation.about

    def _lines(self, e: Expression, cell: Cell, step: Step) -> Iterator[Line]:
        """The lines, made from the last to the first: each gets as many decimals as it needs to give the next one."""
        result, goal = self._result(e, cell, step)
        shifted = self._shifted(e)
        whole = e if shifted is None else shifted
        products, below, products_exact = self._fine(
            lambda: self._numbers.worked(whole), lambda made: _comes_to(precise(made[1], self._numbers.read), goal)
        )
        shift = None
        if shifted is not None:
            shift, _, shift_exact = self._fine(
                lambda: self._shift_line(shifted),
                lambda made: _comes_to(precise(made[1]), goal) and self._leads_to(made[1], below),
            )
        numbers, numbers_exact = self._fine(
            lambda: (self._numbers.text(e), self._numbers.exact),
            lambda made: (
                _comes_to(precise(e, self._numbers.read), goal) and (shifted is not None or self._leads_to(e, below))
            ),
        )
        true = True
        if "symbols" in self.parts:
            yield Line("symbols", self.notation.equal, self._symbols.text(e))
        if "numbers" in self.parts:
            true = true and numbers_exact
            yield Line("numbers", self._sign(true), numbers, self._note(chosen(e)))
        if "products" in self.parts:
            if shift is not None:
                true = true and shift_exact
                largest = _largest_exponent(e)
                less = format_number(largest).replace("-", "−")
                yield Line("products", self._sign(true), shift, self._note(f"every exponent less {less}"))
            true = true and products_exact
            yield Line("products", self._sign(true), products)
        if "result" in self.parts:
            yield Line("result", self._sign(true and exactly_is(e, goal)), result.text, result.note)

    def _fine(self, make: Callable[[], Made], enough: Callable[[Made], bool]) -> Made:
        """A line with as many further decimals as are enough; with none where even the most are not."""
        for finer in range(FINEST):
            self._numbers.finer = finer
            made = make()
            if enough(made):
                self._numbers.finer = 0
                return made
        self._numbers.finer = 0
        return make()

    def _leads_to(self, e: Expression, below: Expression) -> bool:
        """Whether each part of a line of numbers gives the number in its place in the line below."""
        if "products" not in self.parts or type(e) is not type(below):
            return True
        pairs = zip(e.parts, below.parts, strict=True)
        return all(_comes_to(precise(part, self._numbers.read), precise(own)) for part, own in pairs)

    def _note(self, text: str) -> str:
        return self.notation.note(text) if text else ""

    def _shifted(self, e: Expression) -> Quotient | None:
        """A softmax with the largest exponent subtracted from all, where e^x would be ∞ or 0; else None."""
        if not isinstance(e, Quotient) or e.exponents is None:
            return None
        largest = _largest_exponent(e)
        if math.isinf(largest) or abs(largest) <= SAFE:
            return None
        own, others = e.exponents
        top = decimal_of(largest)
        shifts = [precise(other) - top for other in others]
        return _share(precise(own) - top, shifts)

    def _shift_line(self, shifted: Quotient) -> tuple[str, Expression, bool]:
        """The text of a shifted softmax, its expression of the numbers as printed, and whether all of them are exact."""
        assert shifted.exponents is not None
        own, others = shifted.exponents
        numbers = self._numbers
        decimals = shared_decimals([precise(other) for other in others], self.most + numbers.finer)
        numbers.share(decimals)
        text = numbers.text(shifted)
        shown = [printed(precise(other), decimals, numbers.finer) for other in (own, *others)]
        return text, _share(shown[0], shown[1:]), numbers.exact

    def _result(self, e: Expression, cell: Cell, step: Step) -> tuple[Line, Decimal]:
        """The line with the result, and the number that it prints."""
        came_to, value = precise(e), cell.value
        near = float(came_to)
        remark = settled(e)
        if not self._agrees(e, near, value, step):
            decimals = shared_decimals([came_to], self.most)
            other = format_number(value).replace("-", "−")
            note = self._note(f"the worksheet has {other}")
            return Line("result", "", self._shown(came_to, decimals), note), printed(came_to, decimals)
        if math.isinf(near) or near == 0.0:  # over- or underflow
            came_to = decimal_of(value)
        if step.decimals is None:
            decimals = self._decimals_of(cell.operand)
            return (
                Line("result", "", self._shown(came_to, decimals), self._note(remark)),
                printed(came_to, decimals),
            )
        rounded = decimal_of(value)
        after = self._shown(rounded, max(step.decimals, 0))
        if exactly_is(e, rounded):
            return Line("result", "", after, self._note(remark)), printed(rounded, max(step.decimals, 0))
        decimals = self._rounding_to(came_to, rounded, step.decimals)
        rounding = f"to {step.decimals} decimal{'' if step.decimals == 1 else 's'}"
        note = self._note(f"{remark}; {rounding}" if remark else rounding)
        text = self.notation.arrow(self._shown(came_to, decimals), after)
        return Line("result", "", text, note), printed(came_to, decimals)

    def _rounding_to(self, value: Decimal, goal: Decimal, places: int) -> int:
        """The decimals that show why a value is rounded to the worksheet's number; the usual ones where none do."""
        usual = max(self.most, places + 2)
        unit = ZERO.scaleb(-places)
        for most in (*range(usual, FINEST), *range(usual - 1, places, -1)):  # fewer, where floats decided a tie
            decimals = shared_decimals([value], most)
            shown = printed(value, decimals)
            undecided = shown != value and abs(shown - at_place(goal, unit)) * 2 == ONE.scaleb(
                -places
            )  # 1.5650 may go either way
            if at_place(shown, unit) == at_place(goal, unit) and not undecided:
                return decimals
        return shared_decimals([value], usual)

    def _shown(self, value: Decimal, decimals: int) -> str:
        self._numbers.exact = True
        return self._numbers.shown(value, decimals)[0]

    def _agrees(self, e: Expression, came_to: float, value: float, step: Step) -> bool:
        """Whether the worksheet has the working's result, within the error of floats and rounding."""
        if came_to == value or (math.isnan(came_to) and math.isnan(value)):
            return True
        sizes = [abs(leaf.value) for leaf in leaves(e) if math.isfinite(leaf.value)]
        single = self.stage[step.name].values.dtype.itemsize < 8
        allowed = (1e-4 if single else 1e-9) * max(1.0, abs(value), *sizes)
        if step.decimals is not None:
            allowed += 0.5 * 10.0**-step.decimals
        return abs(came_to - value) <= allowed


def _operand(name: str, matrix: Matrix) -> Operand:
    return Operand(name, matrix.values, rows=matrix.rows, cols=matrix.cols)


def _share(own: Decimal, others: Sequence[Decimal]) -> Quotient:
    return Quotient(Call("exp", Worked(own)), total(Call("exp", Worked(other)) for other in others))


def _largest_exponent(e: Expression) -> float:
    exponents = e.exponents if isinstance(e, Quotient) else None
    return max(other.value for other in exponents[1]) if exponents else math.nan


def _comes_to(value: Decimal, goal: Decimal) -> bool:
    """Whether a value, rounded to the last place of a printed number, is that number."""
    return at_place(value, goal) == goal or value.is_nan() or not goal.is_finite()


def _without_repeats(head: Line, lines: Iterator[Line]) -> Iterator[Line]:
    """The lines without those that repeat the one before; their remarks are kept."""
    last = head
    waiting: Line | None = None
    for line in lines:
        if line.text != last.text:
            if waiting is not None:
                yield waiting
            waiting = last = line
        elif waiting is not None and line.note and line.note != waiting.note:
            waiting = Line(waiting.part, waiting.sign, waiting.text, waiting.note + line.note)
    if waiting is not None:
        yield waiting
