"""A cache of keys and values gives the numbers that all tokens at once give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.cli.running import refused, tmat

import tmat as library
from tmat.errors import InputError

KINDS: list[dict[str, Any]] = [
    {},
    {"heads": 2},
    {"heads": 4, "kv_heads": 2, "d_k": 4},
    {"heads": 3, "kv_heads": 1, "d_k": 2},
    {"heads": 2, "separate": True, "d_k": 3},
    {"heads": 2, "rotary": "halves", "d_k": 4},
    {"heads": 2, "rotary": "adjacent", "d_k": 4, "start": 7, "rope_scaling": "ntk:2"},
    {"heads": 2, "alibi": True},
    {"heads": 2, "qk_norm": "rms", "soft_cap": 5.0},
    {"heads": 4, "d_k": 2, "d_v": 3, "bias": "all", "rotary": "halves", "qk_norm": "l2", "window": 2},
    {"weights": False},
    {"score": "additive"},
    {"scale_by": 3.0, "temperature": 2.0},
]


@pytest.mark.parametrize("how", KINDS, ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_token_by_token_as_all_at_once(how: dict[str, Any], seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(6, 4)).round(2)
    masks = {name: how[name] for name in ("window",) if name in how}
    whole = library.attention(x, mask="causal", seed=seed, **how)["attention"]
    sheet = library.attention(x[:3], mask="causal", seed=seed, **how)
    for rows in (x[3:4], x[4:6]):
        sheet = library.attention(sheet, X=rows, cache=True, mask="causal", **masks)
    last = [sheet.stages[n].result.values for n in range(3)]
    np.testing.assert_allclose(np.vstack(last), whole.result.values, rtol=0, atol=1e-14)
    assert [name for name in sheet.stages[2].given if name.startswith("W_")] == [
        name for name in whole.given if name.startswith("W_")
    ]


def test_the_new_row_alone_is_projected_and_that_is_said() -> None:
    sheet = library.attention(
        [[1.0, 2.0], [3.0, 4.0]], W_Q=[[1, 0], [0, 1]], W_K=[[1, 1], [0, 1]], W_V=[[1, 2], [3, 4]]
    )
    new = library.attention(sheet, X=[[5.0, 6.0]], cache=True)["attention-2"]
    assert new["K"].values.tolist() == [[5, 11]]
    assert new["K_all"].values.tolist() == [[1, 3], [3, 7], [5, 11]]
    assert new["K_all"].rows == ("1", "2", "3")
    assert new["scores"].values.tolist() == [[23, 57, 91]]
    assert "cache: 2 rows of K and V from attention, not computed again (2·2·4 = 16 products)" in new.notes


def test_on_the_command_line() -> None:
    both = "--heads 2 --rotary halves --d-k 2 --seed 3"
    before = tmat(f"attention -m X='1 0; 0 1' {both} --causal").output
    assert tmat("attention --cache -m X='1 1'", stdin=before)["output"][0].tolist() == pytest.approx(
        tmat(f"attention -m X='1 0; 0 1; 1 1' {both} --causal")["output"][2].tolist(), abs=1e-14
    )
    assert "needs the new token" in refused("attention --cache", stdin=before)
    assert "has no keys and values to take up" in refused("attention --cache -m X='1 1'")
    assert "--rotary adjacent is not how attention was made\n  it has --rotary halves" in refused(
        "attention --cache -m X='1 1' --rotary adjacent", stdin=before
    )
    part = tmat(f"attention -m X='1 0; 0 1' {both} --only output").output
    assert "attention has no K to take up" in refused("attention --cache -m X='1 1'", stdin=part)


def test_a_context_is_no_cache() -> None:
    sheet = library.attention([[1.0]])
    with pytest.raises(InputError, match="cache and a context contradict"):
        library.attention(sheet, X=[[1.0]], context=[[1.0]], cache=True)
