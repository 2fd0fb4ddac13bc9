"""A slip in the scores is named where only a later step was handed in: with a mask and a scale between, as far as Z."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.marking import mark
from tmat.marking.key import Key
from tmat.marking.recomputed import Recomputed
from tmat.marking.unseen import in_unseen
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention

SIZE = 4


def soft(a: np.ndarray) -> np.ndarray:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("last", ["scores", "weights", "Z"])
@pytest.mark.parametrize("mask", [None, "causal"])
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("projections-left-out", lambda x, q, k: x @ x.T),
        ("query-for-key", lambda x, q, k: q @ q.T),
        ("key-for-query", lambda x, q, k: k @ k.T),
        ("operands-swapped", lambda x, q, k: k @ q.T),
    ],
)
def test_what_was_done_to_the_scores_is_seen_from_there(last: str, mask: str | None, name: str, wrong) -> None:  # type: ignore[no-untyped-def]
    r = np.random.RandomState(3)
    x, *weights = (r.uniform(-1.5, 1.5, (SIZE, SIZE)).round(1) for _ in range(4))
    key = attention(X=x, **dict(zip(("W_Q", "W_K", "W_V"), weights, strict=True)), mask=mask)
    q, k, v = (x @ w for w in weights)
    made = {"scores": wrong(x, q, k)}
    scaled = made["scores"] / np.sqrt(SIZE)
    made["weights"] = soft(scaled if mask is None else np.where(np.tri(SIZE) > 0, scaled, -np.inf))
    made["Z"] = made["weights"] @ v
    (finding,) = mark({last: made[last].round(3)}, key)[last].findings
    assert name in finding.names


def in_heads(x: np.ndarray, w: dict[str, np.ndarray], bug: str = "") -> np.ndarray:
    """The output of two heads of two columns each, with one bug."""
    n = len(x)
    q, k, v = (x @ w[name] for name in ("W_Q", "W_K", "W_V"))
    heads = []
    for h in range(2):
        own = [a.reshape(2, n, 2)[h] if bug == "heads-by-view" else a[:, 2 * h : 2 * h + 2] for a in (q, k, v)]
        scores = own[1] @ own[0].T if bug == "operands-swapped" else own[0] @ own[1].T
        scores = np.triu(scores) + np.triu(scores, 1).T if bug == "taken-as-symmetric" else scores
        scores = x @ x.T if bug == "projections-left-out" else scores
        scores = scores / {"scale-left-out": 1.0, "divided-by-d-k": 2.0}.get(bug, np.sqrt(2))
        weights = soft(scores.T).T if bug == "softmax-down-columns" else soft(scores)
        weights = 1 / (1 + np.exp(-scores)) if bug == "sigmoid-for-softmax" else weights
        weights = np.eye(n) if bug == "each-token-alone" else weights
        weights = np.full((n, n), 1 / n) if bug == "mean-of-values" else weights
        heads.append(weights @ own[2])
    merged = np.stack(heads).reshape(n, -1) if bug == "heads-merged-without-permute" else np.hstack(heads)
    output = merged if bug == "weight-left-out" else merged @ w["W_O"]
    output = output + x if bug == "residual-inside" else output
    return np.maximum(output, 0.0) if bug == "relu-taken" else output


BUGS = (
    "", "heads-by-view", "operands-swapped", "taken-as-symmetric", "projections-left-out", "scale-left-out", "divided-by-d-k",
    "softmax-down-columns", "sigmoid-for-softmax", "each-token-alone", "mean-of-values", "heads-merged-without-permute",
    "weight-left-out", "residual-inside", "relu-taken",
)  # fmt: skip


@pytest.mark.parametrize(("bug", "size"), [("", 5), *((bug, (3, 5)[n % 2]) for n, bug in enumerate(BUGS))])
def test_a_bug_that_every_head_has_is_named_from_the_output_alone(bug: str, size: int) -> None:
    r = np.random.RandomState(size)
    x = r.uniform(-1.5, 1.5, (size, 4)).round(1)
    w = {name: r.uniform(-1.5, 1.5, (4, 4)).round(1) for name in ("W_Q", "W_K", "W_V", "W_O")}
    findings = mark({"output": in_heads(x, w, bug).round(4)}, attention(X=x, heads=2, **w))["output"].findings
    assert [bug in one.names for one in findings] == [True] * bool(bug)


def test_what_is_tried_grows_with_the_hidden_steps_and_not_with_the_ways_through_them() -> None:
    """A norm uses its sum three times; a slip in it is one, and is in all three places."""
    counts = []
    sheet = addnorm(np.random.RandomState(3).uniform(-2, 2, (3, 4)).round(2), add_residual=False)
    for _ in range(3):
        key = Key(sheet)
        recomputed = Recomputed(key, {2})
        for state in recomputed.states:
            (recomputed.settle_given if state.due.given else recomputed.settle_unseen)(state)
        due = key.steps[-1]
        hidden = [state.unseen for state in recomputed.operands(due)]
        counts.append(len(list(in_unseen(recomputed.starts(due)[0].step, hidden, 2, [None]))))
        sheet = addnorm(sheet, add_residual=False)
    assert counts[0] < counts[1] < counts[2] < 4 * counts[0]
