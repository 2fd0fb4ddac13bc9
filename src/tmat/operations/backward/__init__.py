"""The backward rule of each operation: the gradients of its operands, as steps of other operations.

Each module has the rules of some families of operations; importing it registers them.
"""

from __future__ import annotations

from importlib import import_module

from tmat.listing import modules_in
from tmat.operations.backward.rule import FLAT, RESULT, RULES, SLOPE, Made, Part, backward, made

__all__ = ["FLAT", "RESULT", "RULES", "SLOPE", "Made", "Part", "backward", "made"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
