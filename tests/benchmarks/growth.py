"""How time and memory grow with L, d_model, heads and submissions, with the exponent fitted beside the one of the formulas."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import TMAT, in_turns, once, python

ATTENTION = """
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a waiting thread would count as work
import json, time, tracemalloc
import numpy as np
from tmat.stages.attention import attention

def run(length, d, heads):
    x = np.random.default_rng(0).normal(size=(length, d))
    weights = {{name: np.random.default_rng(1).normal(size=(d, d)) / d for name in ("W_Q", "W_K", "W_V", "W_O")}}
    return lambda: attention(x, heads=heads, keep={keep}, matrices=weights)

found = []
for point in {points}:
    work = run(*point)
    seconds = []
    while len(seconds) < 3 or (sum(seconds) < 0.5 and len(seconds) < 50):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    held = work()
    size = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    found.append((min(seconds), size))
print(json.dumps(found))
"""


@dataclass
class Curve:
    """One quantity against another: the points, the exponent of the formulas, and the one fitted to the upper half."""

    title: str
    against: str
    unit: str
    points: list[tuple[float, float]]
    expected: float
    why: str

    @property
    def fitted(self) -> float:
        """The slope of the logarithms by least squares, over the upper half: below it a constant part rules."""
        upper = self.points[len(self.points) // 2 - 1 :]
        x = [math.log(a) for a, _ in upper]
        y = [math.log(b) for _, b in upper]
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)


def curves(folder: Path, short: bool) -> list[Curve]:
    top = 0 if short else 1
    lengths = [128 << n for n in range(5 + top)]
    long = [2048 << n for n in range(3 + top)]
    widths = [256 << n for n in range(4 + top)]
    heads = [1 << n for n in range(7)]
    found = []
    for title, against, values, points, keep, exponents, why in (
        ("attention, all steps", "L", lengths, [(n, 64, 1) for n in lengths], None, (2, 2),
         ("L² scores of d_model products each", "L² scores, scaled scores and weights")),
        ("attention, output only", "L", long, [(n, 128, 1) for n in long], ["output"], (2, 1),
         ("the same L² scores", "L × d_model at last; up to here a block of the scores, of one size, rules")),
        ("attention, all steps", "d_model", widths, [(64, n, 1) for n in widths], None, (2, 1),
         ("L × d_model² products in each projection", "L × d_model in Q, K, V and output; given weights are not copied")),
        ("attention, all steps", "heads", heads, [(512, 64, n) for n in heads], None, (1, 1),
         ("each head has L² weights", "each head keeps L² scores, scaled scores and weights")),
    ):  # fmt: skip
        measured = _told(ATTENTION.format(points=points, keep=keep), folder)
        for n, (unit, scale) in enumerate((("seconds of processor", 1.0), ("MiB", 2.0**20))):
            pairs = [(value, pair[n] / scale) for value, pair in zip(values, measured, strict=True)]
            found.append(Curve(title, against, unit, pairs, exponents[n], why[n]))
    return [*found, *_marking(folder, short)]


def _told(code: str, folder: Path) -> list[list[float]]:
    path = folder / "told.json"
    once(python(code.replace("print(json.dumps(found))", f"open({str(path)!r}, 'w').write(json.dumps(found))")), folder)
    found: list[list[float]] = json.loads(path.read_text())
    return found


ANSWERS = """
import pathlib, random
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.reading.worksheet_json import loads
sheet = loads(open("key.json", "rb").read())
[text] = rendered([sheet], "text", Look(digits=2), "answers.txt").values()
for count in {counts}:
    folder = pathlib.Path(f"class{{count}}")
    folder.mkdir(exist_ok=True)
    for n in range(count):
        (folder / f"student{{n:04}}.txt").write_bytes(text)
"""


def _marking(folder: Path, short: bool) -> list[Curve]:
    """`tmat check` of a class in one process each; its time without what one submission takes to start."""
    counts = [25 << n for n in range(4 if short else 6)]
    once([*TMAT, "attention", "--seed", "1", "-o", "key.json"], folder)
    once(python(ANSWERS.format(counts=[1, *counts])), folder)
    check = [*TMAT, "check", "--key", "key.json", "--jobs", "1", "-o", "report.csv"]
    runs = [in_turns({"check": [*check, f"class{n}"]}, 2, folder=folder)["check"] for n in [1, *counts]]
    first, *rest = runs
    return [
        Curve("check", "submissions", "seconds of processor",
              [(n, max(run.cpu - first.cpu, 1e-6)) for n, run in zip(counts, rest, strict=True)], 1, "each submission alone"),
        Curve("check", "submissions", "MiB", [(n, run.memory / 2**20) for n, run in zip(counts, rest, strict=True)], 0,
              "a submission is let go when it is marked; its report stays"),
    ]  # fmt: skip


def svg(curve: Curve) -> str:
    """The curve on logarithmic axes as a small picture, its points joined, the formula's slope beside it."""
    width, height, left, bottom = 360, 220, 58, 40
    xs, ys = [x for x, _ in curve.points], [y for _, y in curve.points]

    def scaled(values: Sequence[float], value: float, size: float) -> float:
        low, high = math.log(min(values)), math.log(max(values))
        return (math.log(value) - low) / max(high - low, 1e-9) * size

    def at(x: float, y: float) -> tuple[float, float]:
        return left + scaled(xs, x, width - left - 20), height - bottom - scaled(ys, y, height - bottom - 34)

    dots = [at(*point) for point in curve.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{left}" y="16" font-weight="bold">{curve.title}: {curve.unit} against {curve.against}</text>',
        f'<path d="M{left},24V{height - bottom}H{width - 14}" fill="none" stroke="#888888"/>',
        f'<polyline points="{line}" fill="none" stroke="#0b6bcb" stroke-width="2"/>',
    ]
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#0b6bcb"/>' for x, y in dots]
    parts += [
        f'<text x="{x:.1f}" y="{height - bottom + 15}" text-anchor="middle">{value:g}</text>'
        for (x, _), value in zip(dots, xs, strict=True)
    ]
    parts += [
        f'<text x="{left - 6}" y="{at(xs[0], value)[1] + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        for value in (min(ys), max(ys))
    ]
    parts.append(
        f'<text x="{left}" y="{height - 8}">fitted exponent {curve.fitted:.2f}, by the formulas {curve.expected:g}</text></svg>'
    )
    return "\n".join(parts) + "\n"
