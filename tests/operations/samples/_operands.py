"""Operands that are not just any numbers: shares, zeros and ones, what lies above 0, numbers of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Change: TypeAlias = Callable[[list[np.ndarray], dict[str, Any], np.random.Generator], None]


def zeros_and_ones(at: int) -> Change:
    """Operand ``at`` says yes or no."""

    def change(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
        arrays[at] = rng.integers(0, 2, arrays[at].shape).astype(float)

    return change


def above_0(at: int) -> Change:
    """Operand ``at`` is above 0."""

    def change(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
        arrays[at] = np.abs(arrays[at]) + 0.1

    return change


def shares(at: int) -> Change:
    """The rows of operand ``at`` are above 0 and sum to 1."""

    def change(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
        sizes = np.abs(arrays[at]) + 0.5
        arrays[at] = sizes / sizes.sum(axis=1, keepdims=True)

    return change


def row_numbers(at: int, *, below: int) -> Change:
    """Operand ``at`` numbers rows, from the parameter ``first`` on."""

    def change(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
        arrays[at] = rng.integers(0, below, arrays[at].shape) + float(params["first"])

    return change
