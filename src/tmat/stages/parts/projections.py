"""Queries, keys and values: how many heads there are, how wide, and what each is projected from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.errors import InputError, fold
from tmat.late import late

if TYPE_CHECKING:
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
else:
    ops = late("tmat.operations")


def heads_of(sheet: Sheet, how: AttentionOptions) -> tuple[int, bool]:
    """How many heads, and whether each has projections of its own: said, or seen from the names given (W_Q1, W_Q2, …)."""
    projected = ("wq", "wk", "wv")
    stems = {*projected, *(fold(name) for name, step in sheet.declared.steps.items() if step.of_a_head)}
    numbered = [h for stem, h in sheet.numbered() if stem in stems]
    heads = how.heads if how.heads is not None else max(numbered, default=1)
    own = any(stem in projected and h <= heads for stem, h in sheet.numbered())
    if numbered and max(numbered) > heads:
        raise InputError(
            f"a matrix of head {max(numbered)} is given, but ‹heads› is {heads}", mend=f"try ‹heads {max(numbered)}›"
        )
    if heads == 1:
        return heads, bool(numbered)  # the first head of several, worked by itself
    return heads, how.separate or own


def projections(
    sheet: Sheet, how: AttentionOptions, x: Node, context: Node, heads: int, h: str, biased: str
) -> tuple[Node, Node, Node]:
    """Q, K and V of one head (h says which), or of all heads side by side."""
    if not how.weights:
        q = sheet.given("Q" + h) if sheet.has("Q" + h) else x
        k = sheet.given("K" + h) if sheet.has("K" + h) else context
        v = sheet.given("V" + h) if sheet.has("V" + h) else context
        return q, k, v
    d_k = _width(sheet, how, x, heads, h)
    q = _projection(sheet, "Q" + h, x, d_k * heads, biased)
    k = _projection(sheet, "K" + h, context, (q.width or d_k * heads), biased)
    v = _projection(sheet, "V" + h, context, (how.d_v or (k.width // heads if k else d_k)) * heads, biased)
    return q, k, v


def _width(sheet: Sheet, how: AttentionOptions, x: Node, heads: int, h: str) -> int:
    """The width of one head's queries and keys where they are drawn."""
    for name in ("W_Q", "W_K", "Q", "K"):
        given = sheet.peek(name + h)
        if given is not None:
            if given.width % heads:
                raise InputError(
                    f"{heads} heads do not divide {name}",
                    f"{name} is {given.size}: its width, {given.width}, must be a multiple of {heads}",
                    mend=f"try ‹heads {_divisor(given.width, heads)}›",
                )
            return given.width // heads
    if how.d_k is not None:
        return how.d_k
    shared = 1 if h else heads
    if x and x.width % shared:
        raise InputError(
            f"{heads} heads do not divide d_model",
            f"X is {x.size}: d_model is {x.width}, which is no multiple of {heads}",
            mend=f"try ‹heads {_divisor(x.width, heads)}›, or say the width of a head: ‹d_k {max(x.width // heads, 1)}›",
        )
    return x.width // shared if x else 0


def _divisor(width: int, heads: int) -> int:
    """The number of heads nearest to the one asked for that divides the width."""
    return min((n for n in range(1, width + 1) if width % n == 0), key=lambda n: (abs(n - heads), n), default=1)


def _projection(sheet: Sheet, name: str, of: Node, width: int, biased: str) -> Node:
    letter = name[0].lower()
    weight = sheet.weight(f"W_{name}", of.width, width, letter)
    if biased in ("qkv", "all") or sheet.has(f"b_{name}"):
        b = sheet.bias(f"b_{name}", weight.width, letter, fan_in=of.width)
        return sheet.step(name, ops.linear, of, weight, b)
    return sheet.step(name, ops.matmul, of, weight)


def split(sheet: Sheet, q: Node, k: Node, v: Node, heads: int) -> list[tuple[Node, Node, Node]]:
    """One projection cut into heads, columns side by side (Vaswani et al. 2017, §3.2.2)."""
    triples = []
    for h in range(1, heads + 1):
        parts = []
        for name, whole in (("Q", q), ("K", k), ("V", v)):
            if whole and whole.width % heads:
                raise InputError(
                    f"{heads} heads do not divide {whole.name}",
                    f"{whole.name} is {whole.told()}: its width, {whole.width}, must be a multiple of {heads}",
                    mend=f"try ‹heads {_divisor(whole.width, heads)}›",
                )
            d = whole.width // heads
            parts.append(sheet.step(f"{name}{h}", ops.columns, whole, start=(h - 1) * d + 1, stop=h * d))
        triples.append((parts[0], parts[1], parts[2]))
    return triples
