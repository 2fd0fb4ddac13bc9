"""Slips put into right answers, each computed here from its own formula, not by the code under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tmat.numbers import round_half_away, truncate
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

Make = Callable[[dict[str, np.ndarray], np.random.RandomState], np.ndarray | None]


@dataclass(frozen=True)
class Injected:
    """One slip: in which step of which sheet, the names that are right for it, how the numbers come about."""

    sheet: str
    step: str
    names: tuple[str, ...]
    make: Make


def soft(a: np.ndarray) -> np.ndarray:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def tril(n: int, k: int = 0) -> np.ndarray:
    return np.tril(np.ones((n, n)), k) > 0


def std(a: np.ndarray, ddof: int = 0) -> np.ndarray:
    return a.std(axis=1, keepdims=True, ddof=ddof)


def masked(a: np.ndarray, seen: np.ndarray, value: float = -np.inf) -> np.ndarray:
    return np.where(seen, a, value)


def root(m: dict[str, np.ndarray]) -> float:
    return float(np.sqrt(m["Q"].shape[1]))


def two_rows(a: np.ndarray) -> np.ndarray:
    n = a.shape[0]
    return np.array([[a[i : i + 2].std(ddof=1)] for i in range(n)])


def norm(m: dict[str, np.ndarray], by: np.ndarray) -> np.ndarray:
    return (m["sum"] - m["mean"]) / by


SLIPS: list[Injected] = []


def put(sheet: str, step: str, *names: str) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        SLIPS.append(Injected(sheet, step, names, make))
        return make

    return register


def _table() -> None:
    a = "attention"
    add = lambda *args: put(*args)  # noqa: E731
    add(a, "V", "another-matrix")(lambda m, r: m["X"] @ m["W_Q"])
    add(a, "K", "another-matrix")(lambda m, r: m["X"] @ m["W_V"])
    add(a, "Q", "operand-transposed")(
        lambda m, r: m["X"] @ m["W_Q"].T if m["W_Q"].shape[0] == m["W_Q"].shape[1] else None
    )
    add(a, "Q", "element-by-element")(lambda m, r: m["X"] * m["W_Q"] if m["X"].shape == m["W_Q"].shape else None)
    add(a, "scores", "element-by-element")(lambda m, r: m["Q"] * m["K"] if m["Q"].shape[0] == m["Q"].shape[1] else None)
    add(a, "scores", "transposed", "operands-swapped")(lambda m, r: m["K"] @ m["Q"].T)
    add(a, "scores", "not-transposed")(lambda m, r: m["Q"] @ m["K"] if m["Q"].shape[0] == m["Q"].shape[1] else None)
    add(a, "scores", "another-operand")(lambda m, r: m["Q"] @ m["Q"].T)
    add(a, "scores", "another-operand")(lambda m, r: m["Q"] @ m["V"].T)
    add(a, "scaled", "scale-left-out", "another-matrix")(lambda m, r: m["scores"])
    add(a, "scaled", "divided-by-d-k")(lambda m, r: m["scores"] / m["Q"].shape[1])
    add(a, "scaled", "multiplied-by-scale")(lambda m, r: m["scores"] * root(m))
    add(a, "scaled", "root-of-another-width")(
        lambda m, r: m["scores"] / np.sqrt(m["X"].shape[1]) if m["X"].shape[1] != m["Q"].shape[1] else None
    )
    add(a, "weights", "softmax-down-columns")(lambda m, r: soft(m["scaled"].T).T)
    add(a, "weights", "softmax-of-whole-matrix")(lambda m, r: np.exp(m["scaled"]) / np.exp(m["scaled"]).sum())
    add(a, "weights", "softmax-without-exp")(lambda m, r: m["scaled"] / m["scaled"].sum(axis=1, keepdims=True))
    add(a, "weights", "scale-left-out")(lambda m, r: soft(m["scores"]))
    add(a, "weights", "softmax-before-scale")(lambda m, r: soft(m["scores"]) / root(m))
    add(a, "weights", "softmax-without-sum")(lambda m, r: np.exp(m["scaled"]))
    add(a, "Z", "another-operand")(lambda m, r: m["weights"] @ m["K"])
    add(a, "Z", "operand-transposed")(lambda m, r: m["weights"].T @ m["V"])
    add(a, "output", "another-matrix", "weight-left-out")(
        lambda m, r: m["Z"] if m["Z"].shape == m["output"].shape else None
    )
    add(a, "V", "row-copied")(copied_row("V"))
    add(a, "K", "column-copied")(copied_column("K"))
    add(a, "scores", "rows-shifted")(lambda m, r: np.roll(m["scores"], 1, axis=0))
    add(a, "Q", "columns-shifted")(lambda m, r: np.roll(m["Q"], 1, axis=1))
    add(a, "Z", "truncated")("cut")  # type: ignore[arg-type]
    add(a, "scores", "truncated")("cut")  # type: ignore[arg-type]
    add(a, "scores", "rounded-too-early")(lambda m, r: round_half_away(m["Q"], 1) @ round_half_away(m["K"], 1).T)
    c = "causal"
    add(c, "masked", "zero-for-infinity")(lambda m, r: masked(m["scaled"], m["mask"] > 0, 0.0))
    add(c, "masked", "wrong-triangle")(lambda m, r: masked(m["scaled"], m["mask"].T > 0))
    add(c, "masked", "wrong-triangle+zero-for-infinity")(lambda m, r: masked(m["scaled"], m["mask"].T > 0, 0.0))
    add(c, "masked", "mask-off-by-one")(lambda m, r: masked(m["scaled"], tril(len(m["X"]), 1)))
    add(c, "masked", "mask-off-by-one")(lambda m, r: masked(m["scaled"], tril(len(m["X"]), -1)))
    add(c, "masked", "mask-not-applied", "another-matrix")(lambda m, r: m["scaled"])
    add(c, "weights", "mask-not-applied", "another-operand")(lambda m, r: soft(m["scaled"]))
    add(c, "weights", "zero-for-infinity")(lambda m, r: soft(masked(m["scaled"], m["mask"] > 0, 0.0)))
    add(c, "weights", "softmax-before-mask")(lambda m, r: np.where(m["mask"] > 0, soft(m["scaled"]), 0.0))
    add(c, "weights", "wrong-triangle")(lambda m, r: soft(masked(m["scaled"], m["mask"].T > 0)))
    add(c, "weights", "mask-off-by-one")(lambda m, r: soft(masked(m["scaled"], tril(len(m["X"]), 1))))
    h = "heads"
    add(h, "concat", "heads-in-wrong-order")(lambda m, r: np.hstack([m["Z2"], m["Z1"]]))
    add(h, "concat", "heads-added")(lambda m, r: m["Z1"] + m["Z2"])
    add(h, "Q2", "another-matrix", "another-heads-columns")(lambda m, r: m["Q1"])
    add(h, "output", "heads-in-wrong-order")("unseen concat")  # type: ignore[arg-type]
    add(h, "renormalized1", "not-renormalised", "another-matrix")(
        lambda m, r: m["masked1"] if "renormalized1" in m else None
    )
    n = "addnorm"
    add(n, "sum", "residual-left-out")(lambda m, r: m["X"])
    add(n, "sum", "multiplied-not-added")(lambda m, r: m["X"] * m["residual"])
    add(n, "sum", "subtracted")(lambda m, r: m["X"] - m["residual"])
    add(n, "mean", "mean-of-columns")(
        lambda m, r: m["sum"].mean(axis=0)[:, None] if m["sum"].shape[0] == m["sum"].shape[1] else None
    )
    add(n, "mean", "median-for-mean")(lambda m, r: np.median(m["sum"], axis=1)[:, None])
    add(n, "mean", "geometric-mean")(
        lambda m, r: np.exp(np.log(m["sum"]).mean(axis=1))[:, None] if (m["sum"] > 0).all() else None
    )
    add(n, "mean", "mean-of-whole-matrix")(lambda m, r: np.full(m["mean"].shape, m["sum"].mean()))
    add(n, "mean", "sum-not-divided")(lambda m, r: m["sum"].sum(axis=1)[:, None])
    add(n, "std", "sample-for-population")(lambda m, r: std(m["sum"], 1))
    add(n, "std", "variance-for-deviation")(lambda m, r: std(m["sum"]) ** 2)
    add(n, "std", "deviation-of-two-rows", "deviation-of-two-rows+sample-for-population")(
        lambda m, r: two_rows(m["sum"])
    )
    add(n, "std", "deviation-of-whole-matrix")(lambda m, r: np.full(m["std"].shape, m["sum"].std()))
    add(n, "normalized", "sample-for-population")(lambda m, r: norm(m, np.sqrt(std(m["sum"], 1) ** 2 + 1e-5)))
    add(n, "normalized", "divided-by-variance")(lambda m, r: norm(m, m["std"] ** 2 + 1e-5))
    add(n, "normalized", "mean-not-taken-off")(lambda m, r: m["sum"] / np.sqrt(m["std"] ** 2 + 1e-5))
    add(n, "normalized", "not-divided")(lambda m, r: m["sum"] - m["mean"])
    add(n, "normalized", "normalised-down-columns")(
        lambda m, r: (m["sum"] - m["sum"].mean(axis=0)) / np.sqrt(m["sum"].var(axis=0) + 1e-5)
    )
    add("epsilon", "normalized", "epsilon-in-wrong-place")(lambda m, r: norm(m, m["std"] + 0.1))
    add("epsilon", "normalized", "epsilon-left-out", "one-term-left-out")(lambda m, r: norm(m, m["std"]))
    add("sample", "std", "population-for-sample")(lambda m, r: std(m["sum"]))
    add("outside", "normalized", "epsilon-in-wrong-place")(lambda m, r: norm(m, np.sqrt(m["std"] ** 2 + 0.1)))
    f = "ffn"
    add(f, "hidden", "bias-left-out", "one-term-left-out")(lambda m, r: m["X"] @ m["W_1"])
    add(f, "output", "bias-left-out", "one-term-left-out")(lambda m, r: m["activated"] @ m["W_2"])
    add(f, "activated", "relu-left-out", "another-matrix")(lambda m, r: m["hidden"])
    add(f, "activated", "relu-on-wrong-side")(lambda m, r: np.minimum(m["hidden"], 0))
    add(f, "activated", "absolute-value")(lambda m, r: np.abs(m["hidden"]))
    add(f, "activated", "bias-after-activation")(lambda m, r: np.maximum(m["X"] @ m["W_1"], 0) + m["b_1"])
    add(f, "output", "another-operand")(lambda m, r: m["hidden"] @ m["W_2"] + m["b_2"])
    for sheet in (a, n, f):
        step = {a: "scores", n: "sum", f: "output"}[sheet]
        add(sheet, step, "sign")("sign")  # type: ignore[arg-type]
        add(sheet, step, "decimal-point")("point")  # type: ignore[arg-type]
        add(sheet, step, "digits-swapped")("digits")  # type: ignore[arg-type]
        add(sheet, step, "neighbours-value", "row-copied", "column-copied")("neighbour")  # type: ignore[arg-type]
    for step, left, right in (("Q", "X", "W_Q"), ("scores", "Q", "K"), ("Z", "weights", "V")):
        for kind in ("left-out", "twice", "wrong-sign"):
            add(a, step, f"one-product-{kind}")(one_product(step, left, right, kind))
    p = "posenc"
    add(p, "PE", "sin-for-cos")(lambda m, r: waves(m["PE"], trig="sin"))
    add(p, "PE", "sin-and-cos-exchanged")(lambda m, r: waves(m["PE"], trig="exchanged"))
    add(p, "PE", "positions-from-1")(lambda m, r: waves(m["PE"], start=1))
    add(p, "PE", "exponent-2i")(lambda m, r: waves(m["PE"], column=True))
    add(p, "PE", "degrees-for-radians")(lambda m, r: waves(m["PE"], degrees=True))
    add(p, "PE", "exponent-2i+sin-for-cos")(lambda m, r: waves(m["PE"], column=True, trig="sin"))
    add(p, "PE", "sin-for-cos")(some_rows)
    add(p, "X", "term-left-out")(lambda m, r: m["E"])
    add(p, "X", "multiplied-not-added")(lambda m, r: m["E"] * m["PE"])


def copied_row(name: str) -> Make:
    def make(m: dict[str, np.ndarray], r: np.random.RandomState) -> np.ndarray:
        values = m[name].copy()
        i = r.randint(1, len(values))
        values[i] = values[i - 1]
        return values

    return make


def copied_column(name: str) -> Make:
    def make(m: dict[str, np.ndarray], r: np.random.RandomState) -> np.ndarray:
        values = m[name].copy()
        j = r.randint(1, values.shape[1])
        values[:, j] = values[:, j - 1]
        return values

    return make


def one_product(step: str, left: str, right: str, kind: str) -> Make:
    def make(m: dict[str, np.ndarray], r: np.random.RandomState) -> np.ndarray:
        values = m[step].copy()
        i, j = r.randint(values.shape[0]), r.randint(values.shape[1])
        b = m[right].T if step == "scores" else m[right]
        k = r.randint(m[left].shape[1])
        product = m[left][i, k] * b[k, j]
        values[i, j] += {"left-out": -1, "twice": 1, "wrong-sign": -2}[kind] * product
        return values

    return make


def waves(pe: np.ndarray, *, trig: str = "", start: int = 0, column: bool = False, degrees: bool = False) -> np.ndarray:
    n, d = pe.shape
    result = np.zeros((n, d))
    for pos in range(n):
        for i in range(d):
            exponent = 2 * i if column else 2 * (i // 2)
            angle = (pos + start) / 10000 ** (exponent / d)
            angle = angle * np.pi / 180 if degrees else angle
            even = (i % 2 == 0) if trig != "exchanged" else (i % 2 == 1)
            result[pos, i] = np.sin(angle) if even or trig == "sin" else np.cos(angle)
    return result


def some_rows(m: dict[str, np.ndarray], r: np.random.RandomState) -> np.ndarray | None:
    pe = m["PE"]
    rows = np.nonzero(r.rand(len(pe)) < 0.5)[0]
    values = pe.copy()
    values[rows] = waves(pe, trig="sin")[rows]
    return values if len(rows) else None


def single(kind: str, due: np.ndarray, decimals: int, r: np.random.RandomState) -> np.ndarray | None:
    values = round_half_away(due, decimals)
    i, j = r.randint(values.shape[0]), r.randint(values.shape[1])
    x = values[i, j]
    if kind == "sign":
        values[i, j] = -x
    elif kind == "point":
        values[i, j] = x * 10 if r.rand() < 0.5 else round(x / 10, decimals)
    elif kind == "digits":
        text = list(f"{abs(x):.{decimals}f}")
        places = [n for n in range(len(text) - 1) if "." not in text[n : n + 2] and text[n] != text[n + 1]]
        if not places:
            return None
        n = places[r.randint(len(places))]
        text[n], text[n + 1] = text[n + 1], text[n]
        values[i, j] = float("".join(text)) * np.sign(x)
    else:
        near = [(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)]
        near = [p for p in near if 0 <= p[0] < values.shape[0] and 0 <= p[1] < values.shape[1]]
        values[i, j] = values[near[r.randint(len(near))]]
    return values


_table()


def sheet_of(kind: str, r: np.random.RandomState) -> Worksheet:
    """A right sheet of a random size."""
    n, d, k = r.randint(3, 9), 2 * r.randint(2, 5), r.randint(2, 6)
    if kind in ("attention", "causal"):
        d_k = int(d if r.rand() < 0.3 else k)
        return attention(
            r.rand(n, d).round(2), d_k=d_k, seed=int(r.randint(10**6)), mask="causal" if kind == "causal" else ()
        )
    if kind == "heads":
        more = {"mask": "causal", "renormalize": True} if r.rand() < 0.5 else {}
        return attention(r.rand(n, d).round(2), heads=2, seed=int(r.randint(10**6)), **more)  # type: ignore[arg-type]
    if kind == "posenc":
        return posenc(r.rand(n, d).round(2))
    if kind == "ffn":
        own = {
            "W_1": (r.rand(d, 2 * d) * 2 - 1).round(2), "b_1": (r.rand(1, 2 * d) - 0.5).round(2),
            "W_2": (r.rand(2 * d, d) * 2 - 1).round(2), "b_2": (r.rand(1, d) - 0.5).round(2),
        }  # fmt: skip
        return ffn((r.rand(n, d) * 4 - 2).round(2), **own)  # type: ignore[arg-type]
    how = {
        "addnorm": {}, "epsilon": {"epsilon": 0.1}, "sample": {"deviation": "sample"},
        "outside": {"epsilon": 0.1, "epsilon_in": "deviation"},
    }[kind]  # fmt: skip
    size = n if r.rand() < 0.3 else d
    return addnorm((r.rand(n, size) * 3).round(2), residual=(r.rand(n, size) * 3).round(2), **how)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """A right sheet's answers with one slip in them."""

    slip: Injected
    key: Worksheet
    answers: dict[str, np.ndarray]
    decimals: int
    changed: set[tuple[int, int]]


def case(slip: Injected, r: np.random.RandomState) -> Case | None:
    """One slip in the right answers of a random sheet; None where it changes no printed digit."""
    key = sheet_of(slip.sheet, r)
    decimals = int(r.randint(2, 5))
    stage = key.stages[0]
    m = {**{k: v.values for k, v in stage.given.items()}, **{s.name: s.values for s in stage.steps}}
    if slip.step not in m:
        return None
    answers = {s.name: round_half_away(s.values, decimals) for s in stage.steps}
    due = m[slip.step]
    if slip.make == "cut":
        values = truncate(due, decimals)
    elif slip.make == "unseen concat":
        del answers["concat"]
        values = np.hstack([m["Z2"], m["Z1"]]) @ m["W_O"]
    elif isinstance(slip.make, str):
        values = single(slip.make, due, decimals, r)
    else:
        values = slip.make(m, r)
    if values is None:
        return None
    with np.errstate(invalid="ignore"):
        values = round_half_away(values, decimals) if slip.make != "cut" else values
    if values.shape == due.shape:
        changed = {(int(i), int(j)) for i, j in np.argwhere(values != answers[slip.step])}
        if not changed:
            return None
    else:
        changed = set()
    answers[slip.step] = values
    return Case(slip, key, answers, decimals, changed)


def cases(count: int, seed: int) -> Iterator[Case]:
    r = np.random.RandomState(seed)
    for _ in range(count):
        for slip in SLIPS:
            found = case(slip, r)
            if found is not None:
                yield found
