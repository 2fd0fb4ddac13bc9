"""Samples for the gradients of norms and of the softmax."""

from tests.operations.samples._operands import above_0

SPREAD = ("spread_gradient", "spread_gradient_outside")
PARAMETERS = {
    **{name: [{"epsilon": 1e-5}, {"epsilon": 0.5}] for name in SPREAD},
    "deviation_gradient": [{"kind": "population"}, {"kind": "sample"}],
}
OPERANDS = dict.fromkeys((*SPREAD, "deviation_gradient", "rms_gradient", "shares_gradient"), above_0(-1))
