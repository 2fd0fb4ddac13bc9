"""The backward rule of each operation: the gradients of its operands, as steps of other operations.

Each module has the rules of some families of operations; importing it registers them.
"""

from __future__ import annotations

from importlib import import_module

from tmat.modules import modules_in
from tmat.operations.backward.rule import GRADIENT, RESULT, RULES, WITHOUT_GRADIENT, NewStep

__all__ = ["GRADIENT", "RESULT", "RULES", "WITHOUT_GRADIENT", "NewStep"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
