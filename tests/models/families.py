"""The small models of each family with what transformers makes of them: made by tests/oracles/families.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

MODELS = Path(__file__).parent.parent.parent / "fixtures" / "models"
TEXT = "when you play the game you win"
EXACT = {"rtol": 0.0, "atol": 1e-10}


def expected(family: str) -> dict[str, Any]:
    return dict(np.load(MODELS / family / "expected.npz"))
