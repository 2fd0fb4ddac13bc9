"""The way back to the table: a row that was used several times has the sum."""

from __future__ import annotations

from typing import Any

from tmat.operations.backward.rule import FLAT, SLOPE, backward, made
from tmat.operations.placing import gather_rows
from tmat.operations.words import largest, lookup, sinusoid, token_ids

FLAT.update(op.name for op in (largest, sinusoid, token_ids))


@backward(lookup)
def _(ids: Any, table: Any, *, first: int) -> Any:
    return None, made(gather_rows, ids, SLOPE, first=first, height=table.height)
