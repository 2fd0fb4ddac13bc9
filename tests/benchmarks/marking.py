"""A class of a thousand marked: every answer with a slip of its own, some with a digit off, all that follows from it worked on, all of it rounded."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.benchmarks.measure import TMAT, Figure, in_turns, once, python

CLASS = """
import pathlib, random
import numpy as np
from tmat.numbers import round_half_away
from tmat.reading.worksheet_json import loads

key = loads(open("thrones.json", "rb").read()).stages[-1]
given = {{name: key[name].values for name in ("X", "W_Q", "W_K", "W_V", "W_O")}}

def soft(a, axis=1):
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)

STEPS = {{
    "Q": lambda m: m["X"] @ m["W_Q"],
    "K": lambda m: m["X"] @ m["W_K"],
    "V": lambda m: m["X"] @ m["W_V"],
    "scores": lambda m: m["Q"] @ m["K"].T,
    "scaled": lambda m: m["scores"] / np.sqrt(6),
    "weights": lambda m: soft(m["scaled"]),
    "Z": lambda m: m["weights"] @ m["V"],
    "output": lambda m: m["Z"] @ m["W_O"],
}}
SLIPS = [
    ("V", lambda m: m["X"] @ m["W_Q"]),
    ("K", lambda m: m["X"] @ m["W_V"]),
    ("scores", lambda m: m["Q"] @ m["Q"].T),
    ("scores", lambda m: m["K"] @ m["Q"].T),
    ("scaled", lambda m: m["scores"]),
    ("scaled", lambda m: m["scores"] / 6),
    ("scaled", lambda m: m["scores"] / 2),
    ("weights", lambda m: soft(m["scaled"], axis=0)),
    ("weights", lambda m: m["scaled"] / m["scaled"].sum(axis=1, keepdims=True)),
    ("Z", lambda m: m["weights"] @ m["K"]),
    ("Z", lambda m: m["weights"].T @ m["V"]),
    ("output", lambda m: np.roll(m["Z"] @ m["W_O"], 1, axis=0)),
]
folder = pathlib.Path("class")
folder.mkdir()
for n in range({count}):
    chance = random.Random(n)
    where, slip = chance.choice(SLIPS)
    blot = chance.choice(list(STEPS)) if n % 3 == 0 else None  # where a digit is off besides
    m = dict(given)
    lines = []
    for name, step in STEPS.items():
        values = round_half_away((slip if name == where else step)(m), 4 if name == "weights" else 2)
        if name == blot:
            values[chance.randrange(values.shape[0]), chance.randrange(values.shape[1])] += chance.choice([0.1, -1, 10])
        m[name] = values
        lines += [name, *(" ".join(f"{{x:g}}" for x in row) for row in values.tolist()), ""]
    (folder / f"student{{n:04}}.txt").write_text("\\n".join(lines))
"""


def figures(folder: Path, rounds: int) -> list[Figure]:
    """`tmat check` of a thousand answers on as many processors as there are."""
    count = 1000
    once([*TMAT, "attention", "--d-k", "6", "-o", "thrones.json"], folder)
    once(python(CLASS.format(count=count)), folder)
    line = shlex.join([*TMAT, "check", "class", "--key", "thrones.json", "-o", "report.json"])
    check = ["/bin/sh", "-c", f"{line}; test $? -eq 1"]  # 1: something is wrong
    best = in_turns({"check": check}, rounds, folder=folder)["check"]
    return [
        Figure(f"`tmat check` of {count:,} answers, each with a slip, a third with a digit off besides", best.wall, 10.0, unit=" s",
               detail=f"{best.cpu:.1f} s of processor")
    ]  # fmt: skip
