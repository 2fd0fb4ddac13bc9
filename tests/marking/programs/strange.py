"""Wrong outputs of no known bug: python -m tests.marking.programs.strange --cases 3000 (needs torch).

Noise of every size, other weights, another seed, permuted columns, a row of another sheet, another input, a wrong
exponent: anything that is named here is false. Where other weights leave every ReLU dead, the output is b_2 as a known
bug has it too: such cases are left out. Prints each that is named, how many cases it has seen as it goes, and the
rate of sure names by kind and by type.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

import numpy as np
from tests.marking.programs.layers import STAGES, Layer, named
from tests.marking.programs.planted import exact, rounded

from tmat.marking.verdicts import StepReport
from tmat.numbers.floats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatType
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


def dead(layer: Layer, label: str, values: Array) -> bool:
    """Whether nothing but b_2 is left."""
    return label == "ffn.output" and bool(np.allclose(values, layer.given["b_2"], rtol=0.01))


def case(seed: int, n: int) -> tuple[str, FloatType, str, Array, StepReport | None]:
    """Case n: how it is wrong, in which type, at which step, the numbers handed in, and what marking says; None if left out."""
    rng = np.random.default_rng([seed, n])
    kind, width = KINDS[n % len(KINDS)], int(rng.choice([2, 4, 6, 8, 16]))
    heads = int(rng.choice([1, 2])) if width > 2 else 1
    layer = Layer.drawn(rng, int(rng.choice([1, 2, 3, 5, 9, 20])), width, heads)
    label, float_type = str(rng.choice(STAGES)), TYPES[int(rng.integers(len(TYPES)))]
    values = rounded(wrong(rng, kind, layer, label), float_type)
    report = None if dead(layer, label, values) else named(layer, label, values, float_type)
    return kind, float_type, label, values, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case: any can be seen alone")
    parser.add_argument("--kind", choices=KINDS, help="of these cases only those of one kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for n in range(options.first, options.first + options.cases):
        if options.kind not in (None, KINDS[n % len(KINDS)]):
            continue
        kind, float_type, label, values, report = case(options.seed, n)
        if report is None:
            continue
        said = list(report.findings)
        verdict = ("sure" if said[0].sure else "perhaps") if said else report.verdict.word
        for row in ("all", kind, float_type.name):
            seen[row][verdict] += 1
        if said:
            print(f"case {n}: {kind}, {label} {values.shape}, {float_type.name}: {verdict} {said[0].names}", flush=True)
        if seen["all"].total() % 100 == 0:
            print(f"{seen['all'].total()} cases, {seen['all']['sure']} named surely", flush=True)
    for row, counts in seen.items():
        count = counts.total() - counts["right"]
        print(f"{row:20} {count:5} wrong, {counts['right']:4} right, {counts['perhaps']:4} perhaps, {counts['sure']:4} "
              f"sure: {1000 * counts['sure'] / max(count, 1):.2f} in 1,000")  # fmt: skip


if __name__ == "__main__":
    main()
