"""Makes fixtures/oracles/network.npz: gated networks and norms of 1 + γ, from transformers' own layers in float64.

Run: python tests/oracles/network.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from transformers import GemmaConfig, LlamaConfig
from transformers.models.gemma.modeling_gemma import GemmaMLP, GemmaRMSNorm
from transformers.models.llama.modeling_llama import LlamaMLP

COUNT = 60
ACTIVATIONS = {"swiglu": "silu", "geglu": "gelu", "gelu-tanh": "gelu_pytorch_tanh", "relu": "relu"}


def main() -> None:
    rng = np.random.default_rng(20200212)
    pick = random.Random(20200212)
    torch.set_default_dtype(torch.float64)
    save_cases("network", [(gated if n % 3 else offset)(n, rng, pick) for n in range(COUNT)])


def gated(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """Llama's network (with biases now and then) or Gemma's, which has none."""
    name = list(ACTIVATIONS)[n % len(ACTIVATIONS)]
    biased = pick.random() < 0.5
    sizes = {"hidden_size": pick.randint(1, 7), "intermediate_size": pick.randint(1, 9)}
    one_head = {"num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 2}
    if name == "gelu-tanh":
        biased = False
        layer: torch.nn.Module = GemmaMLP(GemmaConfig(**sizes, **one_head, hidden_activation=ACTIVATIONS[name]))
    else:
        layer = LlamaMLP(LlamaConfig(**sizes, **one_head, hidden_act=ACTIVATIONS[name], mlp_bias=biased))
    randomize(layer, rng)
    x = rounded(rng, pick.randint(1, 6), sizes["hidden_size"])
    with torch.no_grad():
        output = layer(torch.from_numpy(x))
    places = {"gate_proj": "1", "up_proj": "3", "down_proj": "2"}
    named: dict[str, Any] = {"kind": "gated", "activation": name, "X": x, "output": output}
    for place, number in places.items():
        linear = getattr(layer, place)
        named[f"W_{number}"] = linear.weight.T
        if biased:
            named[f"b_{number}"] = linear.bias[None]
    return named


def offset(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """Gemma's norm: x / rms·(1 + γ)."""
    width, eps = pick.randint(1, 9), pick.choice((1e-6, 1e-5))
    layer = GemmaRMSNorm(width, eps=eps)
    randomize(layer, rng)
    x = rounded(rng, pick.randint(1, 6), width)
    # Its forward works in float32; the same with its own parts in float64.
    with torch.no_grad():
        output = layer._norm(torch.from_numpy(x)) * (1.0 + layer.weight)
    return {"kind": "offset", "epsilon": eps, "X": x, "gamma": layer.weight[None], "output": output}


def randomize(layer: torch.nn.Module, rng: np.random.Generator) -> None:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.from_numpy(rounded(rng, *parameter.shape, low=-1.0, high=1.0)))


if __name__ == "__main__":
    main()
