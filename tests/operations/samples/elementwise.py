"""Samples for what is done to each number, row or column."""

PARAMETERS = {
    "add_number": [{"number": 1.0}, {"number": -0.5}],
    "divide": [{"by": 3.0}, {"by": -0.7}],
    "divide_by_root": [{"d": 6}, {"d": 64}],
    "columns": [{"start": 1, "stop": 3}, {"start": 2, "stop": 2}],
    "one_row": [{"row": 1}, {"row": 17}],
}
