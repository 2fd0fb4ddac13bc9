"""One step of an optimizer (SGD, momentum, Adam, AdamW), and the forward pass again with the new weights."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal

from tmat.engine.declaration import CONVENTIONS, StageOptions, declares, option
from tmat.engine.staging import sheet_of, worksheet_stage
from tmat.errors import InputError, expect
from tmat.sheet.names import chosen
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.stages.parts.lazy import gradients, graphs, np, ops, replay

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.parts.graph import Graph, Value

Optimizer = Literal["sgd", "momentum", "adam", "adamw"]


def _share(value: float) -> bool:
    return 0 <= value < 1


@declares
class Learning(StageOptions):
    """The optimizer and its parameters."""

    lr: float = option(
        0.1, "The learning rate η.", CONVENTIONS, "η", fits=lambda rate: 0 <= rate < float("inf"),
        expected="expected 0 or a number above it",
    )  # fmt: skip
    optimizer: Optimizer = option(
        "sgd", "sgd: W − η·dW; momentum: W − η·m; adam and adamw: W − η·m / (√v + ε).", CONVENTIONS, "KIND"
    )
    momentum: float = option(
        0.9, "The decay μ of the momentum.", CONVENTIONS, "μ", fits=_share, expected="expected 0 to below 1"
    )
    beta1: float = option(
        0.9,
        "Adam's decay of the mean of the gradients.",
        CONVENTIONS,
        "β1",
        fits=_share,
        expected="expected 0 to below 1",
    )
    beta2: float = option(
        0.999,
        "Adam's decay of the mean of their squares.",
        CONVENTIONS,
        "β2",
        fits=_share,
        expected="expected 0 to below 1",
    )
    epsilon: float = option(
        1e-8, "Adam's ε, added to the root.", CONVENTIONS, "NUMBER", fits=lambda e: 0 <= e < float("inf"),
        expected="expected 0 or a small number above it",
    )  # fmt: skip
    decay: float = option(
        0.01, "The weight decay λ of adamw: η·λ·W is subtracted from W first.", CONVENTIONS, "λ", fits=_share,
        expected="expected 0 to below 1",
    )  # fmt: skip


@declares
class UpdateOptions(Learning):
    """The options of one step."""


@worksheet_stage(
    UpdateOptions,
    summary="One step of training: W − η·dW, and the stages again with the new weights.",
    formula="W_new = W − η·dW for every weight that has a gradient, and the forward pass once more: the loss before and after.",
    about="momentum: m = μ·m + dW, W − η·m. adam: m = β1·m + (1 − β1)·dW and v = β2·v + (1 − β2)·dW², each over 1 − βᵗ in "
    "step t, W − η·m / (√v + ε). adamw subtracts η·λ·W first. The moments m and v stay in the worksheet for the next step.",
    examples=(
        "tmat attention -m X='1 0; 0 1' --d-k 2 --seed 1 | tmat loss -m target='1 0; 0 1' | tmat backward | tmat update --lr 0.5",
        "tmat ffn -m X='1 -1; 2 0' --seed 1 | tmat loss -m target='1 0; 0 1' | tmat backward | tmat update --optimizer adam",
    ),
    order=94,
    opens=("lr", "optimizer"),
    then="tmat backward",
)
def update(x: Worksheet | None, how: UpdateOptions, matrices: dict[str, Any]) -> Worksheet:
    """One step of gradient descent: W_new = W − η·dW for each weight that has a gradient, and the forward stages again.

    ``x`` is a worksheet that ends in a backward stage. The result has the update, then the forward stages with the new
    weights under their old names, so that another backward can follow. Inputs (X, context, a residual) do not change,
    unless backward's ``wrt`` named them. ``optimizer`` "momentum", "adam" and "adamw" keep their moments in the stage.

    Errors: no backward stage; a step of the forward pass that the worksheet lacks.
    Source: Robbins & Monro 1951; Kingma & Ba 2015; Loshchilov & Hutter 2019.

    >>> import tmat
    >>> sheet = tmat.loss(tmat.ffn([[1.0]], W_1=[[2.0]], layers=1), matrices={"target": [[1.0]]})
    >>> sheet = tmat.update(tmat.backward(sheet), lr=0.25)
    >>> sheet["update"]["W_1_new"].values.tolist(), sheet["loss"]["loss"].values.tolist()
    ([[1.5]], [[0.25]])
    """
    expect(x, (Worksheet, NoneType), "update takes a worksheet")
    before = x if x is not None else Worksheet()
    way = before.last
    if way is None or way.stage != "backward":
        raise InputError(
            "update needs gradients",
            f"the last stage is {way.id}" if way is not None else "no stage came in",
            mend="pipe it through tmat backward first",
        )
    ties = way.params.get("tie")
    graph = graphs.graph_of(before, [str(tie) for tie in ties] if isinstance(ties, list | tuple) else ())
    called = gradients.calling(graph.values)
    learning = weights_of(graph, way, called)
    kept = [stage for stage in before.stages if stage.stage == "update"]
    page = sheet_of(how, "update", Worksheet([*kept], before.vocabulary, before.tokens), matrices)
    page.keep = None  # the whole step is done, whatever is asked for of it
    step = _count(kept[-1] if kept else None, how.optimizer) + 1
    new = {value: _learned(page, how, value, way, called, kept[-1] if step > 1 else None, step) for value in learning}
    ends = list(new.values())
    _note(page, how, step)
    done = page.finish(ends[0], ends[1:])
    changed = {}
    for value, node in new.items():
        if node.values is not None:
            origin = f"{page.id} step {step}" if step > 1 else page.id
            changed[value] = Matrix(value.name, node.values, value.matrix.rows, value.matrix.cols, origin)
    forward = replay.replayed(before, graph, changed)
    _compare(done.stages[-1], before.stages, forward)
    sheet = Worksheet([*done.stages, *forward], before.vocabulary, before.tokens)
    return sheet if how.keep is None else chosen(sheet, how.keep, first=len(kept))


def weights_of(graph: Graph, way: Stage, called: Any) -> list[Value]:
    """The matrices to update: given ones with a gradient; inputs (a row for each token) only where ``wrt`` named them.

    Errors: no such matrix.
    """
    asked = way.params.get("wrt")
    wanted = (
        gradients.asked(graph, [str(name) for name in asked], called, "wrt") if isinstance(asked, list | tuple) else ()
    )
    found = [
        value
        for value in graph.values
        if value.step is None
        and called(value, "d") in way
        and (value in wanted or not graphs.is_sequence(value.stage, value.name))
    ]
    if not found:
        raise InputError(
            "there is nothing to update",
            "no weight has a gradient",
            mend="ask backward for the gradients of weights, or of inputs by name: ‹wrt W_Q›",
        )
    return found


def _complement(beta: float, step: int = 1) -> float:
    """1 − βᵗ in decimals: 0.1 for β = 0.9, where floats give 0.09999999999999998."""
    return float(1 - Decimal(str(beta)) ** step)


def _learned(
    page: Sheet, how: UpdateOptions, value: Value, way: Stage, called: Any, last: Stage | None, step: int
) -> Node:
    """One weight after the step, with the moments that it needs."""
    name = called(value, "")
    weight = page.given(name, _from(value.matrix, value.stage.id))
    slope = page.given(called(value, "d"), _from(way[called(value, "d")], way.id))
    if how.optimizer == "sgd":
        return page.step(f"{name}_new", ops.descend, weight, slope, rate=how.lr)
    first = f"{name}_m"
    kept, share = (how.momentum, 1.0) if how.optimizer == "momentum" else (how.beta1, _complement(how.beta1))
    m = page.step(first, ops.blend, _kept(page, first, value.matrix, last), slope, keep=kept, add=share)
    if how.optimizer == "momentum":
        return page.step(f"{name}_new", ops.descend, weight, m, rate=how.lr)
    second = f"{name}_v"
    v = page.step(
        second,
        ops.blend_squares,
        _kept(page, second, value.matrix, last),
        slope,
        keep=how.beta2,
        add=_complement(how.beta2),
    )
    if how.optimizer == "adamw":
        weight = page.step(f"{name}_decayed", ops.descend, weight, weight, rate=how.lr * how.decay)
    sized = page.step(f"{first}_sized", ops.divide, m, by=_complement(how.beta1, step))
    squares = page.step(f"{second}_sized", ops.divide, v, by=_complement(how.beta2, step))
    return page.step(f"{name}_new", ops.descend_by_moments, weight, sized, squares, rate=how.lr, epsilon=how.epsilon)


def _from(matrix: Matrix, origin: str) -> Matrix:
    return Matrix(matrix.name, matrix.values, matrix.rows, matrix.cols, origin)


def _kept(page: Sheet, name: str, like: Matrix, last: Stage | None) -> Node:
    """A moment as the last update left it; zeros before the first."""
    if last is not None and name in last:
        return page.given(f"{name}_before", _from(last[name], last.id))
    zeros = Matrix(name, np.zeros_like(like.values), like.rows, like.cols, "given: 0 before the first step")
    return page.given(f"{name}_before", zeros)


def _count(last: Stage | None, optimizer: str) -> int:
    """How many steps this optimizer has done before."""
    if last is None or last.params.get("optimizer") != optimizer:
        return 0
    step = last.params.get("step")
    return step if isinstance(step, int) else 0


def _note(page: Sheet, how: UpdateOptions, step: int) -> None:
    page.note(f"step {step}", f"{how.optimizer}, η = {how.lr:g}")
    page.record(optimizer=how.optimizer, lr=how.lr, step=step)


def _compare(own: Stage, before: list[Stage], after: list[Stage]) -> None:
    """Record and note the loss before and after, where the forward pass ends in one."""
    old = next((stage for stage in reversed(before) if stage.stage == "loss"), None)
    new = after[-1]
    if old is None or new.stage != "loss":
        return
    losses = [float(stage.result.values[0, 0]) for stage in (old, new)]
    own.params |= {"loss_before": losses[0], "loss_after": losses[1]}
    own.notes = (*own.notes, f"loss {losses[0]:.6g} before, {losses[1]:.6g} after")
