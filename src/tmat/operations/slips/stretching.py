"""Slips in the stretched rates of rotary positions."""

from __future__ import annotations

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, slip
from tmat.operations.stretching import angles_at, rotary_rates, stretch_by_place, stretch_by_turns


def interpolated_wrongly(step: Redo, a: Array) -> Array:
    """The shares of what is kept and what is divided exchanged."""
    kept = step() / a
    factor = step["factor"]
    share = (kept - 1.0 / factor) / (1.0 - 1.0 / factor)
    return np.asarray(np.where((share > 1e-9) & (share < 1.0 - 1e-9), a * (1.0 - share + share / factor), step()))


def wavelength_for_turns(step: Redo, a: Array) -> Array:
    """2π left out of how often a pair turns."""
    kept = np.clip((step["length"] * a - step["low"]) / (step["high"] - step["low"]), 0.0, 1.0)
    return np.asarray(a * (kept + (1.0 - kept) / step["factor"]))


# fmt: off

slip(rotary_rates, "rates-turned-over", lambda step: 1.0 / step(),
     said="these are base^(2i/{width}), not 1 over it", mend="divide 1 by base^(2i/{width})")
slip((stretch_by_turns, stretch_by_place), "not-stretched", lambda _, a: a,
     said="these are the numbers of {0}: not stretched", mend="divide the slow ones by {factor}")
slip((stretch_by_turns, stretch_by_place), "all-stretched", lambda step, a: a / step["factor"],
     said="all of them were divided by {factor}", mend="leave the fast ones as they are")
slip((stretch_by_turns, stretch_by_place), "shares-exchanged", interpolated_wrongly, rare=1,
     said="in between, the share that is kept was divided, and the other kept", mend="keep the larger share of the faster one")
slip(stretch_by_turns, "two-pi-left-out", wavelength_for_turns,
     said="2π was left out of how often a pair turns", mend="a pair turns length·rate/2π times")
slip(angles_at, "positions-counted-from-another", lambda step, rates: step.again(start=step["start"] + 1 if step["start"] == 0 else step["start"] - 1)(),
     said="the positions were counted from another number", mend="the first position is {start}")
