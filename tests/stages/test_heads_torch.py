"""Rotary positions, shared keys, windows, slopes, sinks, soft caps and the norm of Q and K against torch and transformers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from tests.oracles.load import cases

import tmat

CLOSE = {"rtol": 0.0, "atol": 1e-12}
CASES = list(cases("heads"))


def worked(case: dict[str, Any]) -> Any:
    names = ("context", "W_Q", "W_K", "W_V", "gamma_Q", "gamma_K", "sinks")
    given = {name: case[name] for name in names if name in case}
    x = case["context"][-case["queries"] :]
    return tmat.attention(x, project=False, matrices=given, **dict(case["how"]))["attention"]


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in CASES}))
def test_as_torch_has_it(kind: str) -> None:
    seen: Counter[str] = Counter()
    for case in CASES:
        if case["kind"] != kind:
            continue
        how = dict(case["how"])
        sheet = worked(case)
        heads = [str(h) for h in range(1, how["heads"] + 1)] if how["heads"] > 1 else [""]
        for h, weights in zip(heads, case["weights"], strict=True):
            np.testing.assert_allclose(sheet["weights" + h].values, weights, **CLOSE)
        np.testing.assert_allclose(sheet.result.values, case["Z"], **CLOSE)
        seen.update(list(how))
        if "Q" not in case:
            continue
        shared = [name for name in heads[: how.get("kv_heads", len(heads))] if how.get("kv_heads") != 1] or [""]
        last = "rotated" if "rotary" in how else "normed"
        for letter, own in (("Q", heads), ("K", shared)):
            met = np.hstack([sheet[f"{letter}_{last}{h}"].values for h in own])
            np.testing.assert_allclose(met, case[letter], **CLOSE)
            seen[letter] += 1
    assert sum(seen.values()) > 60, seen


def test_there_is_something_of_each() -> None:
    told = Counter(name for case in CASES for name, _ in case["how"])
    options = (
        "kv_heads",
        "first_query",
        "rotary",
        "rotary_width",
        "rope_scaling",
        "window",
        "alibi",
        "soft_cap",
        "qk_norm",
    )
    assert min(told[name] for name in options) >= 15, told
    assert len({case["context"].shape + case["W_Q"].shape + case["weights"].shape for case in CASES}) > 200
