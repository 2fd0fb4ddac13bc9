"""addnorm, encode and decode's layer against torch in float64."""

from __future__ import annotations

import numpy as np
from tests.oracles.load import cases

from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn

BIASES = ("b_Q", "b_K", "b_V", "b_O", "b_1", "b_2", "gamma1", "beta1", "gamma2", "beta2", "gamma3", "beta3")


def rows(case: dict, *names: str) -> dict:
    found = {}
    for name in names:
        if name in case:
            value = case[name]
            found[name] = value.reshape(1, -1) if value.ndim == 1 else value
    return found


def test_layer_norm_and_rms_norm() -> None:
    for case in cases("layernorm"):
        stage = addnorm(
            case["X"], add_residual=False, norm=case["kind"], epsilon=case["eps"], **rows(case, "gamma", "beta")
        )["addnorm"]
        np.testing.assert_allclose(stage.result.values, case["output"], rtol=1e-12, atol=1e-12)


def test_encoder_layer() -> None:
    count = 0
    for case in cases("encoder_layer"):
        names = ("W_Q", "W_K", "W_V", "W_O", "W_1", "W_2", *BIASES)
        sheet = encode(
            case["X"],
            norm_order="pre" if case["norm_first"] else "post",
            attention_options={"heads": case["heads"], "mask": "causal" if case["causal"] else "none"},
            norm_options={"epsilon": case["eps"]},
            ffn_options={"activation": case["activation"]},
            matrices={f"layer1.{name}": value for name, value in rows(case, *names).items()},
        )
        np.testing.assert_allclose(sheet.stages[-1].result.values, case["output"], rtol=1e-12, atol=1e-12)
        count += 1
    assert count == 100


def test_decoder_layer() -> None:
    """A decoder layer of stage calls, as decode makes them."""
    for case in cases("decoder_layer"):
        own, cross = (
            {
                name.removeprefix(side): value
                for name, value in rows(case, *(n for n in case if n.startswith(side))).items()
            }
            for side in ("self_", "cross_")
        )
        norms = [{k[:-1]: v for k, v in rows(case, f"gamma{n}", f"beta{n}").items()} for n in (1, 2, 3)]
        network = rows(case, "W_1", "b_1", "W_2", "b_2")
        heads, eps = case["heads"], case["eps"]
        mask = "causal" if case["causal"] else "none"
        pre = case["norm_first"]
        sheet: object = Worksheet()
        first = {"X": case["X"]}
        sublayers = (
            (attention, {"heads": heads, "mask": mask, "matrices": own}),
            (attention, {"heads": heads, "context": case["memory"], "matrices": cross}),
            (ffn, {"activation": case["activation"], "matrices": network}),
        )
        for n, (stage, how) in enumerate(sublayers):
            how = dict(how)
            if pre:
                before = sheet.next_id("addnorm")
                sheet = addnorm(sheet, add_residual=False, epsilon=eps, matrices={**norms[n], **first})
                sheet = stage(sheet, **how)
                sheet = addnorm(sheet, norm="none", residual_of=before)
            else:
                how["matrices"] = {**how["matrices"], **first}
                sheet = stage(sheet, **how)
                sheet = addnorm(sheet, epsilon=eps, matrices=norms[n])
            first = {}
        np.testing.assert_allclose(sheet.stages[-1].result.values, case["output"], rtol=1e-12, atol=1e-12)
