"""The linear projections of attention: Q, K and V of each head from their inputs, and the output from all heads.

Keys and values are made of X itself (self-attention), of a context (cross-attention), or each of an input of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tmat.errors import InputError, fold
from tmat.stages.parts.lazy import ops

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.sheet.worksheet import Matrix
    from tmat.stages.attention import AttentionOptions


INPUTS = {"K": "key_input", "V": "value_input"}


@dataclass(eq=False, repr=False)
class Sources:
    """The inputs of K and of V, and whether there is a context."""

    keys: Node
    values: Node
    crossing: bool

    @classmethod
    def of(cls, sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> Sources:
        """``key_input`` (or key) and ``value_input`` (or value) where given, else ``context``, else X."""
        crossing = sheet.has("context")
        context = sheet.given("context") if crossing else x
        _read_key_and_value(sheet, how, x, heads)
        keys, values = (sheet.given(name) if sheet.has(name) else context for name in INPUTS.values())
        return cls(keys, values, crossing)

    def noted(self, sheet: Sheet, x: Node) -> None:
        """Note the inputs of K and V where they are not X."""
        sheet.note("keys and values from the context" if self.crossing else "")
        for kind, node in (("keys", self.keys), ("values", self.values)):
            sheet.note(f"{kind} from {node.name}" if node.name not in (x.name, "context") else "")


def _read_key_and_value(sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> None:
    """Decide whether what is given as key is K, or the input of K as in torch's MultiheadAttention; so with value and V.

    It is the input where W_K is given, or where it is as wide as X and K would not be.
    """
    called = {letter: sheet.called(letter) for letter in INPUTS}
    keys = {"K": _width_of_keys(sheet, how, x, heads), "V": how.d_v and how.d_v * (how.kv_heads or heads)}
    is_input = None
    for letter, name in INPUTS.items():
        if not called[letter] or len(fold(called[letter])) == 1:
            continue  # K itself, by its letter
        given = sheet.peek(letter)
        assert given is not None
        weighted = any(map(sheet.has, (f"W_{letter}", f"W_{letter}1")))
        if not weighted and is_input is None:
            is_input = _is_input(sheet, how, x, given, keys[letter], called[letter], letter)
        if weighted or is_input:
            sheet.rename(letter, name)
        is_input = weighted or is_input


def _is_input(
    sheet: Sheet, how: AttentionOptions, x: Node, given: Matrix, width: int | None, called: str, letter: str
) -> bool:
    """Whether a key or value is an input by its width.

    Errors: a width that both would have.
    """
    if not x or sheet.has("Q") or not how.weights or how.cache or given.width != x.width:
        return False
    if width is not None and width != given.width:
        return True
    raise InputError(
        f"{called} can be {letter}, or the input that {letter} is made of",
        f"it is {given.size}, as wide as X, and as {letter} " + ("would be" if width else "may be"),
        mend=f"say which: ‹-m {letter}›, or ‹-m {INPUTS[letter]}›",
    )


def _width_of_keys(sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> int:
    """The width of the keys of all heads side by side."""
    groups = how.kv_heads or heads
    weight = sheet.peek("W_Q")
    return (weight.width // heads if weight is not None else how.d_k or x.width // heads) * groups


def heads_of(sheet: Sheet, how: AttentionOptions) -> tuple[int, bool]:
    """How many heads, and whether each has its own projections: as the options say, or as the given names show (W_Q1, W_Q2, …)."""
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


@dataclass(eq=False, repr=False)
class Projected:
    """Queries, keys and values of each head; adjacent heads share keys and values where there are fewer of these."""

    numbers: list[str]  # of the heads, as at the end of their matrices' names; [""] for a single head
    key_numbers: list[str]  # of the heads of keys and values
    queries: list[Node] = field(default_factory=list)
    keys: list[Node] = field(default_factory=list)
    values: list[Node] = field(default_factory=list)

    def group(self, h: int) -> int:
        """The index of the keys and values of head h, both counted from 0 (Ainslie et al. 2023, fig. 2).

        >>> [Projected(["1", "2", "3", "4"], ["1", "2"]).group(h) for h in range(4)]
        [0, 0, 1, 1]
        """
        return h * len(self.key_numbers) // len(self.numbers)

    def each(self) -> Iterator[tuple[str, Node, Node, Node]]:
        """The number, queries, keys and values of each head."""
        for h, own in enumerate(self.numbers):
            yield own, self.queries[h], self.keys[self.group(h)], self.values[self.group(h)]

    def sharing(self) -> str:
        """The note of which heads share which keys; empty where each has its own.

        >>> Projected(["1", "2", "3", "4"], ["1", "2"]).sharing()
        'heads 1, 2 share K1, V1; heads 3, 4 share K2, V2'
        """
        if len(self.key_numbers) == len(self.numbers):
            return ""
        groups = [[h for g, h in enumerate(self.numbers) if self.group(g) == n] for n in range(len(self.key_numbers))]
        phrases = [f"heads {_run(heads)} share K{g}, V{g}" for heads, g in zip(groups, self.key_numbers, strict=True)]
        return "; ".join(phrases if len(phrases) <= 4 else [*phrases[:2], "…", phrases[-1]])


def _run(heads: list[str]) -> str:
    return ", ".join(heads) if len(heads) <= 3 else f"{heads[0]} to {heads[-1]}"


def projected(sheet: Sheet, how: AttentionOptions, x: Node, sources: Sources, heads: int, separate: bool) -> Projected:
    """Q, K and V of each head: one projection split into heads, or a projection for each head."""
    groups = _groups(heads, how)
    numbers = [str(h) for h in range(1, heads + 1)]
    own = numbers if heads > 1 or separate else [""]
    shared = numbers[:groups] if groups > 1 or (separate and heads == 1) else [""]
    found = Projected(own, shared)
    if separate:
        _apart(sheet, how, x, sources, found)
    else:
        q, k, v = _projections(sheet, how, x, sources, (heads, groups), ("", ""))
        _split(sheet, how, found, q, k, v)
    _note(sheet, how, x, sources, found, separate)
    return found


def _apart(sheet: Sheet, how: AttentionOptions, x: Node, sources: Sources, found: Projected) -> None:
    """A projection for each head; keys and values once for the heads that share them."""
    for h, name in enumerate(found.numbers):
        shared = found.key_numbers[found.group(h)]
        if found.group(h) < len(found.keys):  # the head before has the same keys
            found.queries.append(_query(sheet, how, x, "Q" + name, _width(sheet, how, x, (1, 1), (name, shared))))
            continue
        q, k, v = _projections(sheet, how, x, sources, (1, 1), (name, shared))
        found.queries.append(q)
        found.keys.append(k)
        found.values.append(v)


def _note(sheet: Sheet, how: AttentionOptions, x: Node, sources: Sources, found: Projected, separate: bool) -> None:
    heads, cut = len(found.numbers), found.queries[0] and found.queries[0].op is not None
    apart = ", separate" if separate else ", split" if cut else ""
    sheet.note("one head" if heads == 1 else f"{heads} heads{apart}")
    sheet.note(found.sharing())
    sources.noted(sheet, x)
    if not how.weights:
        sheet.note("no weights: Q = X, K = V = " + ("context" if sources.crossing else "X"))
        sheet.record(weights=False)


def _groups(heads: int, how: AttentionOptions) -> int:
    """How many heads of keys and values there are."""
    groups = how.kv_heads or heads
    if heads % groups:
        raise InputError(
            f"{heads} heads do not share {groups} heads of keys evenly",
            f"{heads} must be a multiple of ‹kv_heads›",
            mend=f"try ‹kv_heads {_divisor(heads, groups)}›",
        )
    return groups


def _query(sheet: Sheet, how: AttentionOptions, x: Node, name: str, width: int) -> Node:
    if not how.weights:
        return sheet.given(name) if sheet.has(name) else x
    return _projection(sheet, how, name, x, width)


def _projections(
    sheet: Sheet, how: AttentionOptions, x: Node, sources: Sources, counts: tuple[int, int], numbers: tuple[str, str]
) -> tuple[Node, Node, Node]:  # fmt: skip
    """Q, K and V of one head (``numbers`` end their names), or of all heads side by side."""
    (heads, groups), (h, g) = counts, numbers
    d_k = _width(sheet, how, x, counts, numbers) if how.weights else 0
    q = _query(sheet, how, x, "Q" + h, d_k * heads)
    if not how.weights:
        k = sheet.given("K" + g) if sheet.has("K" + g) else sources.keys
        v = sheet.given("V" + g) if sheet.has("V" + g) else sources.values
        return q, k, v
    k = _projection(sheet, how, "K" + g, sources.keys, (q.width // heads or d_k) * groups)
    v = _projection(sheet, how, "V" + g, sources.values, (how.d_v or (k.width // groups if k else d_k)) * groups)
    return q, k, v


def _width(sheet: Sheet, how: AttentionOptions, x: Node, counts: tuple[int, int], numbers: tuple[str, str]) -> int:
    """The width of one head's queries and keys where they are drawn."""
    (heads, groups), (h, g) = counts, numbers
    for name, number, parts in (("W_Q", h, heads), ("W_K", g, groups), ("Q", h, heads), ("K", g, groups)):
        given = sheet.peek(name + number)
        if given is not None:
            if given.width % parts:
                option = "heads" if parts == heads else "kv_heads"
                raise InputError(
                    f"{parts} heads do not divide {name}",
                    f"{name} is {given.size}: its width, {given.width}, must be a multiple of {parts}",
                    mend=f"try ‹{option} {_divisor(given.width, parts)}›",
                )
            return given.width // parts
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


def _biased(sheet: Sheet, how: AttentionOptions) -> str:
    """Which biases are drawn."""
    return how.bias or ("output" if sheet.init == "torch-linear" else "none")


def _divisor(width: int, heads: int) -> int:
    """The divisor of the width nearest to the number of heads asked for."""
    return min((n for n in range(1, width + 1) if width % n == 0), key=lambda n: (abs(n - heads), n), default=1)


def _projection(sheet: Sheet, how: AttentionOptions, name: str, of: Node, width: int) -> Node:
    letter = name[0].lower()
    weight = sheet.weight(f"W_{name}", of.width, width, letter)
    if _biased(sheet, how) in ("qkv", "all") or sheet.has(f"b_{name}"):
        b = sheet.bias(f"b_{name}", weight.width, letter, fan_in=of.width)
        return sheet.step(name, ops.linear, of, weight, b)
    return sheet.step(name, ops.matmul, of, weight)


def _split(sheet: Sheet, how: AttentionOptions, found: Projected, q: Node, k: Node, v: Node) -> None:
    """One projection split into heads, each a block of adjacent columns (Vaswani et al. 2017, §3.2.2)."""
    heads, groups = len(found.numbers), len(found.key_numbers)
    _refuse_fewer(q, k, heads, how)
    for h in range(heads):
        found.queries.append(_cut(sheet, "Q", q, h, heads, "heads"))
        g = found.group(h)
        if g == len(found.keys):
            found.keys.append(_cut(sheet, "K", k, g, groups, "heads" if groups == heads else "kv_heads"))
            found.values.append(_cut(sheet, "V", v, g, groups, "heads" if groups == heads else "kv_heads"))


def _cut(sheet: Sheet, name: str, whole: Node, h: int, heads: int, option: str) -> Node:
    """The columns of head h, counted from 0."""
    if heads == 1:
        return whole
    if whole and whole.width % heads:
        raise InputError(
            f"{heads} heads do not divide {whole.name}",
            f"{whole.name} is {whole.described()}: its width, {whole.width}, must be a multiple of {heads}",
            mend=f"try ‹{option} {_divisor(whole.width, heads)}›",
        )
    d = whole.width // heads
    return sheet.step(f"{name}{h + 1}", ops.columns, whole, start=h * d + 1, stop=(h + 1) * d)


def _refuse_fewer(q: Node, k: Node, heads: int, how: AttentionOptions) -> None:
    """Refuse keys of fewer heads than the queries have, where ``kv_heads`` is not given."""
    if how.kv_heads is not None or not q or not k or q.width % heads or q.width == k.width:
        return
    width = q.width // heads
    groups = k.width // width if width and k.width % width == 0 else 0
    if groups and heads % groups == 0:
        raise InputError(
            f"K has {groups} head{'' if groups == 1 else 's'} where Q has {heads}",
            f"Q is {q.described()}, K is {k.described()}: a head of Q is {width} wide",
            mend=f"heads that share keys: ‹kv_heads {groups}›",
        )


def projected_out(sheet: Sheet, how: AttentionOptions, x: Node, z: Node) -> Node:
    """The output projection Z·W_O (+ b_O); Z itself where there is none."""
    if not sheet.has("W_O") and not sheet.has("output"):
        unasked = how.project is False or not how.weights
        wanted = how.project or how.d_out is not None or how.bias in ("output", "all")
        if unasked or (not wanted and (not x or _all_given(sheet, how))):
            sheet.note("no output projection" if unasked else "no output projection: no W_O given")
            sheet.record(project=False)
            return z
    w_o = sheet.weight("W_O", z.width, how.d_out or x.width, "o")
    if _biased(sheet, how) in ("output", "all") or sheet.has("b_O"):
        b = sheet.bias("b_O", w_o.width, "o", fan_in=z.width)
        return sheet.step("output", ops.linear, z, w_o, b)
    return sheet.step("output", ops.matmul, z, w_o)


def _all_given(sheet: Sheet, how: AttentionOptions) -> bool:
    """Whether nothing is drawn for Q, K and V, so that W_O would be the only drawn matrix."""
    heads, separate = heads_of(sheet, how)
    own = {"Q": [str(h) for h in range(1, heads + 1)] if separate else [""]}
    own |= dict.fromkeys("KV", own["Q"][: how.kv_heads] if how.kv_heads != 1 or heads == 1 else [""])
    return all(sheet.has("W_" + name + h) or sheet.has(name + h) for name, numbers in own.items() for h in numbers)
