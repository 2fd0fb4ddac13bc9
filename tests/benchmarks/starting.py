"""How long commands take to start, alone and in a pipe, and what the same takes as a script of one's own."""

from __future__ import annotations

import shlex
import subprocess
from importlib.util import find_spec

from tests.benchmarks.measure import TMAT, Figure, beside, milliseconds, python, turns

ATTENTION = [*TMAT, "attention", "--d-k", "6"]
MATRICES = """
from tmat.articles.numbers import number
print([number("thrones", name).tolist() for name in ("X", "W_Q", "W_K", "W_V", "W_O")])
"""
SCRIPT = """
import math, torch
X, W_Q, W_K, W_V, W_O = (torch.tensor(m, dtype=torch.float64) for m in {matrices})
Q, K, V = X @ W_Q, X @ W_K, X @ W_V
scores = Q @ K.T
scaled = scores / math.sqrt(6)
weights = torch.softmax(scaled, dim=1)
Z = weights @ V
output = Z @ W_O
for name, matrix in dict(Q=Q, K=K, V=V, scores=scores, scaled=scaled, weights=weights, Z=Z, output=output).items():
    print(name)
    print(matrix)
"""


def figures(rounds: int) -> list[Figure]:
    return [*_imports(rounds), *_pipe(rounds), *_torch(max(rounds // 3, 3))]


def _imports(rounds: int) -> list[Figure]:
    runs = turns(
        {
            "numpy, typer": python("import numpy, typer"),
            "json": ATTENTION,
            "numpy, typer, rich": python("import numpy, typer, rich.console, rich.table"),
            "table": ATTENTION,
        },
        rounds,
        terminals=["numpy, typer, rich", "table"],  # both: a terminal of its own takes time to make
    )
    json, table = runs["json"], runs["table"]
    imports, with_rich = runs["numpy, typer"], runs["numpy, typer, rich"]
    return [
        Figure("`tmat attention --d-k 6` to JSON, against `import numpy, typer`", beside(json, imports), 1.25,
               detail=f"{milliseconds(json)} against {milliseconds(imports)}"),
        Figure("the same to a table, against `import numpy, typer, rich.console, rich.table`", beside(table, with_rich), 1.2,
               detail=f"{milliseconds(table)} against {milliseconds(with_rich)}"),
    ]  # fmt: skip


def _pipe(rounds: int) -> list[Figure]:
    tmat = shlex.join(TMAT)
    stages = ["vocab", "embed --text 'When you play game of thrones' --d-model 6 --seed 1", "posenc", "attention --d-k 4 --heads 2",
              "addnorm", "ffn", "addnorm", "decode"]  # fmt: skip
    line = " | ".join(f"{tmat} {stage}" for stage in stages)
    runs = turns(
        {"one": ATTENTION, "pipe": ["/bin/sh", "-c", line], "encode": [*TMAT, "encode", "--layers", "6"]}, rounds
    )
    one = runs["one"]
    return [
        Figure("the seven-stage pipe (eight processes), against one stage", beside(runs["pipe"], one), 4.5,
               detail=f"{milliseconds(runs['pipe'])} against {milliseconds(one)}"),
        Figure("`tmat encode --layers 6`, against one stage", beside(runs["encode"], one), 1.3,
               detail=f"{milliseconds(runs['encode'])} against {milliseconds(one)}"),
    ]  # fmt: skip


def _torch(rounds: int) -> list[Figure]:
    if find_spec("torch") is None:
        return []
    matrices = subprocess.run(python(MATRICES), capture_output=True, text=True, check=True).stdout
    runs = turns({"torch": python(SCRIPT.format(matrices=matrices)), "tmat": ATTENTION}, rounds)
    return [
        Figure("a torch script of the same attention (import, matrices, print), against `tmat attention`",
               beside(runs["torch"], runs["tmat"]), 6.0, at_least=True,
               detail=f"{milliseconds(runs['torch'])} against {milliseconds(runs['tmat'])}"),
    ]  # fmt: skip
