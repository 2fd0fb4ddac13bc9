"""Backpropagation: from a loss, or a given gradient, to the gradient of every matrix that was given."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any

from tmat.engine.declaration import INPUT, OUTPUT, StageOptions, declares, option
from tmat.engine.staging import sheet_of, worksheet_stage
from tmat.errors import InputError, expect
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.parts.lazy import differences, gradients, graphs, np, ops

if TYPE_CHECKING:
    from tmat.engine.node import Node
    from tmat.stages.parts.graph import Value


@declares
class BackwardOptions(StageOptions):
    """Which gradients to compute, and whether to check them."""

    wrt: Sequence[str] = option(
        (), "Only the gradients of these, and those that they are computed from: W_Q,X.", INPUT, "NAMES"
    )
    tie: Sequence[str] = option(
        (), "Tied matrices: W_E=W_vocab.T, the second the first transposed. They share one gradient.", INPUT, "A=B"
    )
    numeric: bool = option(
        False, "Check the gradients by finite differences, and show how far they are off.",
        OUTPUT,
    )  # fmt: skip


@worksheet_stage(
    BackwardOptions,
    summary="The gradients of every matrix, step by step, the last first.",
    formula="dW = Xᵀ·dY, dX = dY·Wᵀ for Y = X·W, and so on back to what was given: each step's gradient is made of the "
    "gradient after it.",
    about="Steps: the gradient of each matrix, d before its name: dZ dweights dV dscaled dscores dQ dK dX dW_Q …; a name that two "
    "stages have comes with its stage, attention-2.dW_Q. A matrix that was used several times has a gradient for each use, dX_Q "
    "dX_K dX_V, and their sum.\n\n"
    "It starts from the loss of the stage before, or from a given gradient: ‹-m dZ›.",
    examples=(
        "tmat attention | tmat backward -m dZ='1 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 0' --wrt W_Q",
        "tmat attention -m X='1 0; 0 1' --d-k 2 --seed 1 | tmat loss -m target='1 0; 0 1' | tmat backward",
    ),
    order=92,
    opens=("wrt", "numeric"),
    then="tmat update",
)
def backward(x: Worksheet | None, how: BackwardOptions, matrices: dict[str, Any]) -> Worksheet:
    """The gradients of a worksheet, the last step first: dW = Xᵀ·dY, dX = dY·Wᵀ for Y = X·W, and so on.

    ``x`` is a worksheet whose last stage is a loss; or the gradient of one of its matrices is given under its name with a d
    before it: dZ. Each step is an operation, as in the forward pass. ``wrt`` names the matrices whose gradients are wanted:
    by default all given ones but masks, ids and targets.

    Errors: no gradient to start from; a gradient of another size than its matrix; a step that the worksheet lacks.
    Source: the chain rule; Goodfellow et al. 2016, §6.5.

    >>> import tmat
    >>> sheet = tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[1], [0]], W_V=[[1], [1]])
    >>> sheet = tmat.backward(sheet, dZ=[[1.0]], wrt=["W_V"])
    >>> [step.name for step in sheet["backward"].steps], sheet["backward"]["dW_V"].values.tolist()
    (['dV', 'dW_V'], [[1.0], [2.0]])
    """
    expect(x, (Worksheet, NoneType), "backward takes a worksheet")
    before = x if x is not None else Worksheet()
    graph = graphs.graph_of(before, how.tie)
    if not graph.values:
        raise InputError(
            "backward needs a forward pass",
            "no stage came in",
            mend="pipe one in: tmat attention | tmat backward ‹-m dZ›",
        )
    rules = gradients.partials(graph)
    called = gradients.calling(graph.values)
    leaves = {value for value in graph.values if value.step is None and not gradients.constant(value)}
    wanted = gradients.asked(graph, how.wrt, called, "wrt") if how.wrt else leaves
    page = sheet_of(how, "backward", before, matrices)
    begun = _begun(page, graph, called)
    gradients.refuse_unknown_ways(graph, begun)
    active = gradients.leading(graph, rules, begun, wanted)
    if not active:
        raise InputError(
            "there is no gradient to compute",
            f"the loss does not depend on {', '.join(how.wrt) or 'a given matrix'}",
            *gradients.gaps(graph),
        )
    way = gradients.WayBack(page, graph, active, called, rules)
    way.walk(begun)
    ends = [way.gradients[value] for value in graph.values if value in wanted and value in way.gradients]
    _note(page, begun, called, how)
    if not how.numeric:
        return page.finish(ends[0], ends[1:])
    slopes = {value: way.gradients[value].values for value in begun if value in active}
    asked = [value for value in graph.values if value in wanted and value in way.gradients and value not in begun]
    off = [_off(page, graph, slopes, value, way.gradients[value], called) for value in asked]
    done = page.finish(ends[0], [*ends[1:], *off])
    return _farthest(done, [node.name for node in off])


def _off(page: Any, graph: graphs.Graph, slopes: dict[Value, Any], value: Value, gradient: Node, called: Any) -> Node:
    """The difference between a gradient and its value by finite differences."""
    name = called(value, "d")
    m = value.matrix
    numbers = differences.by_differences(graph, slopes, value)
    by = Matrix(f"{name}_numeric", numbers, m.rows, m.cols, "given: by differences")
    return page.step(f"{name}_off", ops.subtract, gradient, page.given(f"{name}_numeric", by))  # type: ignore[no-any-return]


def _farthest(done: Worksheet, names: Sequence[str]) -> Worksheet:
    """Note the largest difference from finite differences."""
    own = done.stages[-1]
    distances = {name: float(np.abs(own[name].values).max(initial=0.0)) for name in names if name in own}
    if distances:
        worst = max(distances, key=lambda name: distances[name])
        own.notes = (
            *own.notes,
            f"by differences: off by at most {distances[worst]:.1e} ({worst.removesuffix('_off')})",
        )
    return done


def _begun(page: Any, graph: graphs.Graph, called: Any) -> dict[Value, Node | None]:
    """The values whose gradient is known at the start: those given (None), else the loss, whose gradient is 1."""
    given: dict[Value, Node | None] = {value: None for value in graph.values if page.has(called(value, "d"))}
    last = graph.values[-1].stage
    if last.stage != "loss":
        if not given:
            output = graph.of(last.id, last.output)
            name = called(output, "d") if output is not None else "dZ"
            raise InputError(
                "backward has no gradient to begin with",
                f"the last stage, {last.id}, is no loss",
                mend=f"pipe it through tmat loss first, or give the gradient of what it put out: ‹-m {name}›",
            )
        return given
    loss = graph.of(last.id, last.output)
    assert loss is not None
    if given:
        return given
    one = page.given(called(loss, "d"), Matrix.of("dloss", [[1.0]], origin="given: of itself it is 1"))
    return {loss: one}


def _note(page: Any, begun: dict[Value, Any], called: Any, how: BackwardOptions) -> None:
    page.note(f"from {', '.join(called(value, 'd') for value in begun)}")
    page.note(
        f"only what leads to {', '.join(how.wrt)}" if how.wrt else "", f"tied: {', '.join(how.tie)}" if how.tie else ""
    )
    page.record(wrt=list(how.wrt) or None, tie=list(how.tie) or None)
