"""Samples for the norm of queries and keys."""

from tests.operations.samples._operands import above_0

OPERANDS = {"over_rows": above_0(-1)}
