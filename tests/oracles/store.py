"""Writes the oracle files that load.py reads; used by the scripts beside it, never by a test.

Both writers are deterministic: the same numbers give the same bytes.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from load import FOLDER

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def save_cases(name: str, cases: list[dict[str, Any]]) -> None:
    """Arrays and tensors go to one flat float64 array, everything else into the JSON index."""
    chunks: list[np.ndarray] = []
    index: list[dict[str, Any]] = []
    at = 0
    for case in cases:
        entry: dict[str, Any] = {}
        for key, value in case.items():
            if isinstance(value, torch.Tensor):
                value = value.detach().numpy()
            if isinstance(value, np.ndarray):
                entry[key] = {"at": at, "shape": list(value.shape)}
                chunks.append(np.asarray(value, dtype=np.float64).ravel())
                at += value.size
            else:
                entry[key] = value
        index.append(entry)
    text = json.dumps(index, separators=(",", ":"), allow_nan=False)
    path = FOLDER / f"{name}.npz"
    np.savez_compressed(path, data=np.concatenate(chunks), index=np.frombuffer(text.encode(), dtype=np.uint8))
    _report(path.name, len(cases), path.stat().st_size)


def save_document(name: str, document: dict[str, Any]) -> None:
    """Strict JSON, a matrix row a line; −∞ as the string "-Infinity"."""
    path = FOLDER / f"{name}.json"
    path.write_text(_pretty(_strict(document)) + "\n", encoding="utf-8", newline="\n")
    _report(path.name, len(document), path.stat().st_size)


def nested(tensor: torch.Tensor) -> Any:
    """A tensor as lists of float64, each the exact value of the tensor's own precision."""
    return tensor.detach().double().tolist()


def rounded(rng: np.random.Generator, *shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Uniform numbers with three decimals: few bytes each in a compressed file."""
    return np.round(rng.uniform(low, high, shape), 3)


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _pretty(value: Any, indent: str = "") -> str:
    flat = not isinstance(value, dict | list) or (
        isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    )
    if flat:
        return json.dumps(value, allow_nan=False, ensure_ascii=False)
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {_pretty(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _pretty(item, inner) for item in value) + f"\n{indent}]"


def _report(file: str, count: int, size: int) -> None:
    print(f"{file}: {count} entries, {size:,} bytes")
