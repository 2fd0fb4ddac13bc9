"""How far a correct program's numbers lie from the exact ones, a module a family of operations; importing registers them."""

from __future__ import annotations

from importlib import import_module

from tmat.listing import modules_in
from tmat.operations.bounds.bound import CONFIDENCE, Inexact, forward_error

__all__ = ["CONFIDENCE", "Inexact", "forward_error"]

for _module in modules_in(__file__):
    import_module(f"{__name__}.{_module}")
