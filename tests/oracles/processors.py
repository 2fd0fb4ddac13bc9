"""Makes fixtures/oracles/processors.npz: what transformers' logits processors make of logits, one after another.

Run: python tests/oracles/processors.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from transformers import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

COUNT = 300


def main() -> None:
    rng = np.random.default_rng(20191125)
    pick = random.Random(20191125)
    save_cases("processors", [case(rng, pick) for _ in range(COUNT)])


def case(rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """Some of the four, in transformers' order: penalty, temperature, top-k, top-p; then softmax."""
    words = pick.randint(2, 24)
    logits = rounded(rng, 1, words, low=-4.0, high=4.0)
    said = [pick.randrange(words) for _ in range(pick.randint(1, 6))]
    how: dict[str, Any] = {}
    scores, ids = torch.from_numpy(logits), torch.tensor([said])
    if pick.random() < 0.6:
        how["repetition_penalty"] = pick.choice((1.1, 1.2, 1.5, 2.0, 0.8))
        scores = RepetitionPenaltyLogitsProcessor(how["repetition_penalty"])(ids, scores)
    penalised = scores
    if pick.random() < 0.6:
        how["temperature"] = pick.choice((0.3, 0.7, 1.3, 2.0))
        scores = TemperatureLogitsWarper(how["temperature"])(ids, scores)
    if pick.random() < 0.6:
        how["top_k"] = pick.randint(1, words)
        scores = TopKLogitsWarper(how["top_k"])(ids, scores)
    if pick.random() < 0.6:
        how["top_p"] = pick.choice((0.1, 0.5, 0.8, 0.9, 0.95))
        scores = TopPLogitsWarper(how["top_p"])(ids, scores)
    return {
        **how,
        "said": said,
        "logits": logits,
        "penalized": penalised,
        "probabilities": torch.softmax(scores, dim=-1),
    }


if __name__ == "__main__":
    main()
