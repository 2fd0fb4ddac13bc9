"""How a number was computed: the working of a cell, and its trace back to given matrices."""

from tmat.workings.cell import Workings, working
from tmat.workings.formula import formula
from tmat.workings.lines import PARTS, Line, Working, aligned, wrapped
from tmat.workings.place import Place, cells, parse_cell, place_of
from tmat.workings.trace import Trace, trace

__all__ = [
    "PARTS", "Line", "Place", "Trace", "Working", "Workings", "aligned", "cells", "formula", "parse_cell", "place_of",
    "trace", "working", "wrapped",
]  # fmt: skip
