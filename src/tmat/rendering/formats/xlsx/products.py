"""Products with their operands beside them, as on paper: the left operand to the left, the right one above.

An operand that is on the sheet already is repeated as references; Q·Kᵀ has Kᵀ above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tmat.operations import Operation
from tmat.rendering.page import Section, Shown
from tmat.sheet.worksheet import Matrix, Step

MOST = 24  # columns of the left operand and the product together: what fits a landscape page at half the size
GAP = 2  # columns between the left operand and the product: one for the bracket, one for the labels


def takes_transposed(op: Operation, step: Step) -> bool | None:
    """Whether the right operand of a product is transposed above it; None if the step is no product.

    >>> from tmat.operations import REGISTRY
    >>> def asked(name, *of):
    ...     return takes_transposed(REGISTRY[name], Step(Matrix.of("Z", [[1]]), name, of))
    >>> asked("matmul", "A", "B"), asked("matmul_transposed", "A", "B"), asked("add", "A", "B"), asked("matmul", "A", "A")
    (False, True, None, None)
    """
    axes, (row, column) = op.axes, op.result
    if len(axes) not in (2, 3) or len(set(step.of)) != len(axes) or axes[0][0] != row:
        return None
    within = axes[0][1]
    if within in (row, column) or axes[2:] not in ((), (("1", column),)):
        return None  # the axis summed over is not in the result; a third operand is a bias
    return {(within, column): False, (column, within): True}.get(axes[1])


def drawn_beside(shown: Shown, *, transposed: bool) -> Shown:
    """An operand as it is drawn beside a product, transposed if the product takes it so."""
    matrix = shown.matrix
    if not transposed:
        return shown
    matrix = Matrix(f"{matrix.name}ᵀ", matrix.values.T, matrix.cols, matrix.rows)
    return replace(shown, matrix=matrix, cells=[list(column) for column in zip(*shown.cells, strict=True)])


def fits(left: Matrix, product: Matrix) -> bool:
    """Whether left operand and product fit beside each other and have cells."""
    return left.width + product.width <= MOST and left.values.size > 0 and product.values.size > 0


def bands(section: Section, products: dict[str, bool]) -> Iterator[tuple[list[Shown], Shown]]:
    """The matrices from top to bottom, each step with the given matrices to draw beside it.

    A given matrix that is not drawn beside the first step that uses it comes alone before that step.
    """
    for *given, last in section.groups():
        beside: set[str] = set()
        if last.step is not None and last.name in products:
            beside = set(last.step.of[: 1 if products[last.name] else 2])
        yield from (([], shown) for shown in given if shown.name not in beside)
        yield [shown for shown in given if shown.name in beside], last
