"""Samples for the optimizers' steps."""

from tests.operations.samples._operands import above_0

PARAMETERS = {
    "descend": [{"rate": 0.1}, {"rate": 2.0}],
    "blend": [{"keep": 0.9, "add": 1.0}, {"keep": 0.9, "add": 0.1}],
    "blend_squares": [{"keep": 0.999, "add": 0.001}],
    "descend_by_moments": [{"rate": 0.1, "epsilon": 1e-8}, {"rate": 0.5, "epsilon": 0.5}],
}
OPERANDS = {"descend_by_moments": above_0(-1)}
