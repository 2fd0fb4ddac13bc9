"""Keys and values from inputs of their own."""

from __future__ import annotations

import numpy as np
from tests.cli.running import refused, tmat

from tmat.stages.attention import attention


def test_keys_and_values_from_different_inputs() -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        n, m, d, e, f = (int(k) for k in rng.integers(1, 6, 5))
        x, keys, values = rng.normal(size=(n, d)), rng.normal(size=(m, e)), rng.normal(size=(m, f))
        w = {"W_Q": rng.normal(size=(d, 3)), "W_K": rng.normal(size=(e, 3)), "W_V": rng.normal(size=(f, 2))}
        stage = attention(x, key_input=keys, value_input=values, matrices=w)["attention"]
        scores = x @ w["W_Q"] @ (keys @ w["W_K"]).T / 3**0.5
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        due = shares / shares.sum(axis=1, keepdims=True) @ (values @ w["W_V"])
        np.testing.assert_allclose(stage.result.values, due, rtol=1e-10, atol=1e-12)


def test_one_of_them_alone_leaves_the_other_as_it_is() -> None:
    done = tmat("attention -m X='1 0; 0 1' -m value_input='5 0; 0 7' --no-weights --no-scale --no-project")
    weights = done["weights"]
    np.testing.assert_allclose(done["Z"], weights @ [[5, 0], [0, 7]], rtol=1e-12)
    assert "values from value_input" in done.notes


X, OTHER = "-m X='1 0 2; 0 1 1'", "'2 2 1; 1 1 1; 0 1 0'"
WEIGHTS = "-m W_Q='1 0; 0 1; 1 1' -m W_K='1 2; 0 1; 1 1' -m W_V='1 0; 3 1; 1 1'"


def test_key_and_value_are_inputs_where_their_weights_are_given() -> None:
    done = tmat(f"attention {X} {WEIGHTS} -m key={OTHER} -m VALUES='3 2 1; 1 1 1; 1 0 1'")
    named = tmat(f"attention {X} {WEIGHTS} -m key_input={OTHER} -m value_input='3 2 1; 1 1 1; 1 0 1'")
    np.testing.assert_array_equal(done["Z"], named["Z"])
    assert done["K"].tolist() == [[3, 7], [2, 4], [0, 1]]
    assert {"keys from key_input", "values from value_input"} <= set(done.notes)
    assert done.entry("key_input")["origin"].endswith("key is read as key_input")


def test_by_their_width_where_weights_are_drawn() -> None:
    done = tmat(f"attention {X} --d-k 2 --seed 4 -m key={OTHER} -m value='3 2 1; 1 1 1; 1 0 1'")
    named = tmat(f"attention {X} --d-k 2 --seed 4 -m key_input={OTHER} -m value_input='3 2 1; 1 1 1; 1 0 1'")
    np.testing.assert_array_equal(done["Z"], named["Z"])


def test_else_they_are_k_and_v_themselves() -> None:
    for start in ("-m query='1 0 2; 0 1 1'", f"{X} -m Q='1 0 2; 0 1 1'", f"{X} --no-weights"):
        done = tmat(f"attention {start} -m key={OTHER} -m value='3 2 1; 1 1 1; 1 0 1' --no-project")
        named = tmat(f"attention {start} -m K={OTHER} -m V='3 2 1; 1 1 1; 1 0 1' --no-project")
        np.testing.assert_array_equal(done["Z"], named["Z"])
    narrow = tmat(f"attention {X} --d-k 2 -m key='1 2; 3 4; 5 6' -m value='3 2 1; 1 1 1; 1 0 1' --no-project")
    assert "W_K" not in narrow.stage["given"] and "keys from key_input" not in narrow.notes


def test_what_would_do_for_both_is_asked_for() -> None:
    for how, letter in ((f"-m key={OTHER}", "K"), (f"--d-k 2 -m value={OTHER}", "V")):
        message = refused(f"attention {X} {how}")
        assert f"can be {letter}, or the input that {letter} is made of" in message
        assert f"say which: -m {letter}=…, or -m " in message
        named = how.replace("key=", "key_input=").replace("value=", "value_input=")
        tmat(f"attention {X} {named} -m {'value' if letter == 'K' else 'key'}_input={OTHER}")


def test_the_base_of_the_softmax() -> None:
    scores = np.array([[0.5, 2.0, -1.0]])
    due = 3.0**scores / (3.0**scores).sum()
    alone = tmat("attention -m scaled='0.5 2 -1' --base 3")
    np.testing.assert_allclose(alone["weights"], due, rtol=1e-14)
    assert "softmax of powers of 3" in alone.notes and alone.stage["params"]["softmax_base"] == 3.0


def test_with_rotary_positions_it_is_theirs() -> None:
    both = tmat(f"attention {X} --d-k 2 --rotary halves --base 3 --softmax-base 2 --seed 1")
    assert {"rotary base 3", "softmax of powers of 2"} <= set(both.notes)
    one = tmat(f"attention {X} --d-k 2 --rotary halves --base 3 --seed 1")
    assert not any("softmax" in note for note in one.notes)


def test_every_attention_of_a_decoder_has_it() -> None:
    said = "decode -m memory='1 2; 3 4' --words 'you win' --max-tokens 1 --seed 2"
    one, other = tmat(f"{said} --base 3"), tmat(f"{said} --softmax-base 3")
    assert one.output == other.output
    crossing = next(stage for stage in one.stages if stage["id"].endswith("cross-attention"))
    assert crossing["params"]["softmax_base"] == 3.0


def test_a_cache_holds_on_to_it() -> None:
    before = tmat(f"attention {X} --d-k 2 --seed 1 --base 3").output
    after = tmat("attention --cache -m X='1 1 1'", before)
    assert after.stage["params"]["softmax_base"] == 3.0
    assert "it has --softmax-base 3" in refused("attention --cache -m X='1 1 1' --base 4", before)
