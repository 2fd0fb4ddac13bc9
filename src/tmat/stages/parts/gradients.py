"""Backpropagation through a graph: from the last step to the first, each step's gradient gives those of its operands.

Each use of a matrix contributes a share of its gradient. Where there are several, each share is a step, and their sum one more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tmat.engine.builder import Sheet
from tmat.engine.node import Node
from tmat.errors import InputError, fold
from tmat.operations import REGISTRY
from tmat.operations.backward import GRADIENT, RESULT, RULES, WITHOUT_GRADIENT, NewStep
from tmat.sheet.names import canonical
from tmat.sheet.worksheet import Matrix
from tmat.stages import declared, stage_names
from tmat.stages.parts.graph import Graph, Value

Share = tuple[Value, int, Any]  # the step that uses the matrix, as which operand, and what makes the share


@dataclass(eq=False)
class WayBack:
    """The gradients of a graph as they are written on a sheet."""

    sheet: Sheet
    graph: Graph
    active: set[Value]  # values whose gradient is wanted, or leads to one that is
    called: Callable[[Value, str], str]
    rules: dict[Value, Sequence[Any]]
    gradients: dict[Value, Node] = field(default_factory=dict)
    _shares: dict[Value, list[Share]] = field(default_factory=dict)
    _forward: dict[Value, Node] = field(default_factory=dict)
    _written: dict[tuple[Value, int], Node] = field(default_factory=dict)  # by the step and the NewStep
    _names: set[str] = field(default_factory=set)

    def walk(self, begun: dict[Value, Node | None]) -> None:
        """Go from the values whose gradient is known at the start (None: the user gave it) back to the leaves.

        A value waits until all its users have contributed their shares.
        """
        users = {value: sum(user in self.active for user in value.users) for value in self.active}
        waiting = [value for value in self.graph.values if value in self.active and not users[value]]
        while waiting:
            value = waiting.pop()
            if value not in self.gradients and (value in begun or not value.users):
                self._begin(value, begun.get(value))
            rule = self.rules[value] if value in self.gradients and value.step is not None else ()
            for n, (operand, made) in enumerate(zip(value.of, rule, strict=False)):
                if operand in self.active and made is not None:
                    assert operand is not None
                    self._shares.setdefault(operand, []).append((value, n, made))
            ready = []
            for operand in dict.fromkeys(value.of):
                if operand in users:
                    assert operand is not None
                    users[operand] -= 1
                    if not users[operand]:
                        ready.append(operand)
            for operand in sorted(ready, key=lambda one: len(self._shares.get(one, ())) > 1):  # sums of shares last
                if operand not in begun:
                    self._finish(operand)
            waiting += reversed(ready)  # depth first: one head is finished before the next

    def _begin(self, value: Value, gradient: Node | None) -> None:
        name = self.called(value, "d")
        if gradient is not None:
            self.gradients[value] = gradient
        elif self.sheet.has(name):
            self.gradients[value] = self._labelled(self.sheet.given(name), value)

    def _finish(self, value: Value) -> None:
        """Write the gradient of a value all of whose shares are known."""
        shares = self._shares.get(value, [])
        if not shares:
            return
        name = self.called(value, "d")
        if len(shares) == 1:
            by, n, made = shares[0]
            node = self._write(by, n, made, name)
            if made is GRADIENT:
                node = self._step(name, "identity", node)
        elif self._tile(value, shares):
            heads = sorted(shares, key=lambda share: share[2].params["start"])
            node = self._step(name, "concat", *(self.gradients[by] for by, _, _ in heads))
        else:
            parts = [self._write(by, n, made, self._share_name(value, by, n)) for by, n, made in shares]
            node = self._step(name, "add_all", *parts)
        self.gradients[value] = self._labelled(node, value)

    def _tile(self, value: Value, shares: list[Share]) -> bool:
        """Whether the shares are adjacent blocks of columns that make up the whole: the heads of one projection."""
        cut = [
            (by, made)
            for by, _, made in shares
            if isinstance(made, NewStep) and made.op.name == "put_columns" and made.of == (GRADIENT,)
        ]
        width = sum(by.width for by, _ in cut)
        starts = sorted((made.params["start"], by.width) for by, made in cut)
        after = 1
        for start, own in starts:
            if start != after:
                return False
            after += own
        return len(cut) == len(shares) and width == value.width

    def _share_name(self, value: Value, by: Value, n: int) -> str:
        """The name of the share that a step contributes: dX_Q."""
        own = f"{self.called(value, 'd')}_{by.name}"
        twice = [k for k, operand in enumerate(by.of) if operand is value]
        own = own if len(twice) < 2 else f"{own}_{'ab'[twice.index(n)]}"
        users = {user for user, _, _ in self._shares.get(value, ()) if user.name == by.name}
        return own if len(users) < 2 else f"{own}_of_{by.stage.id}"

    def _write(self, by: Value, n: int, made: Any, name: str) -> Node:
        """Write a backward step of ``by``, once, after the steps that it needs."""
        if made is GRADIENT:
            return self.gradients[by]
        if made is RESULT:
            return self._operand(by)
        if isinstance(made, Value):
            return self._operand(made)
        key = by, id(made)
        if key not in self._written:
            same = self._done_before(made)
            if same is not None:
                self._written[key] = self._operand(same)
            else:
                of = [self._write(by, n, part, self._before(by, n, part)) for part in made.of]
                self._written[key] = self._step(name, made.op.name, *of, **made.params)
        return self._written[key]

    def _before(self, by: Value, n: int, part: Any) -> str:
        """The name of a step that another needs: of the share that it is, else as the rule calls it."""
        if not isinstance(part, NewStep):
            return ""
        for k, own in enumerate(self.rules[by]):
            operand = by.of[k] if k < len(by.of) else None
            if own is part and operand in self.active:
                assert operand is not None
                single = sum(user in self.active for user in operand.users) == 1
                return self.called(operand, "d") if single else self._share_name(operand, by, k)
        operand = by.of[n]
        assert operand is not None
        return f"{self.called(operand, 'd')}_{part.called}"

    def _done_before(self, made: NewStep) -> Value | None:
        """The forward step that already computed this, as the softmax of the logits."""
        if not all(isinstance(part, Value) for part in made.of):
            return None
        for value in self.graph.values:
            if value.step is not None and value.step.op == made.op.name and value.of == made.of:
                return value if value.step.params == made.params else None
        return None

    def _operand(self, value: Value) -> Node:
        """A matrix of the forward pass, given to the sheet where it is first needed."""
        if value not in self._forward:
            m = value.matrix
            flowing = Matrix(m.name, m.values, m.rows, m.cols, value.stage.id)
            self._forward[value] = self.sheet.given(self.called(value, ""), flowing)
        return self._forward[value]

    def _step(self, name: str, op: str, *of: Node, **params: Any) -> Node:
        return self.sheet.step(name, REGISTRY[op], *of, **params)

    def _labelled(self, node: Node, value: Value) -> Node:
        """The gradient with the labels of its matrix.

        Errors: a given gradient of another size than its matrix.
        """
        m = value.matrix
        if node and node.shape != m.values.shape:
            raise InputError(
                f"{node.name} does not fit {self.called(value, '')}",
                f"{node.name} is {node.described()}, {self.called(value, '')} is {m.size}: a gradient has the size of its matrix",
            )
        node.rows, node.cols = m.rows, m.cols
        return node


def partials(graph: Graph) -> dict[Value, Sequence[Any]]:
    """The backward rule of each step: what makes the share of each operand, or None."""
    found: dict[Value, Sequence[Any]] = {}
    for value in graph.values:
        if value.step is None:
            continue
        rule = RULES.get(value.step.op)
        if rule is None or None in value.of:
            found[value] = [None] * len(value.of)
        else:
            found[value] = rule(*value.of, **value.step.params)
    return found


def gaps(graph: Graph) -> list[str]:
    """A line of an error: the first step with an operand that the worksheet lacks."""
    for value in graph.values:
        if value.step is not None and None in value.of:
            lost = value.step.of[value.of.index(None)]
            return [f"{value.name} was made of {lost}, which is not in the worksheet: keep every step"]
    return []


def refuse_unknown_ways(graph: Graph, roots: Iterable[Value]) -> None:
    """Refuse a pass with a step whose operation has no backward rule."""
    line = set(roots)
    for value in reversed(graph.values):
        if value not in line or value.step is None:
            continue
        line |= {operand for operand in value.of if operand is not None}
        if value.of and value.step.op not in RULES and value.step.op not in WITHOUT_GRADIENT:
            raise InputError(
                f"there is no way back through {value.step.op}",
                f"{value.name} of {value.stage.id} is {value.step.op} of {', '.join(value.step.of)}",
                mend="give the gradient of what it was made of: d before that name",
            )


def leading(graph: Graph, rules: dict[Value, Sequence[Any]], roots: Iterable[Value], wanted: set[Value]) -> set[Value]:
    """The values that the roots depend on, and that depend on one of the wanted."""
    line = set(roots)
    for value in reversed(graph.values):
        if value in line and value.step is not None:
            line |= {
                operand for operand, way in zip(value.of, rules[value], strict=True) if way is not None and operand
            }
    towards: set[Value] = set()
    for value in graph.values:
        if value in wanted or any(
            operand in towards and way is not None
            for operand, way in zip(value.of, rules.get(value, [None] * len(value.of)), strict=True)
        ):
            towards.add(value)
    return line & towards


def constant(value: Value) -> bool:
    """Whether a given matrix has no gradient: a mask, or the target of a loss."""
    stage = value.stage.stage
    masks = declared(stage).masks if stage in stage_names() else []
    return (stage == "loss" and value.name == "target") or value.name.rstrip("0123456789") in masks


def calling(values: Iterable[Value]) -> Callable[[Value, str], str]:
    """How values are called: by their name, with the stage's id before it where two have the name.

    The ``d`` of a gradient stands before the matrix's own name: attention-2.dW_Q.
    """
    counts = Counter(fold(value.name) for value in values)

    def called(value: Value, before: str) -> str:
        place = f"{value.stage.id}." if counts[fold(value.name)] > 1 else ""
        return f"{place}{before}{value.name}"

    return called


def asked(graph: Graph, names: Sequence[str], called: Callable[[Value, str], str], where: str) -> set[Value]:
    """The values of these names, in every stage that has one.

    Errors: a name that none has.
    """
    found: set[Value] = set()
    for name in names:
        wanted = canonical(name)
        own = {
            value for key, value in graph.known.items()
            if wanted in (canonical(value.name), canonical(called(value, "")), canonical(f"{key[0]}.{key[1]}"))
        }  # fmt: skip
        if not own:
            known = list(dict.fromkeys(called(value, "") for value in graph.values if value.step is None))
            raise InputError(f"‹{where} {name}› is no matrix of this worksheet", f"it was given {', '.join(known)}")
        found |= own
    return found
