"""Samples for the slopes of activations."""

from tests.operations.samples._operands import zeros_and_ones

OPERANDS = {"relu_gate": zeros_and_ones(1)}
