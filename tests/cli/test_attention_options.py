"""Every option of attention, alone and together, against plain NumPy over the matrices that the output shows."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
import pytest
from tests.cli.running import Done, tmat

Array = np.ndarray[Any, Any]


def softmax(scores: Array) -> Array:
    """Row by row; a row with nothing in it has no weights."""
    out = np.zeros_like(scores)
    for i, row in enumerate(scores):
        if np.isneginf(row).all():
            continue
        e = np.exp(row - row.max())
        out[i] = e / e.sum()
    return out


def expected(done: Done, how: dict[str, Any]) -> Array:
    """The output by the formulas of the paper, from the matrices given or drawn."""
    given = {name: done[name] for name in done.stage["given"]}
    x = given["X"]
    context = given.get("context", x)
    heads = how.get("heads", 1)
    results = []
    whole = {}
    for name, source in (("Q", x), ("K", context), ("V", context)):
        if how.get("no-weights"):
            whole[name] = source
        elif not how.get("separate") or heads == 1:
            whole[name] = source @ given[f"W_{name}"] + given.get(f"b_{name}", 0.0)
    for h in range(heads):
        if whole:
            q, k, v = (np.split(whole[name], heads, axis=1)[h] for name in "QKV")
        else:
            q, k, v = (
                s @ given[f"W_{name}{h + 1}"] + given.get(f"b_{name}{h + 1}", 0.0)
                for name, s in (("Q", x), ("K", context), ("V", context))
            )
        results.append(one_head(q, k, v, given, how, str(h + 1) if heads > 1 else ""))
    z = np.hstack(results)
    return z @ given["W_O"] + given.get("b_O", 0.0) if "W_O" in given else z


def one_head(q: Array, k: Array, v: Array, given: dict[str, Array], how: dict[str, Any], h: str) -> Array:
    if how.get("score") == "additive":
        hidden = (q @ given["W_A" + h])[:, None] + (k @ given["U_A" + h])[None]
        scores = np.tanh(hidden) @ given["v_A" + h][0]
    else:
        scores = q @ k.T
        if how.get("score") != "dot" and not how.get("no-scale"):
            scores = scores / how.get("scale-by", np.sqrt(how.get("d-k") or k.shape[1]))
    n, m = scores.shape
    i, j = np.indices((n, m))
    seen = np.ones((n, m), bool)
    if how.get("causal"):
        seen &= j <= i
    if "valid" in how:
        seen &= j < how["valid"]
    if "window" in how:
        seen &= abs(i - j) <= how["window"]
    temperature = how.get("temperature", 1.0)
    if how.get("renormalize"):
        kept = softmax(scores / temperature) * seen
        total = kept.sum(axis=1, keepdims=True)
        weights = np.divide(kept, total, out=np.zeros_like(kept), where=total != 0)
    else:
        weights = softmax(np.where(seen, scores, how.get("mask-value", -np.inf)) / temperature)
    if "dropout" in how:
        weights = weights * given["keep" + h] / (1 - how["dropout"])
    result: Array = weights @ v
    return result


CHOICES: dict[str, list[Any]] = {
    "heads": [None, 1, 2, 3],
    "separate": [None, True],
    "d-k": [None, 2, 3],
    "d-v": [None, 1, 4],
    "score": [None, "dot", "additive", "scaled"],
    "no-scale": [None, None, True],
    "scale-by": [None, None, 3.5],
    "causal": [None, True],
    "valid": [None, None, 0, 2, 4],
    "window": [None, None, 0, 1],
    "mask-value": [None, None, 0.0, -1e9, -5.5],
    "renormalize": [None, None, True],
    "temperature": [None, None, 0.5, 4.0],
    "dropout": [None, None, 0.25],
    "bias": [None, "none", "qkv", "output", "all"],
    "no-project": [None, None, True],
    "no-weights": [None, None, None, True],
    "context": [None, None, "1 0 2 1 0; 0 1 1 0 3; 2 2 0 1 1; 1 1 1 1 1"],
    "init": ["uniform", "normal", "xavier", "integers", "torch-rand", "torch-randn", "torch-linear"],
}


def makes_sense(how: dict[str, Any]) -> bool:
    masked = how.get("causal") or "valid" in how or "window" in how
    alone = how.get("heads", 1) == 1
    return not any(
        (
            how.get("score") in ("dot", "additive") and "scale-by" in how,
            "scale-by" in how and how.get("no-scale"),
            not masked and ("mask-value" in how or how.get("renormalize")),
            how.get("renormalize") and "mask-value" in how,
            how.get("no-weights") and how.get("bias") not in (None, "none"),
            how.get("no-weights") and ("d-v" in how or "context" in how or how.get("separate")),
            how.get("no-weights") and not alone,
            how.get("no-project") and how.get("bias") == "output",
            how.get("separate") and alone,
        )
    )


def combinations(count: int) -> list[dict[str, Any]]:
    generator = random.Random(20)
    found: list[dict[str, Any]] = []
    while len(found) < count:
        how = {name: choice for name, among in CHOICES.items() if (choice := generator.choice(among)) is not None}
        if not how.get("no-weights") and how.get("heads", 1) > 1 and "d-k" not in how:
            how["d-k"] = 2
        if makes_sense(how):
            found.append(how)
    return found


def options(how: dict[str, Any]) -> str:
    said = []
    for name, value in how.items():
        if name == "context":
            said.append(f"-m context='{value}'")
        else:
            said.append(f"--{name}" if value is True else f"--{name}={value}")
    return " ".join(said)


@pytest.mark.parametrize("part", range(8))
def test_options_together(part: int) -> None:
    for how in combinations(160)[part::8]:
        done = tmat(f"attention -m X='0.5 1 0.25 -1 2; 1 0 1 0 1; -2 1 0 0.5 1; 0 0 0 0 0' --seed 3 {options(how)}")
        assert done.stage["output"] == done.entry(done.stage["output"])["name"]
        result = done[done.stage["output"]]
        np.testing.assert_allclose(result, expected(done, how), rtol=1e-11, atol=1e-12, err_msg=str(how))


def test_shapes_of_what_is_drawn() -> None:
    split = tmat("attention -m X='1 2 3; 4 5 6' --heads 2 --d-k 4 --d-v 5 --d-out 7 --seed 1")
    sizes = {name: split[name].shape for name in ("W_Q", "W_K", "W_V", "Q1", "V2", "Z1", "concat", "W_O", "output")}
    assert sizes == {
        "W_Q": (3, 8), "W_K": (3, 8), "W_V": (3, 10), "Q1": (2, 4), "V2": (2, 5), "Z1": (2, 5),
        "concat": (2, 10), "W_O": (10, 7), "output": (2, 7),
    }  # fmt: skip
    own = tmat("attention -m X='1 2 3; 4 5 6' --heads 2 --separate --d-k 4 --d-v 5 --seed 1")
    assert {name: own[name].shape for name in ("W_Q1", "W_K2", "W_V2", "W_O")} == {
        "W_Q1": (3, 4), "W_K2": (3, 4), "W_V2": (3, 5), "W_O": (10, 3),
    }  # fmt: skip
    cross = tmat("attention -m X='1 2 3' -m context='1 2; 3 4; 5 6' --seed 1")
    assert (cross["W_Q"].shape, cross["W_K"].shape, cross["scores"].shape) == ((3, 3), (2, 3), (1, 3))


def test_where_w_q_is_given_d_k_is_only_under_the_root() -> None:
    done = tmat("attention -m X='1 2; 3 4' -m W_Q='1 0; 0 1' -m W_K='1 0; 0 1' -m W_V='1 0; 0 1' --d-k 6 --no-project")
    np.testing.assert_allclose(done["scaled"], done["scores"] / np.sqrt(6), rtol=1e-15)
    assert "d_k = 6 (the paper: 2, the width of Q)" in done.notes
    unused = tmat("attention -m Q='1 2' -m K='1 2' -m V='3' --d-k 6 --no-scale")
    assert "d_k = 6 has no use here: nothing is divided" in unused.notes


def test_the_article_says_four_and_takes_six() -> None:
    done = tmat("attention --d-k 6")
    assert done["scores"][0, 0] == pytest.approx(58.341, abs=1e-12)
    assert done["scores"][5, 5] == pytest.approx(30.9265, abs=1e-12)
    assert round(done["scaled"][0, 0], 5) == 23.81721
    assert "thrones article" in done.notes[0]
    assert "d_k = 6 (the paper: 4, the width of Q)" in done.notes


@pytest.mark.parametrize(
    "option", ["--no-scale", "--score dot", "--heads 2", "--mask causal", "--round none", "-m W_O='1;1;1;1'"]
)
def test_the_articles_matrices_take_any_option(option: str) -> None:
    assert "thrones article" in tmat(f"attention {option}").notes[0]


def test_masks_given() -> None:
    scores = "-m scores='1 2; 3 4' --no-scale"
    inf = np.inf
    visible = tmat(f"attention {scores} -m mask='1 0; 1 1'")
    assert visible["masked"].tolist() == [[1, -inf], [3, 4]]
    hidden = tmat(f"attention {scores} --mask '0 1; 0 0' --mask-means hidden")
    assert hidden["masked"].tolist() == [[1, -inf], [3, 4]]
    added = tmat(f"attention {scores} --mask '0 -10000; 0 0'")
    assert added["masked"].tolist() == [[1, -9998], [3, 4]]
    assert "mask added to the scores" in added.notes
    one_row = tmat(f"attention {scores} --mask '0 1'")
    assert one_row["masked"].tolist() == [[-inf, 2], [-inf, 4]]
    both = tmat(f"attention {scores} --mask '0 1; 1 1' --mask causal")
    assert both["masked"].tolist() == [[-inf, -inf], [3, 4]]
    assert both["weights"][0].tolist() == [0, 0]
    assert "mask: causal, given" in both.notes


def test_a_mask_from_a_file(tmp_path: Any) -> None:
    (tmp_path / "mask.csv").write_text("1,0\n1,1\n")
    done = tmat(f"attention -m scores='1 2; 3 4' --no-scale --mask {tmp_path / 'mask.csv'}")
    assert done["masked"].tolist() == [[1, -np.inf], [3, 4]]


def test_padding_hides_the_pad_tokens() -> None:
    done = tmat("attention -m X='1 0; 0 1; 1 1; 0 0' --tokens 'you win <pad> <pad>' --mask causal,padding --seed 1")
    assert done.entry("mask")["values"] == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]
    assert done.entry("masked")["cols"] == ["you", "win", "<pad>", "<pad>"]


def test_dropout_has_a_seed() -> None:
    line = "attention -m weights='.5 .5; .25 .75' -m V='1 0; 0 1' --dropout 0.5"
    first, again, other = (tmat(f"{line} --seed {seed}")["keep"].tolist() for seed in (4, 4, 5))
    assert first == again
    assert first != other
    own = tmat(f"{line} --seed 5 --dropout-seed 4")["keep"].tolist()
    assert own == first
    assert (tmat(f"{line} --dropout 1")["Z"] == 0).all()


def test_given_matrices_do_not_change_the_draws_of_others() -> None:
    free = tmat("attention -m X='1 0; 0 1' --seed 7")
    held = tmat("attention -m X='1 0; 0 1' --seed 7 -m W_K='1 2; 3 4'")
    assert free["W_Q"].tolist() == held["W_Q"].tolist()
    assert free["W_V"].tolist() == held["W_V"].tolist()
    names = ["W_Q", "W_K", "W_V", "W_O"]
    drawn = [free[name].tolist() for name in names]
    assert all(a != b for a, b in itertools.combinations(drawn, 2))


def test_one_head_of_several_by_itself() -> None:
    done = tmat("attention -m X='1 0; 0 1' -m W_Q1='1; 0' -m W_K1='1; 0' -m W_V1='1; 2' --no-project")
    assert done.steps == ["Q1", "K1", "V1", "scores1", "scaled1", "weights1", "Z1"]


def test_heads_without_weights_are_columns_of_x() -> None:
    done = tmat("attention -m X='1 0 2 1; 0 1 1 3' --no-weights --heads 2")
    x = np.array([[1.0, 0, 2, 1], [0, 1, 1, 3]])
    for h, part in enumerate(np.hsplit(x, 2), start=1):
        assert done[f"Q{h}"].tolist() == done[f"V{h}"].tolist() == part.tolist()
        np.testing.assert_allclose(done[f"Z{h}"], softmax(part @ part.T / np.sqrt(2)) @ part, rtol=1e-13)
    assert tmat("show", done.output).output == done.output
