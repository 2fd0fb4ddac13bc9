"""A matrix of a stage under way: its shape and labels are known at once, its values are computed later.

A node is *streamed* where it is too large to hold and nobody keeps it: only the rows that a later block needs are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tmat.engine.limits import refuse_size
from tmat.errors import InputError, TmatError
from tmat.numbers import round_half_away
from tmat.numbers.exact import exact
from tmat.operations.expression import Operand
from tmat.operations.operation import Array, Mismatch, Operation
from tmat.sheet.names import origin_caption
from tmat.sheet.worksheet import Matrix

CLOSE = 1e-9  # how near to a tie, in units of the last place or relative to the number: floats lose less
MOST = 4096  # terms that are computed to sixty digits; where there are more, floats decide


@dataclass(eq=False, repr=False)
class Node:
    """A given matrix, one to draw, or a step; ``problem`` is the error to raise where it is needed."""

    name: str
    shape: tuple[int, int] | None = None
    rows: Sequence[str] = ()
    cols: Sequence[str] = ()
    origin: str = ""
    op: Operation | None = None
    of: tuple[Node, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    draw: Any = None  # how to draw it: "weight", ("bias", fan_in) or ("keep", p, seed)
    make: Callable[[int, int], Array] | None = None  # rows start to stop of one made by a rule: a mask
    decimals: int | None = None  # that it is rounded to
    used: int | None = None  # that later steps round it to, where they use other decimals
    problem: TmatError | None = None
    values: Array | None = None

    def __bool__(self) -> bool:
        """Whether it can be computed."""
        return self.problem is None and self.shape is not None

    @property
    def height(self) -> int:
        return self.shape[0] if self.shape else 0

    @property
    def width(self) -> int:
        return self.shape[1] if self.shape else 0

    @property
    def size(self) -> str:
        return f"{self.height}×{self.width}"

    def matrix(self) -> Matrix:
        assert self.values is not None, f"{self.name} was never computed"
        return Matrix(self.name, self.values, tuple(self.rows), tuple(self.cols), self.origin)

    def described(self) -> str:
        """Its size and where it came from: 3×4 (X·W_Q, W_Q from wq.csv)."""
        if self.op is not None:
            made = self.op.formula_text([node.name for node in self.of], self.params)
            sources = [f"{node.name} {origin_caption(node.origin)}" for node in self.of if node.origin]
            return f"{self.size} ({', '.join([made, *sources])})"
        return f"{self.size} ({origin_caption(self.origin)})" if self.origin else self.size


def given_node(name: str, matrix: Matrix, dtype: np.dtype[Any]) -> Node:
    """The node of a given matrix; a NaN, or a number too large for the type, is its problem."""
    own = matrix.values  # read once: a model's weight is read from its file each time
    with np.errstate(over="ignore"):
        values = own.astype(dtype, copy=False)
    node = Node(name, (matrix.height, matrix.width), matrix.rows, matrix.cols, matrix.origin, values=values)
    lost = np.isinf(values) & np.isfinite(own) if values.dtype != own.dtype else None
    if lost is not None and lost.any():
        i, j = (int(n) + 1 for n in np.argwhere(lost)[0])
        node.problem = InputError(
            f"{name} has a number too large for {dtype}",
            f"row {i}, column {j}: {own[i - 1, j - 1]:g}" + (f", from {matrix.origin}" if matrix.origin else ""),
        )
    if np.isnan(values).any():
        i, j = (int(n) + 1 for n in np.argwhere(np.isnan(values))[0])
        node.problem = InputError(
            f"{name} has a cell that is not a number (NaN)",
            f"row {i}, column {j}" + (f", from {matrix.origin}" if matrix.origin else ""),
            mend="every cell of a given matrix must be a number",
        )
    return node


def step_node(name: str, op: Operation, of: tuple[Node, ...], params: dict[str, Any]) -> Node:
    """The node of a step: shape and labels by the operation's axes, or the problem that prevents it."""
    for operand in of:
        if not operand:
            return Node(name, op=op, of=of, params=params, problem=operand.problem)
    shapes = [node.shape or (0, 0) for node in of]
    wrong = op.mismatch(shapes)
    if wrong is not None:
        return Node(name, op=op, of=of, params=params, problem=_misfit(op, of, params, wrong))
    node = Node(name, op.result_shape(shapes, params), op=op, of=of, params=params)
    if not of:
        refuse_size(name, node.height, node.width)
    node.rows, node.cols = _labels(op, of, params, node.shape or (0, 0))
    return node


def _labels(
    op: Operation, of: tuple[Node, ...], params: dict[str, Any], shape: tuple[int, int]
) -> tuple[Sequence[str], Sequence[str]]:
    own: tuple[Sequence[str] | None, Sequence[str] | None] = (None, None)
    if op._labels is not None:
        operands = [Operand(n.name, shape=n.shape, rows=n.rows, cols=n.cols) for n in of]
        own = op._labels(*operands, **params)
    found: list[Sequence[str]] = []
    for side in (0, 1):
        labels = own[side]
        if labels is None:
            source = op.source_of(side, len(of))
            if source is not None:
                node = of[source[0]]
                labels = node.cols if source[1] else node.rows
        found.append(labels if labels is not None else [str(n + 1) for n in range(shape[side])])
    return found[0], found[1]


def _misfit(op: Operation, of: tuple[Node, ...], params: dict[str, Any], wrong: Mismatch) -> InputError:
    """The error for sizes that do not fit: both sizes, and the given matrix to change."""
    first, second = of[wrong.first], of[wrong.second]
    sides = ("height", "width")
    formula = op.formula_text([node.name for node in of], params)
    if wrong.first == wrong.second:
        return InputError(
            f"cannot form {formula}",
            f"{second.name} is {second.described()}: its {sides[wrong.second_side]} must be {wrong.second_size}",
            mend=f"try a {second.name} with {_count(wrong.second_size, wrong.second_side)}",
        )
    if wrong.first_side == wrong.second_side:
        rule = f"their {sides[wrong.first_side]}s, {wrong.first_size} and {wrong.second_size}, must be equal"
    else:
        rule = (
            f"the {sides[wrong.first_side]} of {first.name}, {wrong.first_size}, "
            f"must equal the {sides[wrong.second_side]} of {second.name}, {wrong.second_size}"
        )
    culprit, side = _leaf(second, wrong.second_side)
    return InputError(
        f"cannot form {formula}",
        f"{first.name} is {first.described()}, {second.name} is {second.described()}: {rule}",
        mend=f"{_packed(second, wrong)}{_transposable(op, of, wrong)}try a {culprit.name} with {_count(wrong.first_size, side)}",
    )


def _packed(given: Node, wrong: Mismatch) -> str:
    """The hint that a matrix three times as high as it should be may be torch's packed in_proj_weight."""
    height, width = given.shape or (0, 0)
    if given.op is not None or given.draw or not given.name.startswith(("W_Q", "W_K", "W_V")):
        return ""
    if wrong.second_side or not height == 3 * width == 3 * wrong.first_size:
        return ""
    return (
        f"{given.name} may be W_Q, W_K and W_V in one: ‹weights FILE› cuts it, where the file names it in_proj_weight; "
    )


def _transposable(op: Operation, of: tuple[Node, ...], wrong: Mismatch) -> str:
    """The hint that one of the two, given transposed, would fit."""
    for n in (wrong.second, wrong.first):
        shapes = [node.shape or (0, 0) for node in of]
        shapes[n] = shapes[n][::-1]
        if of[n].op is None and not of[n].draw and op.mismatch(shapes) is None:
            return f"{of[n].name} fits transposed: ‹-m {of[n].name}.T›; or "
    return ""


def _leaf(node: Node, side: int) -> tuple[Node, int]:
    """The given matrix that a step's size comes from, and its side (0 height, 1 width)."""
    while node.op is not None:
        source = node.op.source_of(side, len(node.of))
        if source is None:
            break
        node, side = node.of[source[0]], source[1]
    return node, side


def _count(size: int, side: int) -> str:
    return f"{size} {('row', 'column')[side]}{'' if size == 1 else 's'}"


def ancestors(targets: Iterable[Node]) -> set[Node]:
    """The targets and every node that they depend on."""
    found: set[Node] = set()
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(node.of)
    return found


def only_by_rows(node: Node, needed: list[Node]) -> bool:
    """Whether every step that uses the node computes row i from row i of it alone."""
    for user in needed:
        if user.op is None or node not in user.of:
            continue
        axes = user.op.axes_of(len(user.of))
        for operand, names in zip(user.of, axes, strict=True):
            if operand is node and (not user.op.by_rows or names[0] != user.op.result[0]):
                return False
    return True


def streamed_operands(node: Node, streamed: set[Node]) -> list[Node]:
    """The streamed operands of a node, and the streamed operands of these."""
    found: dict[Node, None] = {}
    waiting = list(node.of)
    while waiting:
        operand = waiting.pop()
        if operand in streamed and operand not in found:
            found[operand] = None
            waiting.extend(operand.of)
    return list(found)


def whole(node: Node) -> Array:
    """All values of a step."""
    assert node.op is not None
    return _evaluated(node, [_used_values(operand) for operand in node.of], node.params)


def rows(node: Node, start: int, stop: int, streamed: set[Node]) -> Array:
    """Rows start to stop of a node, and of the streamed nodes that it is made of."""
    if node.make is not None:
        return node.make(start, stop)
    assert node.op is not None
    arrays = []
    for operand, names in zip(node.of, node.op.axes_of(len(node.of)), strict=True):
        same_rows = names[0] == node.op.result[0]
        if operand in streamed:
            part = rows(operand, start, stop, streamed)
            arrays.append(part if operand.used is None else round_half_away(part, operand.used))
        else:
            arrays.append(_used_values(operand)[start:stop] if same_rows else _used_values(operand))
    return _evaluated(node, arrays, node.op.from_row(start, node.params))


def _used_values(node: Node) -> Array:
    """A node's values as later steps use them."""
    assert node.values is not None, f"{node.name} was freed too early"
    return node.values if node.used is None else round_half_away(node.values, node.used)


def _evaluated(node: Node, arrays: list[Array], params: dict[str, Any]) -> Array:
    """The operation of a node applied to arrays, and rounded where the node is."""
    assert node.op is not None
    values = node.op.evaluate(*arrays, **params)
    return values if node.decimals is None else rounded(node.op, arrays, params, values, node.decimals)


def rounded(op: Operation, arrays: Sequence[Array], params: Mapping[str, Any], values: Array, decimals: int) -> Array:
    """The values of a step rounded half away from zero, as if computed exactly from the decimals that the operands print as.

    Operands too long for exact arithmetic are computed to sixty digits in the cells close to a tie.

    >>> from tmat.operations import REGISTRY
    >>> a, b = np.array([[0.75]]), np.array([[0.4733333333333333]])  # 0.354999…, which floats multiply to 0.355
    >>> rounded(REGISTRY["matmul"], (a, b), {}, a @ b, 2)
    array([[0.35]])
    """
    result = round_half_away(values, decimals)
    with np.errstate(all="ignore"):
        units = np.abs(values) * 10.0**decimals
        close = np.abs(units - np.floor(units) - 0.5) <= CLOSE * np.maximum(units, 1.0)
    terms = max((array.shape[1] for array in arrays), default=1)
    if not 0 < np.count_nonzero(close) * terms <= MOST or values.dtype != np.float64:
        return result
    if all(exact(array) is not None for array in arrays):
        return result
    from decimal import ROUND_HALF_UP, Context, Decimal  # decimal arithmetic, which few roundings need

    from tmat.operations.printing.numbers import at_place
    from tmat.operations.printing.precise import KEPT, precise

    sure = Context(KEPT, ROUND_HALF_UP)  # a third and a third and a third lose the last of sixty digits
    operands = [Operand(f"operand {n}", array) for n, array in enumerate(arrays)]
    for i, j in np.argwhere(close).tolist():
        worth = precise(op.at(i, j, *operands, **params))
        if worth.is_finite():
            result[i, j] = float(at_place(sure.plus(worth), Decimal(1).scaleb(-decimals)))
    return result


def in_dtype(node: Node, values: Array, dtype: np.dtype[np.floating]) -> Array:
    """Values of a step without operands (positions) in the sheet's type; others have the type of their operands."""
    return values if node.of else values.astype(dtype, copy=False)
