"""Large matrices: all steps to a file against a torch script, and what is held where only the output is kept."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.measure import TMAT, Figure, in_turns, once, python

HEADS, D_MODEL = 8, 512
INPUTS = """
import numpy as np
random = np.random.default_rng(0)
np.savez("weights.npz", **{{name: random.normal(size=({d}, {d})) * 0.05 for name in ("W_Q", "W_K", "W_V", "W_O")}})
for length in {lengths}:
    np.save(f"X{{length}}.npy", random.normal(size=(length, {d})) * 0.1)
"""
TORCH = """
import math, numpy as np, torch
torch.set_grad_enabled(False)
X = torch.from_numpy(np.load("X{length}.npy"))
W = {{name: torch.from_numpy(matrix) for name, matrix in np.load("weights.npz").items()}}
Q, K, V = X @ W["W_Q"], X @ W["W_K"], X @ W["W_V"]
made, heads, d = dict(X=X, **W, Q=Q, K=K, V=V), [], {d} // {heads}
for h in range({heads}):
    own = slice(h * d, (h + 1) * d)
    q, k, v = Q[:, own], K[:, own], V[:, own]
    scores = q @ k.T
    scaled = scores / math.sqrt(d)
    weights = torch.softmax(scaled, dim=1)
    heads.append(weights @ v)
    for name, matrix in dict(Q=q, K=k, V=v, scores=scores, scaled=scaled, weights=weights, Z=heads[-1]).items():
        made[f"{{name}}{{h + 1}}"] = matrix
made["concat"] = torch.cat(heads, 1)
made["output"] = made["concat"] @ W["W_O"]
np.savez("torch.npz", **{{name: matrix.numpy() for name, matrix in made.items()}})
"""
SAME = """
import numpy as np
ours, theirs = np.load("{ours}.npz"), np.load("{theirs}.npz")
assert set(ours) <= set(theirs)
assert max(abs(ours[name] - theirs[name]).max() for name in ours if name != "X") < 1e-12
"""


def figures(folder: Path, rounds: int, longest: int) -> list[Figure]:
    """All steps of L = 2048, and the output alone of the longest."""
    length = 2048
    once(python(INPUTS.format(d=D_MODEL, lengths=(length, longest))), folder)
    tmat = [*TMAT, "attention", "-m", f"X=X{length}.npy", "--weights", "weights.npz", "--heads", str(HEADS)]
    commands = {"tmat": [*tmat, "-o", "tmat.npz"]}
    if find_spec("torch") is not None:
        commands["torch"] = python(TORCH.format(length=length, d=D_MODEL, heads=HEADS))
    best = in_turns(commands, rounds, folder=folder)
    found = []
    ours = best["tmat"]
    if "torch" in best:
        once(python(SAME.format(ours="tmat", theirs="torch")), folder)
        theirs = best["torch"]
        found.append(
            Figure(f"L = {length}, d_model = {D_MODEL}, {HEADS} heads, all steps to .npz, against torch and numpy.savez",
                   ours.wall / theirs.wall, 1.0,
                   detail=f"{ours.wall:.1f} s ({ours.cpu:.1f} of processor), {_mib(ours.memory)} against "
                   f"{theirs.wall:.1f} s ({theirs.cpu:.1f} of processor), {_mib(theirs.memory)}")
        )  # fmt: skip
    once([*tmat, "--only", "output", "-o", "only.npz"], folder)
    once(python(SAME.format(ours="only", theirs="tmat")), folder)
    alone = [*TMAT, "attention", "-m", f"X=X{longest}.npy", "--weights", "weights.npz", "--heads", str(HEADS)]
    alone += ["--only", "output", "-o", "long.npz"]
    double, single = once(alone, folder), once([*alone, "--dtype", "float32"], folder)
    for kind, run, bound in (("", double, 2.0), (" --dtype float32", single, 1.0)):
        found.append(
            Figure(f"L = {longest}, `--only output{kind}`: memory", run.memory / 2**30, bound, unit=" GiB",
                   detail=f"{run.wall:.0f} s ({run.cpu:.0f} of processor); equal to the plain way within 1e-12 (L = {length})"
                   if not kind else f"{run.wall:.0f} s ({run.cpu:.0f} of processor)")
        )  # fmt: skip
    return found


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
