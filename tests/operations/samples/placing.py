"""Samples for what puts numbers elsewhere."""

from tests.operations.samples._operands import row_numbers

PARAMETERS = {
    "put_columns": [{"start": 1, "width": 19}, {"start": 3, "width": 19}],
    "put_row": [{"row": 1, "height": 3}, {"row": 3, "height": 3}],
    "in_rows": [{"width": 1}],
    "gather_rows": [{"first": 0, "height": 17}, {"first": 1, "height": 17}],
    "spread_mean": [{"width": 3}, {"width": 7}],
}
OPERANDS = {"gather_rows": row_numbers(0, below=17)}
