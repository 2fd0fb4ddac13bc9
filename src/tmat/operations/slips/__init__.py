"""The slips, a module a family of operations, as the operations are; importing registers them.

Each module ends in a table, a slip an entry, so its formatting is off there: how it goes, then what is said of it.
"""

from __future__ import annotations

from importlib import import_module

from tmat.listing import modules_in
from tmat.operations.slips.slip import EVERYWHERE, Redo, Slip, Variant, slip, way

__all__ = ["EVERYWHERE", "Redo", "Slip", "Variant", "slip", "way"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
