"""Slips in the weighted sum of experts."""

from __future__ import annotations

from collections.abc import Iterator

from tmat.operations.experts import add_scaled, scale_rows
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def of_another_expert(step: Redo, *operands: Array) -> Iterator[Variant]:
    for column in range(1, operands[-1].shape[1] + 1):
        if column != step["column"]:
            yield way(step.again(column=column)(), taken=str(column), column=str(step["column"]))


# fmt: off

slip(scale_rows, "share-left-out", lambda _, a, shares: a,
     said="{0} was not multiplied by its share", mend="multiply each row of {0} by its number in column {column} of {1}")
slip((scale_rows, add_scaled), "share-of-another-expert", of_another_expert, rare=1,
     said="the share of expert {taken} was taken", mend="take column {column}")
slip(add_scaled, "share-left-out", lambda _, a, b, shares: a + b,
     said="{1} was not multiplied by its share", mend="multiply each row of {1} by its number in column {column} of {2}")
slip(add_scaled, "expert-left-out", lambda _, a, b, shares: a,
     said="{1} was left out", mend="add each row of {1} by its share")
