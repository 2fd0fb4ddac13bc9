"""Samples for a mixture of experts."""

PARAMETERS = {"scale_rows": [{"column": 1}], "add_scaled": [{"column": 1}]}
