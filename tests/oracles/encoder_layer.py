"""Makes fixtures/oracles/encoder_layer.npz from torch.nn.TransformerEncoderLayer in float64.

Run: python tests/oracles/encoder_layer.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from attention import projections
from store import rounded, save_cases
from torch.nn.attention import SDPBackend, sdpa_kernel

COUNT = 100


def main() -> None:
    rng = np.random.default_rng(20170706)
    pick = random.Random(20170706)
    with sdpa_kernel(SDPBackend.MATH):
        save_cases("encoder_layer", [case(n, rng, pick) for n in range(COUNT)])


def case(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """One layer; norm before or after, the activation and the mask take turns."""
    norm_first, gelu, causal = bool(n % 2), bool(n // 2 % 2), bool(n // 4 % 2)
    heads = pick.randint(1, 3)
    d_model = heads * pick.randint(1, 4)
    if d_model == 1:
        d_model, heads = 2, 1
    d_ff = pick.randint(1, 16)
    eps = pick.choice((1e-5, 1e-5, 1e-6))
    biased = pick.random() < 0.85
    layer = torch.nn.TransformerEncoderLayer(
        d_model,
        heads,
        d_ff,
        dropout=0.0,
        activation="gelu" if gelu else "relu",
        layer_norm_eps=eps,
        batch_first=True,
        norm_first=norm_first,
        bias=biased,
        dtype=torch.float64,
    ).eval()
    randomize(layer, rng)
    tokens = pick.randint(1, 7)
    x = rounded(rng, tokens, d_model)
    with torch.no_grad():
        output = layer(
            torch.from_numpy(x)[None],
            src_mask=torch.ones(tokens, tokens).triu(1).bool() if causal else None,
        )
    return {
        "norm_first": norm_first,
        "activation": "gelu" if gelu else "relu",
        "causal": causal,
        "heads": heads,
        "d_model": d_model,
        "d_ff": d_ff,
        "eps": eps,
        "bias": biased,
        "X": x,
        **projections(layer.self_attn),
        **norm(layer.norm1, 1),
        **feed_forward(layer),
        **norm(layer.norm2, 2),
        "mask": np.tril(np.ones((tokens, tokens))) if causal else np.ones((tokens, tokens)),
        "output": output[0],
    }


def randomize(layer: torch.nn.Module, rng: np.random.Generator) -> None:
    """Every parameter drawn anew: torch starts biases at 0 and norms at 1, which would hide a mix-up."""
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            low, high = (0.5, 1.5) if "norm" in name and name.endswith("weight") else (-1.0, 1.0)
            parameter.copy_(torch.from_numpy(rounded(rng, *parameter.shape, low=low, high=high)))


def feed_forward(layer: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The two linear layers, their weights as d_in × d_out."""
    named: dict[str, torch.Tensor] = {}
    for number, linear in ((1, layer.linear1), (2, layer.linear2)):
        named[f"W_{number}"] = linear.weight.T
        if linear.bias is not None:
            named[f"b_{number}"] = linear.bias
    return named


def norm(layer: torch.nn.LayerNorm, number: int) -> dict[str, torch.Tensor]:
    named = {f"gamma{number}": layer.weight}
    if layer.bias is not None:
        named[f"beta{number}"] = layer.bias
    return named


if __name__ == "__main__":
    main()
