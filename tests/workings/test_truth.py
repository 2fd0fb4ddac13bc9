"""Every line of the working of every operation, read back: each = is so, each ≈ can be repeated by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, Sample, sample
from tests.workings.truth import counted

from tmat.operations import REGISTRY


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_line_is_true_and_can_be_repeated(name: str) -> None:
    rng = np.random.default_rng(5)
    faults: Counter[str] = Counter()
    for case in range(len(PARAMETERS.get(name, [{}]))):
        it = sample(name, rng, case)
        for digits, decimals in ((None, None), (0, None), (1, 2), (17, None)):
            faults += counted(it, digits, decimals, 1)
    assert set(faults) == {"cells"}, faults


def test_a_share_of_large_powers_has_digits_enough() -> None:
    it = Sample(REGISTRY["softmax"], [np.array([[30.0, -102.0, 432.0, 9.0, 264.0]])], {})
    assert counted(it, 17, 4, 5) == {"cells": 5}


@pytest.mark.parametrize("name", ["softmax_tempered", "softmax_sink"])
def test_a_share_of_powers_far_beyond_a_float_can_be_repeated(name: str) -> None:
    op = REGISTRY[name]
    row = np.array([[758.9999999999999, -348.0, 849.0, 858.0, -21.0]])
    arrays, params = (
        ([row, np.array([[3.0]])], {"head": 1}) if name == "softmax_sink" else ([row], {"temperature": 0.5})
    )
    assert counted(Sample(op, arrays, params), 12, None, 5) == {"cells": 5}
