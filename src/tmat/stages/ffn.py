"""The feed-forward network: a linear layer, an activation, and a linear layer back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.engine.declaration import CONVENTIONS, SHAPE, Numbers, StageOptions, declares, given, option, step
from tmat.engine.staging import stage
from tmat.errors import InputError
from tmat.stages.parts.lazy import ops
from tmat.stages.parts.options import DrawnInput, Network

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node

LEAK = 0.01
"""The default slope of leaky-relu: torch's, and that of Maas et al. 2013."""


@declares
class FfnOptions(Network, DrawnInput, StageOptions):
    """The widths of the network, and its matrices."""

    d_out: int | None = option(
        None, "The width of the output where W_2 is drawn; default: d_model.", SHAPE, "N", at_least=1
    )
    layers: int = option(
        2, "2 as in the paper; 1 ends at the activation, as in the thrones article.", CONVENTIONS, "1|2",
        fits=lambda n: n in (1, 2), expected="the network has 2 layers, or the 1 of some articles",
    )  # fmt: skip
    bias: bool | None = option(None, "Draw biases or not; default: with the weights.", CONVENTIONS)

    X: Numbers = given("n×d", drawn="x")
    W_1: Numbers = given("d×d_ff")
    b_1: Numbers = given("1×d_ff")
    W_2: Numbers = given("d_ff×d")
    b_2: Numbers = given("1×d")
    W_3: Numbers = given("d×d_ff")
    b_3: Numbers = given("1×d_ff")
    W_gate: Numbers = given("d×experts")
    routing: Numbers = step("n×experts")
    shares: Numbers = step("n×experts")
    chosen: Numbers = step("n×experts")
    gates: Numbers = step("n×experts")
    hidden: Numbers = step("n×d_ff", called="gate")
    activated: Numbers = step("n×d_ff", called="relu gelu silu")
    up: Numbers = step("n×d_ff")
    mixed: Numbers = step("n×d_ff", name="gated")
    projected: Numbers = step("n×d")
    expert: Numbers = step("n×d", of_a_head=False)
    combined: Numbers = step("n×d")
    output: Numbers = step("n×d")


@stage(
    FfnOptions,
    summary="Two linear layers with an activation between.",
    formula="max(0, X·W_1 + b_1)·W_2 + b_2: each row by itself through two linear layers.",
    main="X",
    examples=(
        "tmat ffn --seed 1 --d-model 4",
        "tmat ffn -m X='1 -1; 2 0' -m W_1='1 0; 0 1' -m b_1='0.5 0.5' --layers 1",
    ),
    order=60,
    opens=("d_ff", "activation"),
    then="tmat addnorm",
)
def ffn(sheet: Sheet, how: FfnOptions) -> Node:
    """Two linear layers with an activation between: output = act(X·W_1 + b_1)·W_2 + b_2.

    Shapes: X n×d, W_1 d×d_ff (4·d by default), b_1 1×d_ff, W_2 d_ff×d, b_2 1×d. With ``layers=1``
    the network ends at the activation, and W_1 is d×d. Biases are drawn with the weights, left out
    with ``bias=False`` or where the weight is given without one. ``experts`` are several such networks (expert1.W_1, …);
    each row goes through the ``top_experts`` with the largest softmax(X·W_gate). ``gated`` multiplies act(X·W_1 + b_1)
    cell by cell with a second branch, X·W_3 + b_3 (W_3 d×d_ff): SwiGLU, GeGLU; in Llama's names W_1 is gate_proj, W_3
    up_proj, W_2 down_proj.

    Errors: shapes that do not fit; an activation it does not know.
    Source: Vaswani et al. 2017, eq. 2; gated: Shazeer 2020, eq. 6.

    >>> sheet = ffn([[1.0, -1.0]], W_1=[[1, 0], [0, 1]], W_2=[[1], [1]], bias=False)
    >>> sheet["ffn"]["output"].values.tolist()
    [[1.0]]
    """
    _refuse_unused(sheet, how)
    x = sheet.main("X")
    width = how.d_ff or (4 * x.width if how.layers == 2 else how.d_out or x.width)
    sheet.note("one layer" if how.layers == 1 else "two layers")
    if how.experts is not None:
        output = _experts(sheet, how, x, how.experts, width)
    else:
        output = _network(sheet, how, x, width)
    if how.output_activation is None:
        return output
    sheet.note(f"{how.output_activation} after the second layer too")
    sheet.record(output_activation=how.output_activation)
    return _activated(sheet, "output", how.output_activation, how.slope, output)


def _network(sheet: Sheet, how: FfnOptions, x: Node, width: int, e: str = "") -> Node:
    """The layers of the network, or of expert ``e``; what experts have in common is noted once."""
    place = f"expert{e}." if e else ""
    hidden = _layer(sheet, "hidden" + e, x, "1", width, how.bias, place)
    activated = _activated(sheet, "activated" + e, how.activation, how.slope, hidden)
    if e in ("", "1"):
        _note(sheet, how, hidden, activated)
    if _gated(sheet, how, place):
        if e in ("", "1"):
            sheet.note("gated: X·W_1 activated, times X·W_3")
            sheet.record(gated=True)
        up = _layer(sheet, "up" + e, x, "3", hidden.width or width, how.bias, place)
        activated = sheet.step("gated" + e, ops.multiply, activated, up)
    if how.layers == 1:
        return activated
    last = "expert" + e if e else "output" if how.output_activation is None else "projected"
    return _layer(sheet, last, activated, "2", how.d_out or x.width or hidden.width, how.bias, place)


def _note(sheet: Sheet, how: FfnOptions, hidden: Node, activated: Node) -> None:
    if hidden:
        sheet.note(f"d_ff = {hidden.width}")
        sheet.record(d_ff=hidden.width)
    if activated.op is not None:
        sheet.note("no activation" if how.activation == "none" else how.activation)
    sheet.record(activation=how.activation, layers=how.layers, slope=_slope(how))


def _experts(sheet: Sheet, how: FfnOptions, x: Node, count: int, width: int) -> Node:
    """A mixture of experts: each row's outputs of its top experts, summed by their gates (Shazeer et al. 2017, eq. 1 to 5)."""
    top = min(how.top_experts or 2, count)
    routing = sheet.step("routing", ops.matmul, x, sheet.weight("W_gate", x.width, count, "expert"))
    gates = sheet.step("shares", ops.softmax, routing)
    gates = sheet.step("chosen", ops.keep_largest, gates, k=top, otherwise=0.0)
    if how.renormalize_top:
        gates = sheet.step("gates", ops.renormalize, gates)
    sheet.note(
        f"{count} experts, {top} a row", "" if how.renormalize_top else "their shares not brought back to a sum of 1"
    )
    sheet.record(experts=count, top_experts=top)
    total: Node | None = None
    for n in range(1, count + 1):
        own = _network(sheet, how, x, width, str(n))
        if not x and not own and gates:
            sheet.note("no X: it stops at the gates")
            return gates
        last = "output" if how.output_activation is None else "projected"
        name = last if n == count else f"combined{n}"
        if total is None:
            total = sheet.step(name, ops.scale_rows, own, gates, column=n)
        else:
            total = sheet.step(name, ops.add_scaled, total, own, gates, column=n)
    assert total is not None
    return total


def _gated(sheet: Sheet, how: FfnOptions, place: str) -> bool:
    own = (f"{place}W_3", f"{place}b_3") if place else ("W_3", "b_3", "up", "gated")
    return how.gated or how.activation in ops.GATED or any(map(sheet.has, own))


def _activated(sheet: Sheet, name: str, activation: str, slope: float | None, x: Node) -> Node:
    op = ops.GATED.get(activation) or ops.ACTIVATIONS[activation]
    if activation == "leaky-relu":
        return sheet.step(name, op, x, slope=LEAK if slope is None else slope)
    return sheet.step(name, op, x)


def _slope(how: FfnOptions) -> float | None:
    """The slope in force, where an activation has one."""
    leaky = "leaky-relu" in (how.activation, how.output_activation)
    return (LEAK if how.slope is None else how.slope) if leaky else None


def _refuse_unused(sheet: Sheet, how: FfnOptions) -> None:
    """Refuse options without effect, and sizes that given matrices do not have."""
    one_layer, widths = how.layers == 1, (how.d_ff, how.d_out)
    if how.slope is not None and _slope(how) is None:
        raise InputError(f"‹slope› does not apply to ‹activation {how.activation}›", "only leaky-relu has a slope")
    if how.top_experts is not None and (how.experts is None or how.top_experts > how.experts):
        why = "there is one network" if how.experts is None else f"there are {how.experts} experts"
        raise InputError(f"‹top_experts {how.top_experts}› does not fit", why)
    if how.experts is not None and one_layer:
        raise InputError("‹experts› does not apply to ‹layers 1›", "an expert has two layers")
    if not how.renormalize_top and how.experts is None:
        raise InputError("‹renormalize_top False› has no experts to work with", mend="say how many: ‹experts 4›")
    if one_layer and how.output_activation is not None:
        raise InputError("‹output_activation› does not apply to ‹layers 1›", "there is no second layer")
    if one_layer and None not in widths and how.d_ff != how.d_out:
        raise InputError(
            f"‹d_ff {how.d_ff}› and ‹d_out {how.d_out}› contradict each other", "a network of one layer has one width"
        )
    for option_name, size, name in (("d_ff", how.d_ff, "W_1"), ("d_out", how.d_out, "W_1" if one_layer else "W_2")):
        matrix = sheet.peek(name)
        if size is not None and matrix is not None and matrix.width != size:
            raise InputError(
                f"‹{option_name} {size}› does not fit {name}",
                f"{name} is {matrix.size}{' from ' + matrix.origin if matrix.origin else ''}",
                mend=f"leave ‹{option_name}› out: where {name} is given, its own width rules",
            )
    for name in ("b_1", "b_2", "b_3"):
        if how.bias is False and sheet.has(name):
            raise InputError(f"{name} is given, and ‹bias False› contradicts it", mend="leave one of them out")


def _layer(sheet: Sheet, name: str, x: Node, n: str, width: int, bias: bool | None, place: str = "") -> Node:
    letter = {"1": "h", "2": "o", "3": "u"}[n]
    w, b = f"{place}W_{n}", f"{place}b_{n}"
    biased = sheet.has(b) or (bias if bias is not None else not sheet.has(w))
    weight = sheet.weight(w, x.width, width, letter)
    if not biased:
        sheet.allow(b)
        return sheet.step(name, ops.matmul, x, weight)
    return sheet.step(
        name, ops.linear, x, weight, sheet.bias(b, weight.width or width, letter, fan_in=weight.height or x.width)
    )
