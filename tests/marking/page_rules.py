"""Wrong matrices as published pages have them: by rules of their own, or invented to look right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from tests.marking.handed_in import HandedIn, Matrices, Random
from tests.marking.injected import soft

from tmat.numbers import round_half_away
from tmat.operations import REGISTRY
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

Make = Callable[[Matrices, Random], np.ndarray | None]


@dataclass(frozen=True)
class Rule:
    """One way in which pages are wrong: in which step of which toy, the names that would be true, its numbers."""

    toy: str
    step: str
    names: tuple[str, ...]
    make: Make


RULES: list[Rule] = []


def page(toy: str, step: str, *names: str) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        RULES.append(Rule(toy, step, names, make))
        return make

    return register


# -- positional encodings


def angles(n: int, d: int, exponent: Callable[[int], float], base: float = 10000.0) -> np.ndarray:
    return np.array([[pos / base ** (exponent(j) / d) for j in range(d)] for pos in range(n)])


def sin_cos(angle: np.ndarray, first: int = 0) -> np.ndarray:
    even = (np.arange(angle.shape[1]) + first) % 2 == 0
    return np.where(even[None, :], np.sin(angle), np.cos(angle))


@page("posenc", "PE", "exponent-i+columns-from-1")
def columns_from_one_and_unpaired(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(angles(n, d, lambda j: j + 1))


@page("posenc", "PE", "exponent-2i+columns-from-1+sin-and-cos-exchanged")
def columns_from_one_doubled(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(angles(n, d, lambda j: 2 * (j + 1)), first=1)


@page("posenc", "PE", "exponent-i", "exponent-2i")
def one_exponent_a_column(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(angles(n, d, lambda j: j))


@page("posenc", "PE", "position-and-dimension-exchanged")
def position_and_dimension_exchanged(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(np.array([[j / 10000 ** (2 * (pos // 2) / n) for j in range(d)] for pos in range(n)]))


@page("posenc", "PE", "another-base")
def another_base(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(angles(n, d, lambda j: 2 * (j // 2), base=float(r.choice([100, 1000, 100000]))))


@page("posenc", "PE", "base-left-out")
def one_frequency(m: Matrices, r: Random) -> np.ndarray:
    n, d = m["PE"].shape
    return sin_cos(angles(n, d, lambda j: 0.0) * r.choice([1.0, 0.5, 0.1]))


@page("posenc", "PE")
def invented_encoding(m: Matrices, r: Random) -> np.ndarray:
    """The right first two columns, and numbers between 0 and 1 behind them."""
    values = m["PE"].copy()
    values[1:, 2:] = r.choice([0.0, 1.0, *r.rand(4).round(2)], values[1:, 2:].shape)
    return values


# -- projections and scores


@page("attention", "Q")
def another_x(m: Matrices, r: Random) -> np.ndarray:
    return (m["X"] + r.choice([0, 0.5, -1], m["X"].shape)) @ m["W_Q"]


@page("attention", "K")
def another_weight(m: Matrices, r: Random) -> np.ndarray:
    return m["X"] @ r.permutation(m["W_K"].ravel()).reshape(m["W_K"].shape)


@page("attention", "V", "row-copied")
def one_row_twice(m: Matrices, r: Random) -> np.ndarray:
    values = m["V"].copy()
    values[r.randint(len(values))] = values[r.randint(len(values))]
    return values


@page("attention", "scores", "taken-as-symmetric", "operands-swapped", "transposed")
def taken_as_symmetric(m: Matrices, r: Random) -> np.ndarray:
    upper = np.triu(m["scores"])
    return upper + np.triu(m["scores"], 1).T


@page("attention", "scores")
def some_scores_guessed(m: Matrices, r: Random) -> np.ndarray:
    values, unit = m["scores"].copy(), 1.0 if np.ptp(m["scores"]) > 4 else 0.1
    for _ in range(r.randint(1, 4)):
        i, j = (r.randint(n) for n in values.shape)
        values[i, j] += unit * r.choice([-3, -2, -1, 1, 2, 3])
    return values


@page("attention", "scores")
def all_scores_guessed(m: Matrices, r: Random) -> np.ndarray:
    low, high = m["scores"].min(), m["scores"].max()
    return r.uniform(low, high + 1, m["scores"].shape).round(r.randint(2))


@page("attention", "scaled")
def another_scale(m: Matrices, r: Random) -> np.ndarray:
    return m["scores"] / r.choice([1.5, 2.5, 3.3, 10.0])


# -- weights


@page("attention", "weights")
def plausible_weights(m: Matrices, r: Random) -> np.ndarray:
    """Shares of the right order and size, that sum to 1."""
    return round_half_away(soft(m["scaled"] * r.uniform(0.3, 2) + r.normal(0, 0.3, m["scaled"].shape)), 2)


@page("attention", "weights", "softmax-with-another-base")
def to_the_base_two(m: Matrices, r: Random) -> np.ndarray:
    return soft(m["scaled"] * np.log(2))


@page("attention", "weights")
def own_exponentials(m: Matrices, r: Random) -> np.ndarray:
    """One exponential read off wrong, over the sum of those that are written."""
    e = np.exp(m["scaled"])
    e[r.randint(len(e)), r.randint(e.shape[1])] *= r.choice([0.8, 0.9, 1.1, 1.2])
    return e / e.sum(axis=1, keepdims=True)


@page("attention", "weights")
def exponentials_over_a_wrong_sum(m: Matrices, r: Random) -> np.ndarray:
    e = np.exp(m["scaled"])
    return e / (e.sum(axis=1, keepdims=True) * r.choice([0.95, 1.02, 1.1]))


@page("attention", "weights")
def round_shares(m: Matrices, r: Random) -> np.ndarray:
    return round_half_away(r.dirichlet(np.ones(len(m["scaled"])), len(m["scaled"])), 1)


@page("attention", "Z")
def near_the_right_output(m: Matrices, r: Random) -> np.ndarray:
    return m["Z"] + r.choice([-0.02, -0.01, 0, 0, 0.01, 0.03], m["Z"].shape)


@page("attention", "Z")
def another_row_of_weights(m: Matrices, r: Random) -> np.ndarray:
    weights = m["weights"].copy()
    weights[0] = r.dirichlet(np.ones(weights.shape[1])).round(2)
    return weights @ m["V"]


# -- networks and norms


@page("ffn", "activated")
def relu_of_other_columns(m: Matrices, r: Random) -> np.ndarray | None:
    order = r.permutation(m["hidden"].shape[1])
    return np.where(m["hidden"][:, order] > 0, m["hidden"], 0.0)


@page("ffn", "activated", "relu-left-out")
def some_left_negative(m: Matrices, r: Random) -> np.ndarray:
    return np.where((m["hidden"] > 0) | (r.rand(*m["hidden"].shape) < 0.3), m["hidden"], 0.0)


@page("ffn", "hidden")
def another_bias(m: Matrices, r: Random) -> np.ndarray:
    return m["hidden"] + r.choice([-0.1, 0.1, 0.2, 0.3], (1, m["hidden"].shape[1]))


@page("ffn", "output")
def invented_output(m: Matrices, r: Random) -> np.ndarray:
    return r.normal(m["output"].mean(), m["output"].std(), m["output"].shape).round(r.randint(1, 3))


@page("addnorm", "std")
def deviation_a_little_off(m: Matrices, r: Random) -> np.ndarray:
    return m["std"] + r.choice([-0.02, -0.01, 0.02, 0.05], m["std"].shape)


@page("addnorm", "mean")
def mean_of_some(m: Matrices, r: Random) -> np.ndarray:
    return m["sum"][:, : m["sum"].shape[1] - 1].mean(axis=1, keepdims=True) + r.choice([0, 0.1], m["mean"].shape)


@page("addnorm", "normalized")
def plausible_norm(m: Matrices, r: Random) -> np.ndarray:
    return m["normalized"] * r.uniform(0.9, 1.1, (len(m["normalized"]), 1)).round(2) + r.choice([0, 0, 0.01])


@page("addnorm", "sum")
def another_residual(m: Matrices, r: Random) -> np.ndarray:
    return m["X"] + r.choice([0.0, 0.5, 1.0, 0.1, 0.2], m["X"].shape)


# -- toys


def toy(kind: str, r: Random) -> Worksheet:
    """A small right sheet, half of them in whole numbers, as on pages."""
    n, d, k = int(r.randint(2, 5)), int(r.choice([2, 4, 4, 6])), int(r.randint(2, 5))
    whole = r.rand() < 0.5

    def drawn(*shape: int) -> np.ndarray:
        return r.randint(0, 4, shape) * 1.0 if whole else (r.rand(*shape) * 2 - 0.5).round(r.randint(1, 3))

    if kind == "attention":
        given = {name: drawn(d, k) for name in ("W_Q", "W_K", "W_V")}
        return attention(drawn(n, d), **given)  # type: ignore[arg-type]
    if kind == "posenc":
        return posenc(drawn(n, d))
    if kind == "ffn":
        own = {"W_1": drawn(d, 2 * d), "b_1": drawn(1, 2 * d) - 1, "W_2": drawn(2 * d, d), "b_2": drawn(1, d)}
        return ffn(drawn(n, d) - 1, **own)  # type: ignore[arg-type]
    return addnorm(drawn(n, d), residual=drawn(n, d) + 0.5)


def page_of(rule: Rule, r: Random) -> HandedIn | None:
    """A page with one matrix by this rule, and what follows from it worked on, carried in full or as written."""
    key = toy(rule.toy, r)
    stage = key.stages[0]
    carried, decimals = r.rand() < 0.5, int(r.randint(1, 5))
    taken = {name: m.values for name, m in stage.given.items()}
    one = HandedIn(key, {}, {})
    for step in stage.steps:
        right = REGISTRY[step.op].evaluate(*(taken[name] for name in step.of), **step.params)
        values = right
        if step.name == rule.step:
            with np.errstate(all="ignore"):
                made = rule.make({**taken, step.name: right}, r)
            if made is None or not np.isfinite(made).all():
                return None
            values = made
            changed = round_half_away(made, decimals) != round_half_away(right, decimals)
            if not changed.any():
                return None
            one.names[step.name], one.slipped[step.name], one.first = rule.names, changed, step.name
        one.shown[step.name] = round_half_away(values, decimals)
        taken[step.name] = values if carried else one.shown[step.name]
    one.decimals = dict.fromkeys(one.shown, decimals)
    return one
