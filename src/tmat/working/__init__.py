"""How a number came about: the working of a cell, and the cells it came from."""

from tmat.working.cell import Workings, working
from tmat.working.formula import formula
from tmat.working.lines import PARTS, Line, Working, aligned, wrapped
from tmat.working.place import Place, cells, parse_cell, place_of
from tmat.working.trace import Trace, trace

__all__ = [
    "PARTS",
    "Line",
    "Place",
    "Trace",
    "Working",
    "Workings",
    "aligned",
    "cells",
    "formula",
    "parse_cell",
    "place_of",
    "trace",
    "working",
    "wrapped",
]
