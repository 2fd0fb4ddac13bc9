"""Rotary positions stretched as Llama 3, YaRN and dynamic NTK do, against transformers' own functions."""

from __future__ import annotations

from collections import Counter

import numpy as np
from tests.cli.running import tmat
from tests.oracles.load import cases

from tmat.stages.attention import attention

CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def test_as_transformers_has_them() -> None:
    seen: Counter[str] = Counter()
    for case in cases("rope_scaling"):
        k, how = case["K"], dict(case["how"])
        stage = attention(Q=k, K=k, V=k, rotary="halves", **how)["attention"]
        np.testing.assert_allclose(stage["K_rotated"].values, case["turned"], **CLOSE)
        kind = how["rope_scaling"].partition(":")[0]
        if kind in ("llama3", "yarn"):
            np.testing.assert_allclose(stage["stretched_rates"].values, case["rates"], rtol=1e-12)
            changed = not np.array_equal(stage["stretched_rates"].values, stage["rates"].values)
            seen[f"{kind} stretched"] += changed
        seen[kind] += 1
    assert all(seen[kind] == 40 for kind in ("linear", "dynamic", "llama3", "yarn"))
    assert seen["llama3 stretched"] > 20 and seen["yarn stretched"] > 20


def test_only_what_is_turned_is_multiplied() -> None:
    x = "-m Q='1 2 3 4 5 6' -m K='1 2 3 4 5 6' -m V=1 --rotary halves --rotary-width 4 --start 2"
    done = tmat(f"attention {x} --rope-scaling yarn:4:length=8:times=2")
    plain = tmat(f"attention {x} --rope-scaling yarn:4:length=8:times=1")
    np.testing.assert_allclose(done["Q_rotated"][:, :4], 2 * plain["Q_rotated"][:, :4], rtol=1e-14)
    assert done["Q_rotated"][0, 4:].tolist() == [5, 6]


def test_a_caption_says_what_is_stretched() -> None:
    x = "-m Q='1 2 3 4 5 6' -m K='1 2 3 4 5 6' -m V=1 --rotary halves"
    assert (
        "YaRN: pairs from 2 on / 4, up to 1 as they are" in tmat(f"attention {x} --rope-scaling yarn:4:length=64").notes
    )
    notes = tmat(f"attention {x} --rope-scaling llama3:8").notes
    assert "pairs that turn under 1 times in 8192 positions / 8, from 4 times as they are" in notes
    notes = tmat(f"attention {x} --rope-scaling dynamic:2:length=64").notes
    assert "dynamic, 2 beyond 64 positions: the text is no longer, the base stays" in notes
    longer = tmat(f"attention {x} --rope-scaling dynamic:2:length=64 --start 95").notes
    assert "rotary base 10000·2^(6/4) = 28284.3" in longer  # 2·96/64 − 1
