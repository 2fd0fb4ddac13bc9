"""Samples for masks, softmax and dropout."""

import numpy as np
from tests.operations.samples._operands import above_0, zeros_and_ones

PARAMETERS = {
    "mask_fill": [{"value": -np.inf}, {"value": -1000.0}],
    "softmax_tempered": [{"temperature": 0.5}, {"temperature": 3.0}],
    "dropout": [{"p": 0.5}, {"p": 0.0}, {"p": 1.0}],
}
OPERANDS = {"mask_fill": zeros_and_ones(1), "dropout": zeros_and_ones(1), "renormalize": above_0(-1)}
