"""Products with their operands beside them, as on paper: the left one to the left, the right one above, the product in the corner.

An operand that stands on the sheet already is there again, as references; Q·Kᵀ has Kᵀ above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tmat.operations import Operation
from tmat.rendering.page import Shown
from tmat.sheet.worksheet import Matrix, Step

MOST = 24  # columns of the left operand and of the product, as many as a page across has room for at half the size
GAP = 2  # columns between the left operand and the product: one for the bracket, one for the labels


def turned(op: Operation, step: Step) -> bool | None:
    """Whether the right operand of a product is turned round above it; None where the step is no product.

    >>> from tmat.operations import REGISTRY
    >>> def asked(name, *of):
    ...     return turned(REGISTRY[name], Step(Matrix.of("Z", [[1]]), name, of))
    >>> asked("matmul", "A", "B"), asked("matmul_transposed", "A", "B"), asked("add", "A", "B"), asked("matmul", "A", "A")
    (False, True, None, None)
    """
    axes, (row, column) = op.axes, op.result
    if len(axes) not in (2, 3) or len(set(step.of)) != len(axes) or axes[0][0] != row:
        return None
    within = axes[0][1]
    if within in (row, column) or axes[2:] not in ((), (("1", column),)):
        return None  # what is summed over is no axis of the result; a third operand is a bias
    return {(within, column): False, (column, within): True}.get(axes[1])


def again(shown: Shown, *, turn: bool) -> Shown:
    """An operand as it stands a second time, turned round where the product takes it so."""
    matrix = shown.matrix
    if not turn:
        return shown
    matrix = Matrix(f"{matrix.name}ᵀ", matrix.values.T, matrix.cols, matrix.rows)
    return replace(shown, matrix=matrix, cells=[list(column) for column in zip(*shown.cells, strict=True)])


def fits(left: Matrix, product: Matrix) -> bool:
    """Whether there is room for one beside the other, and something to show."""
    return left.width + product.width <= MOST and left.values.size > 0 and product.values.size > 0


def bands(shown: Sequence[Shown], products: dict[str, bool]) -> Iterator[tuple[list[Shown], Shown]]:
    """The matrices from above: each with those given that stand beside it, as its first user.

    A given matrix that does not stand beside its first user comes alone before it.
    """
    waiting: list[Shown] = []
    for one in shown:
        step = one.step
        if step is None:
            waiting.append(one)
            continue
        beside: list[Shown] = []
        for given in waiting:
            name = given.matrix.name
            if step.name in products and (name == step.of[0] or (name == step.of[1] and not products[step.name])):
                beside.append(given)
            else:
                yield [], given
        waiting = []
        yield beside, one
    for given in waiting:
        yield [], given
