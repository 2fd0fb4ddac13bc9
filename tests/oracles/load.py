"""Reads the oracle files: numbers that torch computed once, so that no test needs torch.

An .npz file holds its cases as one flat float64 array (``data``) and a JSON index (``index``, UTF-8
bytes): a list with an object per case, where an array is ``{"at": offset, "shape": […]}`` and
everything else is the value itself. One member for all numbers keeps a file of hundreds of small
matrices small.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "oracles"
NON_FINITE = {"-Infinity": -np.inf, "Infinity": np.inf, "NaN": np.nan}


def cases(name: str) -> Iterator[dict[str, Any]]:
    """Each case of fixtures/oracles/NAME.npz: arrays as float64 ndarrays, the rest as it is.

    A field that a case does not have (a bias of a layer without biases) is absent from its dict.
    """
    data, index = _archive(name)
    for entry in index:
        yield {key: _field(data, value) for key, value in entry.items()}


def document(name: str) -> dict[str, Any]:
    """fixtures/oracles/NAME.json, with "-Infinity", "Infinity" and "NaN" read as the floats they are."""
    read: dict[str, Any] = _finish(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
    return read


@cache
def _archive(name: str) -> tuple[np.ndarray, list[dict[str, Any]]]:
    with np.load(FOLDER / f"{name}.npz") as archive:
        return archive["data"], json.loads(archive["index"].tobytes())


def _field(data: np.ndarray, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    shape = value["shape"]
    count = int(np.prod(shape))
    # A copy, because a test that writes into its case must not spoil it for the next one.
    return data[value["at"] : value["at"] + count].reshape(shape).copy()


def _finish(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finish(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finish(item) for item in value]
    return NON_FINITE.get(value, value) if isinstance(value, str) else value
