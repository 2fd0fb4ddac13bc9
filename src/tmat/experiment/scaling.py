"""The experiment on why scores are divided by √d_k, compared with theory.

For q and k of d independent standard normal numbers, q·k has mean 0 and variance d, and q·k/√d has
variance 1 (Vaswani et al. 2017, footnote 4). Without the division, the scores of wide vectors are far
apart, softmax gives nearly all weight to one key, and its gradient nearly vanishes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, LimitError, expect
from tmat.experiment.histogram import Histogram
from tmat.experiment.saturation import NOTICED, Saturation, saturation
from tmat.numbers.normal import inverse_normal
from tmat.numbers.seeding import normal

Array = NDArray[np.float64]

DRAWS = 10_000  # of q·k, for each d
WIDTHS = (4, 16, 64, 256)  # 64 is the paper's d_k
QUERIES = 256
KEYS = 64
ARTICLE_DRAWS = 20_000
DEVIATION = 100.0
REACH = 4.0  # deviations on either side that a histogram shows
FALSE_ALARMS = 1e-4  # the probability that a run rejects the theory although it holds
MOST = 10**9  # numbers drawn in a run
HELD = 10**7  # numbers of one array
BLOCK = 1 << 20  # numbers drawn at once; another value would change what a seed draws


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured number, its standard error, and its theoretical value."""

    value: float
    error: float
    theory: float

    @property
    def off(self) -> float:
        """The distance from theory in standard errors."""
        missed = self.value - self.theory
        if not self.error:
            return math.copysign(math.inf, missed) if missed else 0.0
        return missed / self.error


@dataclass(frozen=True, slots=True)
class Scores:
    """Statistics of scores: mean, variance, histogram, and the saturation of softmax over their rows."""

    mean: Estimate
    variance: Estimate
    histogram: Histogram
    softmax: Saturation


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores undivided and divided; d is the width of q and k, None where the scores were drawn directly."""

    d: int | None
    divisor: float
    before: Scores
    after: Scores


@dataclass(frozen=True, slots=True)
class Scaling:
    """The results of the experiment: a comparison for each d, and that of the article's case."""

    seed: int | str
    draws: int
    queries: int
    keys: int
    widths: tuple[Comparison, ...]
    article_draws: int
    deviation: float
    article: Comparison

    def estimates(self) -> Iterator[Estimate]:
        """Every mean and variance that theory predicts."""
        for each in (*self.widths, self.article):
            for scores in (each.before, each.after):
                yield from (scores.mean, scores.variance)

    @property
    def bound(self) -> float:
        """How many standard errors an estimate may be off.

        All m independent estimates are within it with probability 0.9999 at least: z with 2·(1 − Φ(z)) = 10⁻⁴/m
        (Bonferroni). The estimates of divided scores follow from the undivided ones, so that each pair counts once.
        """
        count = 2 * (len(self.widths) + 1)
        return float(-inverse_normal(np.array([FALSE_ALARMS / (2 * count)]))[0])

    @property
    def agrees(self) -> bool:
        """Whether every estimate lies within the bound."""
        return all(abs(estimate.off) <= self.bound for estimate in self.estimates())

    def as_json(self) -> dict[str, Any]:
        """The results as plain data for JSON, histograms in 40 bins."""
        return {
            "experiment": "scaling", "seed": self.seed, "draws": self.draws, "queries": self.queries,
            "keys": self.keys, "bound": self.bound, "agrees": self.agrees, "noticed_above": NOTICED,
            "widths": [{"d": each.d, **_json(each)} for each in self.widths],
            "article": {"draws": self.article_draws, "deviation": self.deviation, **_json(self.article)},
        }  # fmt: skip


def scaling(
    d: Iterable[int] = WIDTHS,
    *,
    draws: int = DRAWS,
    queries: int = QUERIES,
    keys: int = KEYS,
    deviation: float = DEVIATION,
    article_draws: int = ARTICLE_DRAWS,
    seed: int | str = 0,
) -> Scaling:
    """Draw q·k for each width d, and compare it and q·k/√d with theory: mean 0, variance d and 1.

    The standard error of a mean is √(d/n) for n draws; of a variance √((μ₄ − d²·(n − 3)/(n − 1))/n), where the
    fourth moment of q·k is μ₄ = 3d² + 6d. Softmax is taken of ``queries`` rows q·kⱼ with the same ``keys``
    keys. The article's case: ``article_draws`` scores from N(0, ``deviation``²), softmax over all of them, and the same
    divided by ``deviation``. Each vector has its own stream of random numbers.

    Errors: sizes too small or given twice; too many numbers (LimitError).
    Source: Vaswani et al. 2017, §3.2.1.

    >>> result = scaling(d=(2, 32), draws=1000, seed=1)
    >>> wide = result.widths[1]
    >>> wide.before.variance.theory, wide.after.variance.theory, result.agrees
    (32.0, 1.0, True)
    """
    expect(d, Iterable, "scaling takes widths, as in d=[4, 64]")
    widths = tuple(d)
    _check(widths, draws, queries, keys, article_draws, deviation)
    widest = REACH * math.sqrt(max(widths))
    return Scaling(
        seed, draws, queries, keys,
        tuple(_of_width(width, draws, queries, keys, seed, widest) for width in widths),
        article_draws, deviation, _of_article(article_draws, deviation, seed),
    )  # fmt: skip


def article_scores(draws: int = ARTICLE_DRAWS, deviation: float = DEVIATION, seed: int | str = 0) -> Array:
    """The article's scores: draws from N(0, deviation²)."""
    return deviation * normal(seed, "scaling", "article", draws)


def _of_width(width: int, draws: int, queries: int, keys: int, seed: int | str, widest: float) -> Comparison:
    dots = _dots(width, draws, seed)
    q = normal(seed, "scaling", f"queries.{width}", queries * width).reshape(queries, width)
    k = normal(seed, "scaling", f"keys.{width}", keys * width).reshape(keys, width)
    rows = q @ k.T  # [queries, d] @ [d, keys] -> [queries, keys]
    root = math.sqrt(width)
    fourth = 3.0 * width**2 + 6.0 * width
    return Comparison(
        width,
        root,
        _scores(dots, float(width), fourth, widest, rows),
        _scores(dots / root, 1.0, fourth / width**2, REACH, rows / root),
    )


def _of_article(draws: int, deviation: float, seed: int | str) -> Comparison:
    numbers = article_scores(draws, deviation, seed)
    fourth = 3.0 * deviation**4
    return Comparison(
        None,
        deviation,
        _scores(numbers, deviation**2, fourth, REACH * deviation, numbers),
        _scores(numbers / deviation, 1.0, 3.0, REACH, numbers / deviation),
    )


def _scores(numbers: Array, variance: float, fourth: float, reach: float, rows: Array) -> Scores:
    n = numbers.size
    of_variance = (fourth - variance**2 * (n - 3) / (n - 1)) / n
    return Scores(
        Estimate(float(numbers.mean()), math.sqrt(variance / n), 0.0),
        Estimate(float(numbers.var(ddof=1)), math.sqrt(of_variance), variance),
        Histogram.of(numbers, -reach, reach),
        saturation(rows),
    )


def _dots(width: int, draws: int, seed: int | str) -> Array:
    """Dot products q·k, drawn in blocks so that memory stays small for wide q and k."""
    each = max(BLOCK // width, 1)
    parts = []
    for block, start in enumerate(range(0, draws, each)):
        count = min(each, draws - start)
        q = normal(seed, "scaling", f"q.{width}.{block}", count * width).reshape(count, width)
        k = normal(seed, "scaling", f"k.{width}.{block}", count * width).reshape(count, width)
        parts.append((q * k).sum(axis=1))
    return np.concatenate(parts)


def _check(widths: tuple[int, ...], draws: int, queries: int, keys: int, article_draws: int, deviation: float) -> None:
    if not widths:
        raise InputError("scaling has no widths", "expected at least one d", mend="try d = 4, 16, 64")
    least = {"draws": (draws, 2), "queries": (queries, 1), "keys": (keys, 1), "article draws": (article_draws, 2)}
    for name, (value, lowest) in ({"d": (min(widths), 1)} | least).items():
        if value < lowest:
            raise InputError(f"{name} = {value} is too small", f"expected a whole number from {lowest}")
    twice = sorted({width for width in widths if widths.count(width) > 1})
    if twice:
        raise InputError(f"d = {twice[0]} is asked for twice", "each width is drawn once")
    if not 1e-6 <= deviation <= 1e6:  # NaN neither
        raise InputError(f"deviation {deviation} does not fit", "expected a number from 0.000001 to 1000000")
    drawn = sum((2 * draws + queries + keys) * width for width in widths) + article_draws
    held = max(draws, article_draws, (queries + keys) * max(widths), queries * keys)
    for verb, count, most in (("draw", drawn, MOST), ("hold at once", held, HELD)):
        if count > most:
            raise LimitError(
                f"the experiment would {verb} {count:,} numbers", f"the most is {most:,}",
                mend="take fewer draws, fewer keys or a smaller d",
            )  # fmt: skip


def _json(compared: Comparison) -> dict[str, Any]:
    def as_dict(scores: Scores) -> dict[str, Any]:
        merged = scores.histogram.merged(40)
        return {
            "mean": asdict(scores.mean), "variance": asdict(scores.variance), "softmax": asdict(scores.softmax),
            "histogram": {**asdict(merged), "counts": list(merged.counts)},
        }  # fmt: skip

    return {"divisor": compared.divisor, "before": as_dict(compared.before), "after": as_dict(compared.after)}
