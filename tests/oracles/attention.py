"""Makes fixtures/oracles/attention.npz from torch.nn.MultiheadAttention in float64.

Run: python tests/oracles/attention.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases

torch.backends.mha.set_fastpath_enabled(False)

COUNT = 200
MASKINGS = ("none", "causal", "padding", "causal+padding")


def main() -> None:
    rng = np.random.default_rng(20170612)
    pick = random.Random(20170612)
    save_cases("attention", [case(n, rng, pick) for n in range(COUNT)])


def case(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """One attention on random shapes; each of the kinds of mask comes up in turn."""
    cross = n % 2 == 1
    masking = pick.choice(("none", "padding")) if cross else MASKINGS[n // 2 % 4]
    heads = pick.randint(1, 4)
    d_model = heads * pick.randint(1, 4)
    queries = pick.randint(1, 7)
    keys = pick.randint(1, 7) if cross else queries
    biased = pick.random() < 0.6

    attention = torch.nn.MultiheadAttention(d_model, heads, bias=biased, batch_first=True, dtype=torch.float64).eval()
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.copy_(torch.from_numpy(rounded(rng, *parameter.shape, low=-1.0, high=1.0)))

    x = rounded(rng, queries, d_model)
    context = rounded(rng, keys, d_model) if cross else x
    valid = visible_keys(keys, masking, pick)
    mask = np.ones((queries, keys)) * valid
    if "causal" in masking:
        mask = np.tril(mask)

    source = torch.from_numpy(context)[None]
    with torch.no_grad():
        output, weights = attention(
            torch.from_numpy(x)[None],
            source,
            source,
            key_padding_mask=torch.from_numpy(valid == 0)[None] if "padding" in masking else None,
            attn_mask=torch.ones(queries, keys).triu(1).bool() if "causal" in masking else None,
            average_attn_weights=False,
        )
    return {
        "kind": "cross" if cross else "self",
        "masking": masking,
        "heads": heads,
        "d_model": d_model,
        "d_k": d_model // heads,
        "bias": biased,
        "X": x,
        **({"context": context} if cross else {}),
        **projections(attention),
        "valid": valid,
        "mask": mask,
        "weights": weights[0],
        "output": output[0],
    }


def visible_keys(keys: int, masking: str, pick: random.Random) -> np.ndarray:
    """1 for a key that may be seen.

    Under a causal mask the first always is, because the first query has no other.
    """
    valid = np.ones(keys)
    if "padding" in masking:
        for key in range(1, keys):
            valid[key] = float(pick.random() < 0.6)
        if masking == "padding" and valid.sum() > 1:
            valid[0] = float(pick.random() < 0.5)
    return valid


def projections(attention: torch.nn.MultiheadAttention, prefix: str = "") -> dict[str, torch.Tensor]:
    """The four projections as d_in × d_out: torch keeps them d_out × d_in, the first three stacked."""
    named: dict[str, torch.Tensor] = {}
    for letter, weight in zip("QKV", attention.in_proj_weight.chunk(3), strict=True):
        named[f"{prefix}W_{letter}"] = weight.T
    named[f"{prefix}W_O"] = attention.out_proj.weight.T
    if attention.in_proj_bias is not None:
        for letter, bias in zip("QKV", attention.in_proj_bias.chunk(3), strict=True):
            named[f"{prefix}b_{letter}"] = bias
        named[f"{prefix}b_O"] = attention.out_proj.bias
    return named


if __name__ == "__main__":
    main()
