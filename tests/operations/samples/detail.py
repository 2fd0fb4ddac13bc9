"""Samples for the steps within a softmax and a norm."""

from tests.operations.samples._operands import above_0

PARAMETERS = {
    "exponentials": [{"base": None, "temperature": 1.0}, {"base": 3.0, "temperature": 2.0}],
    "row_variance": [{"kind": "population"}, {"kind": "sample"}],
}
OPERANDS = {"square_root": above_0(-1)}
