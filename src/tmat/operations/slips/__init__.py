"""Slips, the mistakes that people make in an operation. Each module has those of a family of operations.

Importing a module registers its slips. It ends in a table of them, where formatting is off: the name and the function
that makes the wrong numbers, then the sentences.
"""

from __future__ import annotations

from importlib import import_module

from tmat.modules import modules_in
from tmat.operations.slips.slip import EVERYWHERE, Redo, Slip, Variant, slip, way

__all__ = ["EVERYWHERE", "Redo", "Slip", "Variant", "slip", "way"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
