"""Forward error bounds: how far a correct program's numbers may lie from the exact ones. Importing a module registers its bounds."""

from __future__ import annotations

from importlib import import_module

from tmat.modules import modules_in
from tmat.operations.bounds.bound import CONFIDENCE, Inexact, forward_error

__all__ = ["CONFIDENCE", "Inexact", "forward_error"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
