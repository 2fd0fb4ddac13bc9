"""The feed-forward network: a linear layer, a bend, and a linear layer back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tmat.engine.builder import Sheet, arriving
from tmat.engine.draws import Seed
from tmat.engine.node import Node
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.operations import ACTIVATIONS, linear, matmul
from tmat.sheet.worksheet import Worksheet


def ffn(
    x: Worksheet | object = None,
    *,
    d_ff: int | None = None,
    d_out: int | None = None,
    layers: int = 2,
    activation: str = "relu",
    bias: bool | None = None,
    seed: Seed = 0,
    init: str = "uniform",
    round: str | int | Rounding | None = None,
    keep: Iterable[str] | None = None,
    dtype: str = "float64",
    id: str | None = None,
    stream: str | None = None,
    ordinal: int | None = None,
    matrices: Mapping[str, object] | None = None,
    **named: object,
) -> Worksheet:
    """Two linear layers with an activation between: output = act(X·W_1 + b_1)·W_2 + b_2.

    Shapes: X n×d, W_1 d×d_ff (4·d unless said), b_1 1×d_ff, W_2 d_ff×d, b_2 1×d. With ``layers=1``
    the network ends at the activation, and W_1 is d×d. Biases are drawn with the weights, left out
    with ``bias=False`` or where the weight is given without one.

    Errors: shapes that do not fit; an activation it does not know.
    Source: Vaswani et al. 2017, eq. 2.

    >>> sheet = ffn([[1.0, -1.0]], W_1=[[1, 0], [0, 1]], W_2=[[1], [1]], bias=False)
    >>> sheet["ffn"]["output"].values.tolist()
    [[1.0]]
    """
    before = x if isinstance(x, Worksheet) else None
    everything: dict[str, object] = {**(matrices or {}), **named}
    if x is not None and before is None:
        everything["X"] = x
    if activation not in ACTIVATIONS:
        raise InputError(f"--activation {activation} is not known", f"expected one of {', '.join(ACTIVATIONS)}")
    if layers not in (1, 2):
        raise InputError(f"--layers {layers} does not fit", "the network has 2 layers, or the 1 of some articles")
    for option, size in (("--d-ff", d_ff), ("--d-out", d_out)):
        if size is not None and size < 1:
            raise InputError(f"{option} {size} does not fit", "expected a whole number from 1")
    sheet = Sheet(
        "ffn", before, everything,
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    _refuse_unused(sheet, layers, d_ff, d_out, bias)
    x_node = sheet.given("X", arriving(sheet.before))
    width = d_ff or (4 * x_node.width if layers == 2 else d_out or x_node.width)
    hidden = _layer(sheet, "hidden", x_node, "1", width, bias)
    activated = sheet.step("activated", ACTIVATIONS[activation], hidden)
    sheet.note("one layer" if layers == 1 else "two layers")
    if hidden:
        sheet.note(f"d_ff = {hidden.width}")
        sheet.record(d_ff=hidden.width)
    if activated.op is not None:
        sheet.note("no activation" if activation == "none" else activation)
    sheet.record(activation=activation, layers=layers)
    if layers == 1:
        return sheet.finish(activated)
    return sheet.finish(_layer(sheet, "output", activated, "2", d_out or x_node.width or hidden.width, bias))


def _refuse_unused(sheet: Sheet, layers: int, d_ff: int | None, d_out: int | None, bias: bool | None) -> None:
    """What was said but would change nothing, as a matrix is given or there is one layer."""
    if layers == 1 and d_ff is not None and d_out is not None and d_ff != d_out:
        raise InputError(
            f"--d-ff {d_ff} and --d-out {d_out} contradict each other", "a network of one layer has one width"
        )
    given_1, given_2 = sheet.peek("W_1"), sheet.peek("W_2")
    for option, size, name, given in (
        ("--d-ff", d_ff, "W_1", given_1),
        ("--d-out", d_out, *(("W_1", given_1) if layers == 1 else ("W_2", given_2))),
    ):
        if size is not None and given is not None and given.width != size:
            raise InputError(
                f"{option} {size} does not fit {name}",
                f"{name} is {given.size}{' from ' + given.origin if given.origin else ''}",
                mend=f"leave {option} out: where {name} is given, its own width rules",
            )
    for name in ("b_1", "b_2"):
        if bias is False and sheet.has(name):
            raise InputError(f"{name} is given, and --no-bias contradicts it", mend="leave one of them out")


def _layer(sheet: Sheet, name: str, x: Node, n: str, width: int, bias: bool | None) -> Node:
    letter = "h" if n == "1" else "o"
    biased = sheet.has(f"b_{n}") or (bias if bias is not None else not sheet.has(f"W_{n}"))
    weight = sheet.weight(f"W_{n}", x.width, width, letter)
    if not biased:
        sheet.ask(f"b_{n}")
        return sheet.step(name, matmul, x, weight)
    b = sheet.bias(f"b_{n}", weight.width or width, letter, fan_in=weight.height or x.width)
    return sheet.step(name, linear, x, weight, b)
