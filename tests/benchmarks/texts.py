"""Long texts: a worksheet in JSON in and out, and the words of a large corpus."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.measure import TMAT, Figure, in_turns, once, python

SHEET = """
import numpy as np
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
values = np.random.default_rng(0).normal(size=({n}, {n}))
if {masked}:
    values[np.triu_indices({n}, 1)] = -np.inf
step = Step(Matrix.of("scores", values), "matmul_transposed", ("Q", "K"))
open("{name}", "wb").write(dumps(Worksheet([Stage("attention", "attention", steps=[step], output="scores")])))
"""
ORJSON = "import orjson, sys; sys.stdout.buffer.write(orjson.dumps(orjson.loads(open('{name}', 'rb').read())))"
CORPUS = """
import random
random.seed(0)
words = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(2, 9))) for _ in range(50000)]
with open("corpus.txt", "w") as file:
    size = 0
    while size < {size}:
        line = " ".join(random.choices(words, k=5000)) + ".\\n"
        size += file.write(line)
"""
COUNTER = """
import re
from collections import Counter
counts = Counter()
with open("corpus.txt", encoding="utf-8") as file:
    {how}
print(len(counts))
"""
BY_LINE = "for line in file: counts.update(re.findall(r'\\w+', line))"
AT_ONCE = "counts.update(re.findall(r'\\w+', file.read()))"


def figures(folder: Path, rounds: int, megabytes: int) -> list[Figure]:
    return [*_json(folder, rounds), *_vocab(folder, rounds, megabytes)]


def _json(folder: Path, rounds: int) -> list[Figure]:
    found = []
    for name, masked, said in (("dense.json", False, ""), ("masked.json", True, ", half of it −∞")):
        once(python(SHEET.format(n=2000, masked=masked, name=name)), folder)
        best = in_turns(
            {
                "orjson": python(ORJSON.format(name=name)), "nothing": python("import orjson, sys"),
                "tmat": [*TMAT, "show", name, "--format", "json"], "starting": [*TMAT, "show", "--help"],
            },
            rounds, folder=folder,
        )  # fmt: skip
        whole = best["tmat"].cpu / best["orjson"].cpu
        begun = in_turns({"tmat": [*TMAT, "attention"]}, rounds)["tmat"].cpu
        alone = (best["tmat"].cpu - begun) / (best["orjson"].cpu - best["nothing"].cpu)
        found.append(
            Figure(f"`tmat show` of a 2000 × 2000 worksheet in JSON{said}, against orjson's loads and dumps", whole, 2.0,
                   detail=f"whole processes, {best['tmat'].cpu:.2f} s against {best['orjson'].cpu:.2f} s of processor; "
                   f"without starting, {alone:.2f} ×")
        )  # fmt: skip
    return found


def _vocab(folder: Path, rounds: int, megabytes: int) -> list[Figure]:
    once(python(CORPUS.format(size=megabytes * 1_000_000)), folder)
    best = in_turns(
        {
            "tmat": [*TMAT, "vocab", "corpus.txt"], "by line": python(COUNTER.format(how=BY_LINE)),
            "at once": python(COUNTER.format(how=AT_ONCE)),
        },
        max(rounds // 2, 1), folder=folder,
    )  # fmt: skip
    small = once([*TMAT, "vocab", "--text", "a storm"], folder)
    fastest = min(best["by line"].wall, best["at once"].wall)
    return [
        Figure(f"`tmat vocab` of {megabytes} MB: speed of `Counter` with `re.findall`, over ours", best["tmat"].wall / fastest, 2.0,
               detail=f"{best['tmat'].wall:.1f} s against {best['by line'].wall:.1f} s by line, {best['at once'].wall:.1f} s at once"),
        Figure(f"`tmat vocab` of {megabytes} MB: memory beyond that of one sentence", (best["tmat"].memory - small.memory) / 2**20,
               64.0, unit=" MiB", detail=f"`Counter` at once takes {best['at once'].memory / 2**20:.0f} MiB"),
    ]  # fmt: skip
