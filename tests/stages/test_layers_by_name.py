"""layer2.NAME is of the second layer however many norms a layer has: two, three or four."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import Done, tmat

ENCODE = "encode -m X='1 2; 3 5' --layers 2 --seed 3"
DECODE = "decode -m memory='1 2; 3 4' --words 'you win' --target 'you win' --layers 2 --seed 2"
GPT = "decode --no-cross --words 'you win' --target 'you win' --layers 2 --seed 2"


def kept(done: Done) -> list[str]:
    return [stage["id"] for stage in done.stages]


@pytest.mark.parametrize(
    ("line", "layer", "ids"),
    [
        (ENCODE, 2, ["addnorm-3", "addnorm-4"]),
        (f"{ENCODE} --norm-order pre", 1, ["addnorm", "addnorm-3"]),
        (f"{ENCODE} --norm-order pre", 2, ["addnorm-5", "addnorm-7"]),
        (DECODE, 1, ["decode-1.addnorm", "decode-1.addnorm-2", "decode-1.addnorm-3"]),
        (DECODE, 2, ["decode-1.addnorm-4", "decode-1.addnorm-5", "decode-1.addnorm-6"]),
        (f"{DECODE} --norm-order pre", 2, ["decode-1.addnorm-7", "decode-1.addnorm-9", "decode-1.addnorm-11"]),
        (f"{GPT} --norm-order pre --final-norm", 2, ["decode-1.addnorm-5", "decode-1.addnorm-7"]),
        (f"{GPT} --norm-order pre --layers 1", 1, ["decode-1.addnorm", "decode-1.addnorm-3"]),
    ],
)
def test_the_norms_of_a_layer(line: str, layer: int, ids: list[str]) -> None:
    whole = tmat(line)
    assert kept(tmat(f"{line} --only layer{layer}.std")) == ids
    shown = tmat(f"show --only layer{layer}.std --format json", whole.output)
    assert kept(shown) == ids
    drawn = tmat(f"show --only layer{layer}.std --format table", whole.output).output
    assert drawn.count("std = ") == len(ids)
    last = next(stage for stage in whole.stages if stage["id"] == ids[-1])
    std = next(step for step in last["steps"] if step["name"] == "std")
    np.testing.assert_array_equal(shown["std"], std["values"])
    worked = tmat(f"show --work 'layer{layer}.std[1]'", whole.output).output
    assert worked.splitlines()[0].startswith("std[")
