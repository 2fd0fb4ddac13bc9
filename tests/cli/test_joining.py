"""An article can be joined at any line: what is given is not computed, and what comes before it is not needed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.cli.running import tmat

QKV = "-m Q='1 0; 0 1' -m K='1 0; 0 1; 1 1' -m V='1; 2; 3'"

ATTENTION = [
    (QKV, "scores scaled weights Z"),
    (f"{QKV} --no-scale", "scores weights Z"),
    (f"{QKV} -m W_O='1 2'", "scores scaled weights Z output"),
    ("-m Q='1 0; 0 1' -m K='1 0; 0 1; 1 1'", "scores scaled weights"),
    ("-m scores='1 2; 3 4' --d-k 4", "scaled weights"),
    ("-m scores='1 2; 3 4' --scale-by 2 -m V='1; 2'", "scaled weights Z"),
    ("-m scores='1 2; 3 4' --no-scale -m V='1; 2' --causal", "masked weights Z"),
    ("-m scaled='1 2; 3 4' -m V='1; 2'", "weights Z"),
    ("-m scaled='1 2; 3 4' --causal", "masked weights"),
    ("-m masked='1 -inf; 3 4' -m V='1; 2'", "weights Z"),
    ("-m weights='.5 .5; 0 1' -m V='1; 2'", "Z"),
    ("-m weights='.5 .5; 0 1' -m V='1; 2' --causal --renormalize", "masked renormalized Z"),
    ("-m weights='.5 .5; 0 1' -m V='1; 2' -m keep='1 0; 1 1' --dropout 0.5", "dropped Z"),
    ("-m Z='.5 .5; 0 1'", ""),
    ("-m Z='.5 .5; 0 1' -m W_O='1; 2'", "output"),
    ("-m Q1='1; 2' -m K1='1; 2' -m V1='1; 2' -m Q2='1; 2' -m K2='1; 2' -m V2='1; 2'",
     "scores1 scaled1 weights1 Z1 scores2 scaled2 weights2 Z2 concat"),
    ("-m scores1='1 2; 3 4' -m scores2='1 2; 3 4' --no-scale -m V1='1; 2' -m V2='3; 4'", "weights1 Z1 weights2 Z2 concat"),
    ("-m weights1='1 0; 0 1' -m weights2='0 1; 1 0' -m V1='1; 2' -m V2='3; 4'", "Z1 Z2 concat"),
    ("-m Z1='1; 2' -m Z2='3; 4'", "concat"),
    ("-m Z1='1; 2' -m Z2='3; 4' -m W_O='1; 1'", "concat output"),
    ("-m concat='1 3; 2 4' -m W_O='1; 1'", "output"),
    ("-m Q='1 2; 3 4' -m K='1 2; 3 4' -m V='1 2; 3 4' --heads 2",
     "Q1 K1 V1 Q2 K2 V2 scores1 scaled1 weights1 Z1 scores2 scaled2 weights2 Z2 concat"),
]  # fmt: skip

OTHERS = [
    ("addnorm -m X='1 2' -m residual='3 1'", "sum mean std normalized"),
    ("addnorm -m sum='1 2'", "mean std normalized"),
    ("addnorm -m sum='1 2' -m mean=1.5", "std normalized"),
    ("addnorm -m sum='1 2' -m mean=1.5 -m std=0.5", "normalized"),
    ("addnorm -m normalized='1 2' -m gamma='2 2'", "output"),
    ("addnorm -m normalized='1 2' -m gamma='2 2' -m beta='2 2'", "output"),
    ("addnorm -m X='1 2' --no-residual --norm rms", "rms normalized"),
    ("addnorm -m X='1 2' -m residual='3 1' --norm none", "sum"),
    ("ffn -m hidden='1 -1' -m W_2='1; 2'", "activated output"),
    ("ffn -m activated='1 0' -m W_2='1; 2' -m b_2=3", "output"),
    ("ffn -m hidden='1 -1' --layers 1", "activated"),
    ("posenc -m E='1 2; 3 4' -m PE='0 1; 1 0'", "X"),
    ("posenc --positions 2 --d-model 3", "PE"),
    ("embed -m ids='2; 1' -m W_E='1 2; 3 4'", "E"),
    ("embed -m ids='2 1 1' -m W_E='1 2; 3 4'", "E"),
    ("decode -m last='1 2' -m W_vocab='1 2; 3 4' --words 'a b'", "logits probabilities predicted"),
    ("decode -m logits='1 2' --words 'a b'", "probabilities predicted"),
    ("decode -m probabilities='0.1 0.9' --words 'a b'", "predicted"),
]


@pytest.mark.parametrize(("line", "steps"), [(f"attention {rest}", steps) for rest, steps in ATTENTION] + OTHERS)
def test_only_what_follows_is_computed(line: str, steps: str) -> None:
    done = tmat(line)
    assert done.steps == steps.split()
    given = {name.rpartition(" ")[2] for name in re.findall(r"-m (\w+)=", line)}
    assert set(done.stage["given"]) - {"mask"} == given


def test_each_line_of_an_article_leads_to_the_same_end() -> None:
    """Whatever is taken over from a run, the rest comes out the same."""
    whole = tmat("attention -m X='1 2; 0 1; 2 2' --heads 2 --d-k 2 --mask causal --seed 5")
    names = [*whole.stage["given"], *whole.steps]
    for start in range(1, len(names)):
        taken = [name for name in names[:start] if name not in ("mask", "W_Q", "W_K", "W_V")] or ["X"]
        if any(name in taken for name in ("Q1", "K1", "V1", "Q2", "K2")) and "V2" not in taken:
            continue
        said = " ".join(f"-m {name}='{inline(whole, name)}'" for name in [*taken, "W_Q", "W_K", "W_V", "W_O"])
        masked = "" if "masked2" in taken else "--mask causal"
        if "Q1" in taken:
            said = re.sub(r"-m W_[QKV]='[^']*'", "", said)
        part = tmat(f"attention {said} --heads 2 --d-k 2 {masked}")
        np.testing.assert_array_equal(part["output"], whole["output"], err_msg=str(taken))


def inline(done, name: str) -> str:  # type: ignore[no-untyped-def]
    return "; ".join(" ".join(map(repr, row)) for row in done[name].tolist())


@pytest.mark.parametrize(
    "names",
    [
        ("W_Q", "W_K", "W_V"),
        ("wq", "wk", "wv"),
        ("Wq", "W-K", "w_v"),
        ("W_query", "W_key", "W_value"),
        ("WQUERY", "Wkey", "wvalue"),
    ],
)
def test_names_ignore_case_and_underscores(names: tuple[str, str, str]) -> None:
    values = ("1 0; 2 1", "0 1; 1 1", "1 1; 0 2")
    said = " ".join(f"-m {name}='{value}'" for name, value in zip(names, values, strict=True))
    done = tmat(f"attention -m x='1 2; 3 4' {said} --no-project")
    assert done["Q"].tolist() == [[5, 2], [11, 4]]
    assert set(done.stage["given"]) == {"X", "W_Q", "W_K", "W_V"}


def test_queries_keys_values_by_the_books_names() -> None:
    done = tmat("attention -m queries='1 0' -m keys='1 0; 0 1' -m values='1; 2' --no-scale")
    assert set(done.stage["given"]) == {"Q", "K", "V"}


def test_weights_from_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "w.json").write_text('{"W_Q": [[1, 0], [0, 1]], "wk": [[1, 1], [0, 1]], "W_V.T": [[1, 0], [5, 1]]}')
    np.savez(tmp_path / "w.npz", W_O=np.array([[1.0], [2.0]]))
    (tmp_path / "x.csv").write_text("1,2\n3,4\n")
    done = tmat(f"attention --weights {tmp_path}/w.json --weights {tmp_path}/w.npz -m X={tmp_path}/x.csv")
    assert done["W_V"].tolist() == [[1, 5], [0, 1]]
    assert done["output"].shape == (2, 1)
    assert set(done.stage["given"]) == {"X", "W_Q", "W_K", "W_V", "W_O"}


def test_a_matrix_of_an_earlier_worksheet(tmp_path) -> None:  # type: ignore[no-untyped-def]
    tmat(f"attention --d-k 6 -o {tmp_path}/sheet.json")
    done = tmat(f"attention -m Q={tmp_path}/sheet.json:Q -m K={tmp_path}/sheet.json:attention.K -m V='{'1;' * 5}1'")
    assert done["scores"][0, 0] == pytest.approx(58.341)
    assert done.entry("scores")["rows"][0] == "When"


def test_standard_input_may_be_a_matrix() -> None:
    assert tmat("ffn -m X=- -m W_1='1; 1' --layers 1", "1 2\n3 4\n")["hidden"].tolist() == [[3], [7]]
    both = tmat("addnorm -m X=- -m residual=- --norm none", "[[1, 2], [3, 4]]")
    assert both["sum"].tolist() == [[2, 4], [6, 8]]
    named = tmat("addnorm -m X=- -m residual=- --norm none", '{"X": [[1, 2]], "residual": [[5, 5]]}')
    assert named["sum"].tolist() == [[6, 7]]


def test_tokens_call_the_rows() -> None:
    done = tmat("attention -m Q='1 0; 0 1' -m K='1 0; 0 1' -m V='1; 2' --tokens 'you win'")
    assert done.entry("scores")["rows"] == done.entry("scores")["cols"] == ["you", "win"]
    assert done.entry("Z")["rows"] == ["you", "win"]
    scores = tmat("attention -m scores='1 0; 0 1' --no-scale --tokens 'you win'")
    assert scores.entry("weights")["cols"] == ["you", "win"]
    waves = tmat("posenc --positions 2 --d-model 2 --tokens 'you win'")
    assert waves.entry("PE")["rows"] == ["you", "win"]


def test_additive_scores_from_their_hidden_steps() -> None:
    """v·tanh(q + k) of what is given; the article's own matrices stay out of it."""
    done = tmat("attention --score additive -m query_hidden='1 2; 0 1' -m key_hidden='1 0; 0 1' -m v_A='1 2'")
    q, k, v = np.array([[1.0, 2], [0, 1]]), np.array([[1.0, 0], [0, 1]]), np.array([1.0, 2])
    np.testing.assert_allclose(done["scores"], [[np.tanh(a + b) @ v for b in k] for a in q], rtol=1e-12)
    assert set(done.stage["given"]) == {"query_hidden", "key_hidden", "v_A"}
    assert done.steps == ["scores", "weights"]


def test_tokens_name_the_rows_of_probabilities() -> None:
    done = tmat("decode -m probabilities='0.1 0.9; 0.8 0.2' --words 'a b' --tokens 'you win'")
    assert done.entry("probabilities")["rows"] == ["you", "win"]
    assert done.entry("predicted")["rows"] == ["you", "win"]
