"""The operations, each stated twice: for all cells at once, and for one cell, as one works it out by hand.

Each module is a family of operations. Importing it registers them; every module of this folder is imported.
"""

from __future__ import annotations

from importlib import import_module

from tmat.modules import modules_in
from tmat.operations.activation import ACTIVATIONS, GATED
from tmat.operations.operation import REGISTRY, Operation

__all__ = ["ACTIVATIONS", "GATED", "REGISTRY", "Operation"]

for _module in modules_in(__file__, packages=False):
    import_module(f"{__name__}.{_module}")

globals().update(REGISTRY)  # operations.softmax, also where a file is called as its operation


def __getattr__(name: str) -> Operation:
    """For the type checker: every other name is an operation. At run time they are in ``globals()``."""
    raise AttributeError(f"no operation '{name}'")
