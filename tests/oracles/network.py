"""Makes fixtures/oracles/network.npz: gated networks and norms of 1 + γ, from transformers' own layers in float64.

Run: python tests/oracles/network.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from transformers import GemmaConfig, LlamaConfig, MixtralConfig
from transformers.models.gemma.modeling_gemma import GemmaMLP, GemmaRMSNorm
from transformers.models.llama.modeling_llama import LlamaMLP
from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock

COUNT = 60
ACTIVATIONS = {"swiglu": "silu", "geglu": "gelu", "gelu-tanh": "gelu_pytorch_tanh", "relu": "relu"}


def main() -> None:
    rng = np.random.default_rng(20200212)
    pick = random.Random(20200212)
    torch.set_default_dtype(torch.float64)
    kinds = (offset, gated, gated, experts)
    save_cases("network", [kinds[n % len(kinds)](n // 2, rng, pick) for n in range(COUNT)])


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


def experts(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """Mixtral's: softmax over all experts, the likeliest of them, their shares brought back to a sum of 1."""
    count, width, inner = pick.randint(2, 5), pick.randint(1, 5), pick.randint(1, 6)
    top = pick.randint(1, count)
    config = MixtralConfig(
        hidden_size=width, intermediate_size=inner, num_local_experts=count, num_experts_per_tok=top, num_attention_heads=1,
        num_key_value_heads=1, head_dim=2,
    )  # fmt: skip
    config._experts_implementation = "eager"
    layer = MixtralSparseMoeBlock(config).eval()
    randomize(layer, rng)
    x = rounded(rng, pick.randint(1, 6), width)
    with torch.no_grad():
        output = layer(torch.from_numpy(x)[None])
    output = output[0] if isinstance(output, tuple) else output
    named: dict[str, Any] = {"kind": "experts", "experts": count, "top_experts": top, "X": x, "output": output[0]}
    named["W_gate"] = layer.gate.weight.T
    for e in range(count):
        first, third = layer.experts.gate_up_proj[e].chunk(2, dim=0)
        named |= {f"expert{e + 1}.W_1": first.T, f"expert{e + 1}.W_3": third.T}
        named[f"expert{e + 1}.W_2"] = layer.experts.down_proj[e].T
    return named


def randomize(layer: torch.nn.Module, rng: np.random.Generator) -> None:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.from_numpy(rounded(rng, *parameter.shape, low=-1.0, high=1.0)))


if __name__ == "__main__":
    main()
