from __future__ import annotations

import json
import math
from statistics import NormalDist

import numpy as np
import pytest

from tmat.errors import InputError, LimitError
from tmat.experiment.histogram import Histogram
from tmat.experiment.saturation import saturation
from tmat.experiment.scaling import Estimate, Scaling, article_scores, scaling
from tmat.numbers.seeding import normal


def small(seed: int | str = 0, d: tuple[int, ...] = (1, 4, 16, 64)) -> Scaling:
    return scaling(d, draws=1000, queries=3, keys=5, article_draws=2000, seed=seed)


def test_theory_holds_for_a_hundred_seeds() -> None:
    results = [small(seed) for seed in range(100)]
    assert [result.seed for result in results if not result.agrees] == []
    off = np.array([[estimate.off for estimate in result.estimates()] for result in results])
    assert abs(off).max() <= results[0].bound < 5
    # and the standard errors are no more than they should be: what is off is spread as a standard normal number is
    assert 0.9 < off.std() < 1.1
    assert abs(off.mean()) < 0.1


def test_a_wrong_theory_is_noticed() -> None:
    result = scaling((64,), draws=20_000, queries=2, keys=2)
    variance = result.widths[0].before.variance
    for wrong in (32.0, 60.0, 68.0, 128.0):
        assert abs(Estimate(variance.value, variance.error, wrong).off) > result.bound


def test_the_bound_is_for_all_estimates_together() -> None:
    # 4 independent estimates at 1e-4 together are 2.5e-5 each, on two sides
    assert small(d=(4,)).bound == pytest.approx(NormalDist().inv_cdf(1 - 1.25e-5), rel=1e-9)
    assert small(d=(4, 8, 16)).bound > small(d=(4,)).bound


def test_standard_errors_from_the_moments() -> None:
    (each,) = small(d=(3,)).widths
    assert each.before.mean.error == pytest.approx(math.sqrt(3 / 1000))
    fourth = 3 * 9 + 18
    assert each.before.variance.error == pytest.approx(math.sqrt((fourth - 9 * 997 / 999) / 1000))
    assert each.after.variance.error == pytest.approx(each.before.variance.error / 3)


def test_the_fourth_moment_by_a_sum_over_the_distribution() -> None:
    # q and k of ±1 and 0 with weights 1/6, 2/3, 1/6 at ±√3 and 0 have a normal number's first five moments
    points, weights = np.array([-math.sqrt(3), 0.0, math.sqrt(3)]), np.array([1, 4, 1]) / 6
    products = np.multiply.outer(points, points).ravel()
    chances = np.multiply.outer(weights, weights).ravel()
    sums, both = np.add.outer(products, products).ravel(), np.multiply.outer(chances, chances).ravel()
    assert (sums**4 * both).sum() == pytest.approx(3 * 2**2 + 6 * 2)  # d = 2


def test_the_draws_are_the_seeds_own() -> None:
    q = normal(7, "scaling", "q.5.0", 50).reshape(10, 5)
    k = normal(7, "scaling", "k.5.0", 50).reshape(10, 5)
    dots = np.array([sum(a * b for a, b in zip(*pair, strict=True)) for pair in zip(q, k, strict=True)])
    (each,) = scaling((5,), draws=10, queries=2, keys=2, seed=7).widths
    assert each.before.mean.value == pytest.approx(dots.mean())
    assert each.before.variance.value == pytest.approx(dots.var(ddof=1))
    assert each.after.variance.value == pytest.approx(dots.var(ddof=1) / 5)


def test_a_width_draws_the_same_beside_others() -> None:
    assert small(d=(16,)).widths[0].before.mean == small(d=(4, 16)).widths[1].before.mean
    assert small(1).widths != small(2).widths
    assert small("class:li").seed == "class:li"


def test_softmax_of_rows_of_scores() -> None:
    (each,) = scaling((8,), draws=2, queries=3, keys=4, seed=1).widths
    q = normal(1, "scaling", "queries.8", 24).reshape(3, 8)
    k = normal(1, "scaling", "keys.8", 32).reshape(4, 8)
    assert each.before.softmax == saturation(q @ k.T)
    assert each.after.softmax == saturation(q @ k.T / math.sqrt(8))


def test_gradients_vanish_without_the_division_and_not_with_it() -> None:
    narrow, wide = scaling((4, 1024), draws=2).widths
    assert wide.before.softmax.gradient < 0.001 < 0.1 < wide.after.softmax.gradient
    assert wide.before.softmax.largest > 0.95 > 0.2 > wide.after.softmax.largest
    assert narrow.after.softmax.entropy == pytest.approx(wide.after.softmax.entropy, rel=0.1)


def test_the_articles_case() -> None:
    result = scaling((4,), draws=2)
    numbers = article_scores()
    assert numbers.shape == (20_000,)
    assert result.article.before.softmax == saturation(numbers)
    assert result.article.after.softmax == saturation(numbers / 100)
    assert result.article.before.softmax.noticed < 20 < 19_000 < result.article.after.softmax.noticed
    assert result.article.before.mean.theory == 0.0
    assert result.article.before.variance.theory == 10_000.0
    assert sum(result.article.before.histogram.counts) + result.article.before.histogram.outside == 20_000


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.experiment.scaling.BLOCK", 12)
    (each,) = scaling((5,), draws=7, queries=1, keys=1).widths
    assert sum(each.before.histogram.counts) + each.before.histogram.outside == 7


def test_json_is_json() -> None:
    told = json.loads(json.dumps(small().as_json(), allow_nan=False))
    assert [each["d"] for each in told["widths"]] == [1, 4, 16, 64]
    assert told["widths"][3]["before"]["variance"]["theory"] == 64
    assert told["agrees"] is True
    assert len(told["article"]["after"]["histogram"]["counts"]) == 40


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"d": ()}, "scaling has no widths\n  expected at least one d\n  try d = 4, 16, 64"),
        ({"d": (0,)}, "d = 0 is too small\n  expected a whole number from 1"),
        ({"d": (8, 4, 8)}, "d = 8 is asked for twice\n  each width is drawn once"),
        ({"draws": 1}, "draws = 1 is too small\n  expected a whole number from 2"),
        ({"keys": 0}, "keys = 0 is too small\n  expected a whole number from 1"),
        ({"deviation": 1e-7}, "deviation 1e-07 does not fit\n  expected a number from 0.000001 to 1000000"),
        ({"deviation": -1.0}, "deviation -1.0 does not fit\n  expected a number from 0.000001 to 1000000"),
        ({"deviation": math.nan}, "deviation nan does not fit\n  expected a number from 0.000001 to 1000000"),
    ],
)
def test_what_cannot_be(said: dict[str, object], text: str) -> None:
    with pytest.raises(InputError) as caught:
        scaling(**said)  # type: ignore[arg-type]
    assert str(caught.value) == text


def test_too_much() -> None:
    with pytest.raises(LimitError, match="would draw 2,000,320,020,000 numbers\n  the most is 1,000,000,000"):
        scaling((1_000_000,), draws=1_000_000)
    with pytest.raises(LimitError, match="would hold at once 100,000,000 numbers"):
        scaling((1,), keys=10_000, queries=10_000)


def test_a_histogram_keeps_every_number() -> None:
    numbers = np.linspace(-5, 5, 1001)
    fine = Histogram.of(numbers, -4, 4)
    assert sum(fine.counts) + fine.outside == 1001
    for most in (1, 7, 29, 30, 240, 500):
        merged = fine.merged(most)
        assert len(merged.counts) <= most
        assert sum(merged.counts) == sum(fine.counts)
    assert len(fine.merged(29).counts) == 24  # the largest divisor of 240 that fits
