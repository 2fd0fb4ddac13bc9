"""attention against torch.nn.MultiheadAttention in float64: heads, masks, biases, cross."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracles.load import cases

from tmat.stages.attention import attention

CASES = list(cases("attention"))


@pytest.mark.parametrize("n", range(0, len(CASES), 20))
def test_output_and_weights_are_torchs(n: int) -> None:
    for case in CASES[n : n + 20]:
        matrices = {name: case[name] for name in ("X", "context", "W_Q", "W_K", "W_V", "W_O") if name in case}
        matrices |= {name: case[name].reshape(1, -1) for name in ("b_Q", "b_K", "b_V", "b_O") if name in case}
        stage = attention(heads=case["heads"], mask=case["mask"], mask_means="visible", matrices=matrices)["attention"]
        np.testing.assert_allclose(stage.result.values, case["output"], rtol=1e-12, atol=1e-12)
        for h in range(case["heads"]):
            name = "weights" if case["heads"] == 1 else f"weights{h + 1}"
            np.testing.assert_allclose(stage[name].values, case["weights"][h], rtol=1e-12, atol=1e-12)


def test_masks_by_rule_are_the_masks_by_hand() -> None:
    tried = 0
    for case in CASES:
        if case["masking"] not in ("causal", "padding", "causal+padding"):
            continue
        matrices = {name: case[name] for name in ("X", "context", "W_Q", "W_K", "W_V", "W_O") if name in case}
        matrices |= {name: case[name].reshape(1, -1) for name in ("b_Q", "b_K", "b_V", "b_O") if name in case}
        valid = int(case["valid"].sum())
        if not case["valid"][:valid].all():
            continue  # keys hidden in the middle have no rule, only a mask
        rule = "causal" if "causal" in case["masking"] else "none"
        stage = attention(heads=case["heads"], mask=rule, valid=valid, matrices=matrices)["attention"]
        np.testing.assert_allclose(stage.result.values, case["output"], rtol=1e-12, atol=1e-12)
        tried += 1
    assert tried > 20
