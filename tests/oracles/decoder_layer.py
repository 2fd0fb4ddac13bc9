"""Makes fixtures/oracles/decoder_layer.npz from torch.nn.TransformerDecoderLayer in float64.

Run: python tests/oracles/decoder_layer.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from attention import projections
from encoder_layer import feed_forward, norm, randomize
from store import rounded, save_cases
from torch.nn.attention import SDPBackend, sdpa_kernel

COUNT = 100


def main() -> None:
    rng = np.random.default_rng(20171206)
    pick = random.Random(20171206)
    with sdpa_kernel(SDPBackend.MATH):
        save_cases("decoder_layer", [case(n, rng, pick) for n in range(COUNT)])


def case(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """One layer over a memory of another length; nine in ten under a causal mask, as decoders are."""
    norm_first, gelu, causal = bool(n % 2), bool(n // 2 % 2), n % 10 != 9
    heads = pick.randint(1, 3)
    d_model = heads * pick.randint(1, 3)
    if d_model == 1:
        d_model, heads = 2, 1
    d_ff = pick.randint(1, 12)
    eps = pick.choice((1e-5, 1e-5, 1e-6))
    biased = pick.random() < 0.85
    layer = torch.nn.TransformerDecoderLayer(
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
    tokens = pick.randint(1, 6)
    memory_tokens = pick.choice([length for length in range(1, 7) if length != tokens])
    x = rounded(rng, tokens, d_model)
    memory = rounded(rng, memory_tokens, d_model)
    with torch.no_grad():
        output = layer(
            torch.from_numpy(x)[None],
            torch.from_numpy(memory)[None],
            tgt_mask=torch.ones(tokens, tokens).triu(1).bool() if causal else None,
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
        "memory": memory,
        **projections(layer.self_attn, "self_"),
        **norm(layer.norm1, 1),
        **projections(layer.multihead_attn, "cross_"),
        **norm(layer.norm2, 2),
        **feed_forward(layer),
        **norm(layer.norm3, 3),
        "mask": np.tril(np.ones((tokens, tokens))) if causal else np.ones((tokens, tokens)),
        "output": output[0],
    }


if __name__ == "__main__":
    main()
