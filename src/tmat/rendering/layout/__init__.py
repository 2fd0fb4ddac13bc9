"""How a worksheet looks on a page of characters: lines of spans with roles, no colours and no terminal.

Whether an equation stands in a row or its result alone under its formula is decided by the
width there is; big matrices are shown by their edges.
"""

from __future__ import annotations

from tmat.rendering.layout.extras import position_table
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.stage import Portion, portions, render

__all__ = ["Look", "Portion", "portions", "position_table", "render"]
