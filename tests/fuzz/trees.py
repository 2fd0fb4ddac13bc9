"""Generators for JSON: named arrays, and worksheets that tmat wrote with something in them changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from tests.fuzz.words import NAMES, mutated, name, word

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e308, 5e-324, "", "NaN", "Infinity", "-Infinity", "Q", "1", [], [[]],
    [[1]], [[1, 2], [3]], [[1, "a"]], [[None]], {}, {"values": [[1]]}, {"text": "NaN"}, {"a": 1}, [1, 2], ["a", "b"], [True], "softmax", "matmul",
    "divide", "float32", [[[1]]], [["NaN"]], [["Infinity", "-Infinity"]], "x" * 300,
)  # fmt: skip

PIPES = (
    "attention --d-k 6", "attention --seed 1 --heads 2 --mask causal", "attention -m X='1 2; 3 4' --score additive --seed 2",
    "vocab --text 'I drink and I know things'", "embed --text 'you win'", "posenc -m E='1 2; 3 4'", "addnorm",
    "ffn --activation gelu", "decode --max-tokens 1", "encode --layers 2 --seed 3 --heads 2", "attention --dropout 0.3 --seed 1 --round 2",
    "attention --round scores=2 --dtype float32", "decode --target 'you win'", "addnorm -m X='1 2; 3 4' --no-residual --norm rms",
    "attention --seed 1 --renormalize --causal --only weights,Z", "attention -m X='1 2; 3 4' --mask-value 0 --causal --seed 1",
)  # fmt: skip
"""Worksheets to begin with."""

TRAINING = (
    "attention --d-k 2 --seed 1 -m X='1 2; 3 4' | loss -m target='1 2; 0 1'", "loss -m logits='1 2 3; 3 2 1' --target '1 3' --smoothing 0.1",
    "ffn -m X='1 2; 3 4' --seed 2 | addnorm | loss -m target='1 2; 0 1'", "attention --heads 2 --causal --seed 3 -m X='1 2; 3 4' | ffn | loss -m target='1 2; 0 1'",
    "decode --no-cross --target 'you win' --seed 1 | loss --target 'win you'",
)  # fmt: skip
"""Worksheets with a loss, to go back from."""


@cache
def written() -> tuple[bytes, ...]:
    """What these commands write."""
    from tests.cli.running import tmat

    return tuple(tmat(line).output.encode() for line in PIPES)


@cache
def with_a_loss(*then: str) -> tuple[bytes, ...]:
    """Worksheets that end in a loss, or in what comes after it."""
    from tests.cli.running import pipe

    return tuple(pipe(*line.split(" | "), *then).output.encode() for line in TRAINING)


def worksheets(random: Random) -> bytes:
    """A worksheet, mostly with a part of it put elsewhere, taken away, or made another thing."""
    data = random.choice(written())
    kind = random.random()
    if kind < 0.1:
        return data
    if kind < 0.25:
        return mutated(random, data)
    tree = json.loads(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _disturb(random, tree)
    return _spelled(random, tree)


def _spelled(random: Random, tree: Any) -> bytes:
    text = json.dumps(tree, ensure_ascii=random.random() < 0.5, indent=random.choice((None, None, 1)))
    return text.encode("utf-8", "surrogatepass" if random.random() < 0.1 else "replace")


def _disturb(random: Random, tree: Any) -> None:
    """Change one place, chosen by walking down at random."""
    at, key = tree, random.choice(list(tree) or [""])
    for _ in range(random.randrange(1, 8)):
        below = at[key] if not isinstance(at, dict) or key in at else None
        if not isinstance(below, (dict, list)) or not below:
            break
        at = below
        key = random.choice(list(at)) if isinstance(at, dict) else random.randrange(len(at))
    _change(random, at, key)


def _change(random: Random, at: Any, key: Any) -> None:
    kind = random.randrange(6)
    if kind == 0:
        at[key] = _value(random)
    elif kind == 1 and (isinstance(at, list) or key in at):
        del at[key]
    elif kind == 2 and isinstance(at, dict):
        at[name(random)] = at.get(key)
    elif kind == 3 and isinstance(at, list):
        at.append(at[key])
    elif isinstance(at, dict) and isinstance(at.get(key), str):
        at[key] = random.choice((word(random), random.choice(NAMES)))
    elif isinstance(at, list) and isinstance(at[key], str):
        at[key] = word(random)
    else:
        at[key] = _value(random)


def named(random: Random) -> bytes:
    """Named arrays, a bare array, or JSON that is neither; several one after another."""
    documents = [_document(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    data = random.choice((b"\n", b"", b" ", b",", b"\x1e", b"\xef\xbb\xbf")).join(documents)
    return mutated(random, data) if random.random() < 0.3 else data


def _document(random: Random) -> bytes:
    making: tuple[Callable[[Random], Any], ...] = (_array, _array, _names, _names, _value)
    tree = random.choice(making)(random)
    if random.random() < 0.02:
        return b'{"X": [[1]], "X": [[2]], "X ": 3}'
    if random.random() < 0.02:
        return b"[" * random.choice((63, 64, 65, 2000, 100_000)) + b"1"
    return _spelled(random, tree)


def _value(random: Random) -> Any:
    """One of them, a copy: what is changed in one input must not be there in the next."""
    return deepcopy(random.choice(VALUES))


def _names(random: Random) -> dict[str, Any]:
    return {name(random): _array(random) for _ in range(random.randrange(4))}


def _array(random: Random) -> Any:
    if random.random() < 0.15:
        return _value(random)
    height, width = random.randrange(1, 5), random.randrange(1, 5)
    rows: Any = [[round(random.uniform(-9, 9), random.randrange(4)) for _ in range(width)] for _ in range(height)]
    if random.random() < 0.2:
        rows[random.randrange(height)][random.randrange(width)] = _value(random)
    if random.random() < 0.3:
        labels = [word(random) for _ in range(height + (random.random() < 0.1))]
        return {"values": rows, "rows": labels}
    return rows
