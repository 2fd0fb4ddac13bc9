"""How far correct programs are from exact: python -m tests.marking.programs.right --cases 2000 (needs torch).

Attention and encoder layers in float32, float16 and bfloat16, computed by torch's kernels, by a tiled softmax as
flash attention has it, by sums in another order, and with operands shortened to TF32. Prints, for each type and
kernel, the largest distance in the deviations of tmat.operations.bounds, and how many outputs were called wrong.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

import tmat
from tmat.marking.key import Key
from tmat.marking.programs.chain import Chain, Held
from tmat.numbers.floats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, TF32, FloatType
from tmat.sheet.worksheet import Worksheet

TYPES = {FLOAT64: torch.float64, FLOAT32: torch.float32, FLOAT16: torch.float16, BFLOAT16: torch.bfloat16}
Kernel = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, bool], torch.Tensor]


def by_torch(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool) -> torch.Tensor:
    return functional.scaled_dot_product_attention(q, k, v, is_causal=causal)


def by_steps(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool) -> torch.Tensor:
    """Each step in the type itself, Q scaled in place of the scores."""
    scores = (q / q.shape[-1] ** 0.5) @ k.transpose(-1, -2)
    if causal:
        n = scores.shape[-1]
        scores = scores.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), float("-inf"))
    return scores.softmax(-1) @ v


def tiled(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool, size: int = 16) -> torch.Tensor:
    """Blocks of keys with a running maximum and a running sum, as flash attention does it, the weights in the type."""
    heads, n, width = q.shape
    most = torch.full((heads, n, 1), float("-inf"))
    total, out = torch.zeros(heads, n, 1), torch.zeros(heads, n, v.shape[-1])
    for start in range(0, n, size):
        part = (q @ k[:, start : start + size].transpose(-1, -2)).float() / width**0.5
        if causal:
            later = torch.arange(start, min(start + size, n))[None] > torch.arange(n)[:, None]
            part = part.masked_fill(later, float("-inf"))
        peak = torch.maximum(most, part.amax(-1, keepdim=True))
        weights = (part - peak).exp()
        keep = (most - peak).exp()
        total = total * keep + weights.sum(-1, keepdim=True)
        out = out * keep + (weights.to(q.dtype) @ v[:, start : start + size]).float()
        most = peak
    return (out / total).to(q.dtype)


KERNELS: dict[str, Kernel] = {"torch": by_torch, "steps": by_steps, "tiled": tiled}


def shortened(a: torch.Tensor) -> torch.Tensor:
    """float32 with the ten bits of TF32."""
    bits = a.contiguous().view(torch.int32)
    return ((bits + 0x1000) & ~0x1FFF).view(torch.float32)


def attention_case(rng: np.random.Generator) -> tuple[Worksheet, dict[str, torch.Tensor], int, bool]:
    heads = int(rng.choice([1, 2, 4, 8]))
    d = heads * int(rng.choice([1, 2, 4, 8, 16, 32]))
    n = int(rng.choice([1, 2, 5, 7, 16, 33, 64, 128]))
    if rng.random() < 0.02:
        n, d, heads = 1024, 32, 2
    causal = bool(rng.random() < 0.5)
    size = float(rng.choice([0.3, 1.0, 3.0]))
    given = {"X": rng.standard_normal((n, d)) * size}
    given |= {name: rng.standard_normal((d, d)) / np.sqrt(d) for name in ("W_Q", "W_K", "W_V", "W_O")}
    options = {"mask": "causal"} if causal else {}
    sheet = tmat.attention(heads=heads, **given, **options)  # type: ignore[arg-type]
    return sheet, {name: torch.from_numpy(a) for name, a in given.items()}, heads, causal


def attended(given: dict[str, torch.Tensor], heads: int, causal: bool, kernel: Kernel, short: bool) -> torch.Tensor:
    cut = shortened if short else lambda a: a
    given = {name: cut(a) for name, a in given.items()}
    q, k, v = (cut(given["X"] @ given[name]) for name in ("W_Q", "W_K", "W_V"))
    n, d = q.shape
    parts = [a.view(n, heads, d // heads).transpose(0, 1) for a in (q, k, v)]
    merged = kernel(*parts, causal).transpose(0, 1).reshape(n, d)  # type: ignore[call-arg]
    return cut(merged) @ given["W_O"]


def encoder_case(rng: np.random.Generator) -> tuple[Worksheet, torch.nn.TransformerEncoder, torch.Tensor]:
    """torch's own encoder of some layers, its weights in the worksheet."""
    heads, layers = int(rng.choice([1, 2, 4])), int(rng.choice([1, 2, 4, 6]))
    d, n = heads * int(rng.choice([4, 8, 16])), int(rng.choice([2, 5, 17, 64]))
    torch.manual_seed(int(rng.integers(1 << 30)))
    layer = torch.nn.TransformerEncoderLayer(d, heads, 4 * d, dropout=0.0, batch_first=True, dtype=torch.float64)
    model = torch.nn.TransformerEncoder(layer, layers, enable_nested_tensor=False).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.from_numpy(rng.standard_normal(parameter.shape) / np.sqrt(d)))
    x = torch.from_numpy(rng.standard_normal((n, d)))
    return tmat.encode(x.numpy(), heads=heads, layers=layers, **from_encoder(model)), model, x


def from_encoder(model: torch.nn.TransformerEncoder) -> dict[str, object]:
    """The weights under tmat's names, and torch's conventions."""
    found: dict[str, object] = {"epsilon": 1e-5, "d_ff": model.layers[0].linear1.out_features}
    for number, layer in enumerate(model.layers, start=1):
        own = {"W_O.T": layer.self_attn.out_proj.weight, "b_O": layer.self_attn.out_proj.bias}
        for name, weight, bias in zip(
            "QKV", layer.self_attn.in_proj_weight.chunk(3), layer.self_attn.in_proj_bias.chunk(3), strict=True
        ):
            own |= {f"W_{name}.T": weight, f"b_{name}": bias}
        own |= {
            "W_1.T": layer.linear1.weight,
            "b_1": layer.linear1.bias,
            "W_2.T": layer.linear2.weight,
            "b_2": layer.linear2.bias,
        }
        own |= {
            "gamma_1": layer.norm1.weight,
            "beta_1": layer.norm1.bias,
            "gamma_2": layer.norm2.weight,
            "beta_2": layer.norm2.bias,
        }
        for name, value in own.items():
            array = value.detach().numpy()
            found[f"layer{number}.{name.removesuffix('.T')}"] = array.T if name.endswith(".T") else array
    return found


def distance(sheet: Worksheet, output: torch.Tensor, kind: FloatType, way: FloatType) -> tuple[float, float]:
    """The largest distance of an output from the exact one, and the root of the mean square, in deviations."""
    key = Key(sheet)
    target = key.matrices[-1].index
    given = {m.index: Held(m.values, np.abs(m.values) * kind.roundoff) for m in key.matrices if m.given}
    chain = Chain(key, way, given)
    actual = output.detach().double().numpy()
    room = np.hypot(chain.whole(target).errors, np.abs(actual) * kind.roundoff)
    off = np.abs(actual - chain.values(target)) / room
    return float(off.max()), float(np.sqrt(np.mean(np.square(off))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
    done = 0
    while done < options.cases:
        sheet, given, heads, causal = attention_case(rng)
        for kind, dtype in TYPES.items():
            for name, kernel in KERNELS.items():
                if kind is FLOAT64 and name == "tiled":
                    continue
                cast = {key: a.to(dtype) for key, a in given.items()}
                seen[f"{kind.name} {name}"].append(
                    distance(sheet, attended(cast, heads, causal, kernel, False), kind, kind)
                )
                done += 1
        cast = {key: a.float() for key, a in given.items()}
        seen["TF32"].append(distance(sheet, attended(cast, heads, causal, by_steps, True), FLOAT32, TF32))
        if done % 5 == 0:
            sheet, model, x = encoder_case(rng)
            for kind, dtype in TYPES.items():
                with torch.no_grad():
                    output = model.to(dtype)(x.to(dtype)[None])[0]
                    model.double()
                seen[f"{kind.name} encoder"].append(distance(sheet, output, kind, kind))
                done += 1
    for name, distances in sorted(seen.items()):
        far, typical = zip(*distances, strict=True)
        print(f"{name:18} {len(far):5} outputs, farthest {max(far):5.2f}, root mean square at most {max(typical):5.2f}")


if __name__ == "__main__":
    main()
