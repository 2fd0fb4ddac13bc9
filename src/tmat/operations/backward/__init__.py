"""The way back of each operation, stated once as steps of operations that exist; importing registers them.

A module a family of operations, as the operations are.
"""

from __future__ import annotations

from importlib import import_module

from tmat.listing import modules_in
from tmat.operations.backward.rule import FLAT, RESULT, RULES, SLOPE, Made, Part, backward, made

__all__ = ["FLAT", "RESULT", "RULES", "SLOPE", "Made", "Part", "backward", "made"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
