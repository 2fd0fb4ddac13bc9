"""Matrices as TSV: CSV with tabs."""

from __future__ import annotations

from tmat.rendering.formats import Format
from tmat.rendering.formats.csv import separated

FORMAT = Format((".tsv",), separated("tsv", "\t"))
