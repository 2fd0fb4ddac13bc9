"""The working of one cell: the formula, the symbols, the numbers, what the parts come to, the result."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from tmat.errors import InputError
from tmat.numbers import format_number, shown_decimals
from tmat.operations.expression import Call, Cell, Expression, Operand, Quotient, total
from tmat.operations.operation import Operation
from tmat.operations.parts import leaves
from tmat.operations.printing.labels import Labels
from tmat.operations.printing.numbers import Numbers, Worked, shared_decimals
from tmat.operations.printing.ratios import worth
from tmat.operations.printing.symbols import Symbols
from tmat.operations.printing.text import TEXT, Notation
from tmat.sheet.worksheet import Matrix, Stage, Step
from tmat.workings.formula import operation_of
from tmat.workings.lines import PARTS, Line, Working
from tmat.workings.remarks import chosen, settled

MOST = 4  # decimals, unless told
SAFE = 700.0  # e^709 is the last power that a float holds


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
    """How cell (i, j), counted from 0, of a matrix came about.

    ``digits`` is the most decimals shown, ``fold`` the most terms of a sum, ``parts`` which lines.

    Errors: no such matrix or cell, an operation that is not known.

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
    return Workings(stage, digits=digits, fold=fold, parts=parts, notation=notation).cell(name, i, j)


class Workings:
    """The workings of a stage's cells; what they have in common is found out once."""

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

    # -- what a cell is made of

    def expression(self, name: str, i: int, j: int) -> Expression | None:
        """The cell as its operation states it; None where it was given, or its operands were not kept."""
        step = self.stage.step(name)
        if step is None or any(operand not in self.stage for operand in step.of):
            return None
        operands = [self.operand(operand) for operand in step.of]
        op = operation_of(step)
        self._check(step, op, operands)
        try:
            return op.at(i, j, *operands, **step.params)
        except TypeError as error:
            raise InputError(f"the parameters of {step.name} do not fit {op.name}", str(error)) from error

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
            raise InputError(f"{step.name} cannot be {op.said(step.of, step.params)}", f"the sizes: {sizes}")
        try:
            due = op.result_shape([operand.shape for operand in operands], step.params)
        except TypeError as error:
            raise InputError(f"the parameters of {step.name} do not fit {op.name}", str(error)) from error
        if due != step.values.shape:
            said = op.said(step.of, step.params)
            raise InputError(
                f"{step.name} cannot be {said}", f"{step.name} is {step.result.size}, {said} is {due[0]}×{due[1]}"
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
            return Line("given", self.notation.given, value, self.notation.note(matrix.origin) if matrix.origin else "")
        missing = [name for name in step.of if name not in self.stage]
        kept = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in this worksheet"
        return Line("result", self._sign(), value, self.notation.note(kept))

    def _sign(self) -> str:
        return self.notation.equal if self._numbers.exact else self.notation.about

    def _lines(self, e: Expression, cell: Cell, step: Step) -> Iterator[Line]:
        last = self.notation.equal
        if "symbols" in self.parts:
            yield Line("symbols", self.notation.equal, self._symbols.text(e))
        if "numbers" in self.parts:
            text = self._numbers.text(e)
            last = self._sign()
            yield Line("numbers", last, text, self._note(chosen(e)))
        if "products" in self.parts:
            shifted = self._shifted(e)
            if shifted is not None:
                text = self._numbers.text(shifted)
                sign, largest = self._sign(), _largest_exponent(e)
                less = format_number(largest, shared_decimals([largest], self.most)).replace("-", "−")
                yield Line("products", sign, text, self._note(f"every exponent less {less}"))
            text = self._numbers.worked(e if shifted is None else shifted)
            last = self._sign()
            yield Line("products", last, text)
        if "result" in self.parts:
            yield self._result(e, cell, step, last)

    def _note(self, text: str) -> str:
        return self.notation.note(text) if text else ""

    def _shifted(self, e: Expression) -> Expression | None:
        """A share of exponentials with the largest exponent off all, where e^x would be ∞ or nothing."""
        if not isinstance(e, Quotient) or e.exponents is None:
            return None
        largest = _largest_exponent(e)
        if math.isinf(largest) or abs(largest) <= SAFE:
            return None
        own, others = e.exponents
        shifts = [other.value - largest for other in others]
        self._numbers.share(shared_decimals(shifts, self.most))
        return Call("exp", Worked(own.value - largest)) / total(Call("exp", Worked(n)) for n in shifts)

    def _result(self, e: Expression, cell: Cell, step: Step, last: str) -> Line:
        """What it comes to, after a line with the sign ``last``."""
        came_to, value = worth(e), cell.value
        remark = settled(e)
        if not self._agrees(e, came_to, value, step):
            text = self._shown(came_to, shared_decimals([came_to], self.most))
            other = format_number(value).replace("-", "−")
            return Line("result", self._sign(), text, self._note(f"the worksheet has {other}"))
        if step.decimals is None:
            text = self._shown(value, self._decimals_of(cell.operand))
            return Line("result", self._sign(), text, self._note(remark))
        after = self._shown(value, max(step.decimals, 0))
        most = max(self.most, step.decimals + 2)
        before = self._shown(came_to, shared_decimals([came_to], most))
        if self._numbers.exact and _same(came_to, value):
            return Line("result", self.notation.equal, after, self._note(remark))
        # It has more decimals than the line before: where that one says ≈, an = would be true of the cell but not of it.
        sign = self._sign() if last == self.notation.equal else last
        said = f"to {step.decimals} decimal{'' if step.decimals == 1 else 's'}"
        rounded = self._note(f"{remark}; {said}" if remark else said)
        return Line("result", sign, self.notation.arrow(before, after), rounded)

    def _shown(self, value: float, decimals: int) -> str:
        self._numbers.exact = True
        return self._numbers.shown(value, decimals)[0]

    def _agrees(self, e: Expression, came_to: float, value: float, step: Step) -> bool:
        """Whether the worksheet has what the working comes to, give or take what floats and rounding lose."""
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


def _largest_exponent(e: Expression) -> float:
    exponents = e.exponents if isinstance(e, Quotient) else None
    return max(other.value for other in exponents[1]) if exponents else math.nan


def _same(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= 1e-12 * abs(b)


def _without_repeats(head: Line, lines: Iterator[Line]) -> Iterator[Line]:
    """The lines but those that say again what the one before said; their remarks are kept."""
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
