"""Wrong outputs of no known bug: python -m tests.marking.programs.strange --cases 3000 (needs torch).

Noise of every size, other weights, another seed, permuted columns, a row of another sheet, another input, a wrong
exponent: anything that is named here is false. Prints how many are named surely and with a perhaps.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np
from tests.marking.programs.layers import STAGES, Layer, named
from tests.marking.programs.planted import exact, rounded

from tmat.numbers.floats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from tmat.operations.operation import Array

KINDS = (
    "noise",
    "noise on some rows",
    "other weights",
    "one other weight",
    "columns permuted",
    "another layer",
    "constant off",
    "scaled",
)
TYPES = (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)


def wrong(rng: np.random.Generator, kind: str, layer: Layer, label: str) -> Array:
    right = exact(layer)[label]
    size = float(np.std(right)) or 1.0
    if kind.startswith("noise"):
        off = rng.standard_normal(right.shape) * size * 10.0 ** rng.uniform(-4, 0.5)
        rows = rng.random((right.shape[0], 1)) < (1.0 if kind == "noise" else 0.5)
        return np.asarray(right + np.where(rows, off, 0.0))
    if kind == "columns permuted":
        return right[:, rng.permutation(right.shape[1])]
    if kind == "constant off":
        return np.asarray(right + size * rng.standard_normal())
    if kind == "scaled":
        return np.asarray(right * rng.uniform(0.5, 2.0))
    given = dict(layer.given)
    names = [name for name in given if name != "X" and given[name].shape[0] > 1]
    changed = (
        names if kind == "other weights" else [str(rng.choice(names))] if kind == "one other weight" else list(given)
    )
    for name in changed:
        given[name] = rng.standard_normal(given[name].shape) / np.sqrt(given[name].shape[0])
    return exact(Layer(layer.heads, layer.causal, layer.biased, layer.gelu, given))[label]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    seen: Counter[str] = Counter()
    for n in range(options.cases):
        kind, width = KINDS[n % len(KINDS)], int(rng.choice([2, 4, 6, 8, 16]))
        heads = int(rng.choice([1, 2])) if width > 2 else 1
        layer = Layer.drawn(rng, int(rng.choice([1, 2, 3, 5, 9, 20])), width, heads)
        label, float_type = str(rng.choice(STAGES)), TYPES[int(rng.integers(len(TYPES)))]
        values = wrong(rng, kind, layer, label)
        report = named(layer, label, rounded(values, float_type), float_type)
        said = list(report.findings)
        verdict = ("sure" if said[0].sure else "perhaps") if said else report.verdict.word
        seen[verdict] += 1
        seen[f"{kind}: {verdict}"] += 1
        if said:
            print(kind, label, values.shape, float_type.name, verdict, said[0].names)
    for name, count in sorted(seen.items()):
        print(f"{name:32} {count}")


if __name__ == "__main__":
    main()
