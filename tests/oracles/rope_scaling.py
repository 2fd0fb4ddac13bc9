"""Makes fixtures/oracles/rope_scaling.npz: stretched rotary positions by transformers' own functions, in float64.

The functions work in float32: torch.float and torch.float32 name float64 while they run here.

Run: python tests/oracles/rope_scaling.py (needs torch and transformers)
"""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from store import rounded, save_cases
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

COUNT = 160
KINDS = ("dynamic", "llama3", "yarn", "linear")


def case(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    kind = KINDS[n % len(KINDS)]
    width, positions, start = 2 * pick.randint(2, 16), pick.randint(1, 6), pick.choice((0, 0, 3, 900))
    factor, length = pick.choice((1.0, 1.5, 4.0, 8.0)), pick.choice((4, 64, 512, 8192))
    told: dict[str, float] = {} if kind == "linear" else {"length": length}
    rope: dict[str, Any] = {"rope_type": kind, "factor": factor, "rope_theta": pick.choice((100.0, 10000.0, 500000.0))}
    if kind in ("llama3", "yarn"):
        rope["original_max_position_embeddings"] = length
    if kind == "llama3":
        told |= {"low": pick.choice((0.5, 1.0)), "high": pick.choice((2.0, 4.0))}
        rope |= {"low_freq_factor": told["low"], "high_freq_factor": told["high"]}
    if kind == "yarn":
        told |= {"fast": pick.choice((32.0, 8.0)), "slow": pick.choice((1.0, 0.5))}
        rope |= {"beta_fast": told["fast"], "beta_slow": told["slow"]}
        if pick.random() < 0.3:
            told["times"] = rope["attention_factor"] = 1.25
        if pick.random() < 0.3:
            told["truncate"], rope["truncate"] = 0, False
    config = LlamaConfig(hidden_size=width, num_attention_heads=1, max_position_embeddings=length, rope_parameters=rope)
    with patch("torch.float", torch.float64), patch("torch.float32", torch.float64):
        rates, times = ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=start + positions)
    assert rates.dtype == torch.float64
    angles = torch.arange(start, start + positions, dtype=torch.float64)[:, None] * rates
    both = torch.cat([angles, angles], dim=-1)
    k = rounded(rng, positions, width)
    turned, _ = apply_rotary_pos_emb(
        torch.from_numpy(k)[None, None],
        torch.from_numpy(k)[None, None],
        (both.cos() * times)[None],
        (both.sin() * times)[None],
    )
    said = ":".join([kind, str(factor), *(f"{name}={value}" for name, value in told.items())])
    how = {"rope_scaling": said, "base": rope["rope_theta"], "start": start}
    return {"how": sorted(how.items()), "K": k, "rates": rates[None], "turned": turned[0, 0]}


def main() -> None:
    rng, pick = np.random.default_rng(20240712), random.Random(20240712)
    save_cases("rope_scaling", [case(n, rng, pick) for n in range(COUNT)])


if __name__ == "__main__":
    main()
