"""Samples for words and their vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.operations.samples._operands import row_numbers


def lookup_known(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
    arrays[0] = rng.choice(params["known"][: len(arrays[1])], arrays[0].shape).astype(float)


PARAMETERS = {
    "token_ids": [{"ids": [3, 1, 20], "words": ["When", "you", "the"]}],
    "lookup": [{"first": 0}, {"first": 1}],
    "lookup_known": [{"known": [3, 7, 101, *range(200, 300)]}],
    "sinusoid": [
        {"positions": 5, "d_model": 7, "base": 10000.0, "start": 0, "exponent": "paired"},
        {"positions": 3, "d_model": 6, "base": 100.0, "start": 2, "exponent": "column"},
        {"positions": 4, "d_model": 5, "base": 10000.0, "start": 1, "exponent": "paired", "layout": "halves"},
    ],
    "largest": [{"first": 0}, {"first": 1}],
}
OPERANDS = {"lookup": row_numbers(0, below=17), "lookup_known": lookup_known}
