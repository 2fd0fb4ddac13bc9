"""Samples for losses and their gradients."""

from tests.operations.samples._operands import above_0

PARAMETERS = {"spread_over_all": [{"height": 2, "width": 3}]}
OPERANDS = {"cross_entropy_of_probabilities": above_0(0), "logarithm_gradient": above_0(-1)}
