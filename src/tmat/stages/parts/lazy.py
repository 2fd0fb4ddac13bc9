"""Modules that load NumPy, imported when a recipe first uses them, so that help and completion stay quick.

A type checker sees the modules themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.modules import Late

if TYPE_CHECKING:
    import numpy as np

    from tmat import numbers
    from tmat import operations as ops
    from tmat.engine import builder
    from tmat.engine import node as nodes
    from tmat.numbers import seeding
    from tmat.operations import detail
    from tmat.operations import positions as position_operations
    from tmat.stages.parts import beams as searching
    from tmat.stages.parts import differences, gradients, masks, replay
    from tmat.stages.parts import graph as graphs
else:
    np, numbers, ops, seeding = (
        Late("numpy"),
        Late("tmat.numbers"),
        Late("tmat.operations"),
        Late("tmat.numbers.seeding"),
    )
    builder, nodes = Late("tmat.engine.builder"), Late("tmat.engine.node")
    detail, position_operations = Late("tmat.operations.detail"), Late("tmat.operations.positions")
    searching, differences = Late("tmat.stages.parts.beams"), Late("tmat.stages.parts.differences")
    gradients, graphs = Late("tmat.stages.parts.gradients"), Late("tmat.stages.parts.graph")
    masks, replay = Late("tmat.stages.parts.masks"), Late("tmat.stages.parts.replay")

__all__ = [
    "builder",
    "detail",
    "differences",
    "gradients",
    "graphs",
    "masks",
    "nodes",
    "np",
    "numbers",
    "ops",
    "position_operations",
    "replay",
    "searching",
    "seeding",
]  # fmt: skip
