"""Samples for the norms."""

from tests.operations.samples._operands import above_0

NORMS = ("normalize", "normalize_outside", "normalize_rms", "normalize_rms_outside")
PARAMETERS = {
    "row_deviation": [{"kind": "population"}, {"kind": "sample"}],
    **{name: [{"epsilon": 1e-5}, {"epsilon": 0.0}, {"epsilon": 0.5}] for name in NORMS},
}
OPERANDS = dict.fromkeys(NORMS, above_0(-1))
