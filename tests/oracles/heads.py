"""Makes fixtures/oracles/heads.npz: today's attentions in float64, by transformers' and torch's own functions.

Rotary positions by the functions of Llama (halves) and GPT-J (adjacent), grouped heads by torch's scaled dot product with
enable_gqa, slopes by the code of ALiBi's paper and by BLOOM's, windows and causal masks as masks that are added, the soft cap as Gemma 2 has it, the sinks as gpt-oss,
the norm of Q and K as Qwen3. Where queries are fewer than keys they are the last rows of the context.

Run: python tests/oracles/heads.py (needs torch and transformers)
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from torch.nn import functional
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as turn_adjacent
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as turn_halves
from transformers.models.llama.modeling_llama import repeat_kv

COUNT = 270
KINDS = ("rotary", "rotary", "grouped", "window", "alibi", "sinks", "cap", "norm", "all")


def main() -> None:
    rng = np.random.default_rng(20231101)
    pick = random.Random(20231101)
    save_cases("heads", [case(KINDS[n % len(KINDS)], n, rng, pick) for n in range(COUNT)])


def case(kind: str, n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    every = kind == "all"
    groups = pick.randint(1, 3)
    heads = groups * pick.randint(1, 3)
    width = 2 * pick.randint(1, 4)
    d_model, d_v = pick.randint(2, 6), pick.randint(1, 5)
    keys = pick.randint(1, 7)
    queries = pick.randint(1, keys)
    how: dict[str, Any] = {"heads": heads}
    if every or kind == "grouped" or pick.random() < 0.5:
        how["kv_heads"] = groups
    else:
        groups = heads
    if keys > queries:
        how["first_query"] = keys - queries + 1
    if every or kind == "rotary":
        how["rotary"] = ("halves", "adjacent")[n % 2]
        how["base"] = pick.choice((10000.0, 500000.0, 100.0))
        how["start"] = pick.choice((0, 0, 5, 1000))
        if pick.random() < 0.4:
            how["rotary_width"] = 2 * pick.randint(1, width // 2)
        turned = how.get("rotary_width", width)
        if pick.random() < 0.3:
            how["rope_scaling"] = "linear:2.5"
        elif pick.random() < 0.3 and turned > 2:
            how["rope_scaling"] = "ntk:4"
    if every or kind == "window":
        how["window"] = pick.randint(0, 4)
    if every or kind in ("window", "alibi", "sinks") or pick.random() < 0.5:
        how["mask"] = "causal"
    if kind == "alibi":
        how["alibi"] = True
    if every or kind == "cap":
        how["soft_cap"] = pick.choice((0.5, 5.0, 50.0))
    if every or kind == "norm":
        how["qk_norm"] = pick.choice(("rms", "l2"))
    given: dict[str, np.ndarray] = {"context": rounded(rng, keys, d_model)}
    given["W_Q"] = rounded(rng, d_model, heads * width)
    given["W_K"] = rounded(rng, d_model, groups * width)
    given["W_V"] = rounded(rng, d_model, groups * d_v)
    if "qk_norm" in how and pick.random() < 0.7:
        given |= {"gamma_Q": rounded(rng, 1, width), "gamma_K": rounded(rng, 1, width)}
    if every or kind == "sinks":
        given["sinks"] = rounded(rng, 1, heads)
    weights, z, q, k = attend(how, {name: torch.from_numpy(m) for name, m in given.items()}, queries, width)
    met = {"Q": q, "K": k} if kind in ("rotary", "norm") and n < 90 else {}  # as they meet
    return {"kind": kind, "queries": queries, "how": how_of(how), **given, **met, "weights": weights, "Z": z}


def how_of(how: dict[str, Any]) -> list[list[Any]]:
    """The options as pairs: an object would be read as an array."""
    return [[name, value] for name, value in how.items()]


def attend(how: dict[str, Any], given: dict[str, torch.Tensor], queries: int, width: int) -> list[torch.Tensor]:
    """The weights of each head, the heads side by side, and the last of Q and K of each head."""
    context = given["context"]
    keys, heads = len(context), how["heads"]
    first = keys - queries
    q, k, v = (
        split(side @ given["W_" + name], parts)
        for side, name, parts in (
            (context[first:], "Q", heads),
            (context, "K", given["W_K"].shape[1] // width),
            (context, "V", given["W_K"].shape[1] // width),
        )
    )
    if "qk_norm" in how:
        q, k = (normed(a, how["qk_norm"]) * given.get("gamma_" + name, 1.0) for a, name in ((q, "Q"), (k, "K")))
    if "rotary" in how:
        q = turned(q, how, torch.arange(first, keys) + how["start"])
        k = turned(k, how, torch.arange(keys) + how["start"])
    bias = torch.zeros(heads, queries, keys, dtype=torch.float64)
    away = torch.arange(first, keys)[:, None] - torch.arange(keys)[None, :]
    if "alibi" in how:
        mask = torch.ones(1, keys)
        own = torch.tensor(slopes(heads), dtype=torch.float64)[:, None, None]
        single = build_alibi_tensor(mask, heads, torch.float64)  # [heads, 1, keys], of slopes in float32
        assert torch.allclose(own * torch.arange(keys), single, rtol=1e-6, atol=0)
        bias = bias - own * away
        assert how.get("mask") == "causal"
    if how.get("mask") == "causal":
        bias = bias.masked_fill(away < 0, -math.inf)
    if "window" in how:
        bias = bias.masked_fill(away.abs() > how["window"], -math.inf)
    wide = [repeat_kv(a[None], heads // a.shape[0])[0] for a in (k, v)]
    scores = q @ wide[0].transpose(1, 2) * width**-0.5
    if "soft_cap" in how:
        scores = torch.tanh(scores / how["soft_cap"]) * how["soft_cap"]
    logits = scores + bias
    if "sinks" in given:
        sinks = given["sinks"].reshape(-1, 1, 1).expand(-1, queries, 1)
        weights = torch.softmax(torch.cat([logits, sinks], dim=-1), dim=-1)[..., :-1]
    else:
        weights = torch.softmax(logits, dim=-1)
    z = weights @ wide[1]
    if "sinks" not in given and "soft_cap" not in how:  # what torch's own kernel can do, it did
        own = functional.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=bias[None], enable_gqa=True)[
            0
        ]
        assert torch.allclose(own, z, rtol=0, atol=1e-13)
        z = own
    return [weights, *(a.transpose(0, 1).flatten(1) for a in (z, q, k))]


def slopes(n: int) -> list[float]:
    """As the code of the paper's authors has them (ofirpress/attention_with_linear_biases, get_slopes)."""

    def of_a_power(n: int) -> list[float]:
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]

    if math.log2(n).is_integer():
        return of_a_power(n)
    closest = 2 ** math.floor(math.log2(n))
    return of_a_power(closest) + slopes(2 * closest)[0::2][: n - closest]


def split(a: torch.Tensor, heads: int) -> torch.Tensor:
    return a.view(len(a), heads, -1).transpose(0, 1)


def normed(a: torch.Tensor, kind: str) -> torch.Tensor:
    if kind == "l2":
        return functional.normalize(a, dim=-1, eps=0.0)
    return a * torch.rsqrt(a.pow(2).mean(-1, keepdim=True) + 1e-6)


def turned(a: torch.Tensor, how: dict[str, Any], positions: torch.Tensor) -> torch.Tensor:
    """[heads, n, width] turned by transformers' functions, whose angles are made here in float64."""
    width = how.get("rotary_width", a.shape[-1])
    base, places = how["base"], positions.double()
    kind, _, factor = how.get("rope_scaling", "none:1").partition(":")
    if kind == "ntk":
        base = base * float(factor) ** (width / (width - 2))
    if kind == "linear":
        places = places / float(factor)
    angles = places[:, None] * (1.0 / base ** (torch.arange(0, width, 2, dtype=torch.float64) / width))
    part, rest = a[..., :width], a[..., width:]
    if how["rotary"] == "halves":
        both = torch.cat((angles, angles), dim=-1)[None]
        own, _ = turn_halves(part[None], part[None], both.cos(), both.sin())
        part = own[0]
    else:
        part = turn_adjacent(part.transpose(0, 1)[None], angles.sin()[None], angles.cos()[None])[0].transpose(0, 1)
    return torch.cat((part, rest), dim=-1)


if __name__ == "__main__":
    main()
