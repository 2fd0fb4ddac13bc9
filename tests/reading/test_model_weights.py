"""Weights as frameworks save them, given to the stages: the output is torch's. The files and numbers: tests/oracles/models.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.running import refused

import tmat
from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.reading.sources import read_matrix
from tmat.reading.weights import read_weights
from tmat.stages.parts.stack import by_layer

MODELS = Path(__file__).parent.parent.parent / "fixtures" / "models"
EXPECTED: dict[str, Any] = dict(np.load(MODELS / "expected.npz"))
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def same(found: tmat.Worksheet, case: str) -> None:
    assert found.last is not None
    np.testing.assert_allclose(found.last.result.values, EXPECTED[f"{case}.output"], **EXACT)


@pytest.mark.parametrize("suffix", ["npz", "pt", "safetensors"])
def test_multihead_attention_is_torchs(suffix: str) -> None:
    weights = read_weights(str(MODELS / f"mha.{suffix}"), "attention")
    same(tmat.attention(EXPECTED["mha.X"], heads=2, matrices=weights), "mha")


def test_the_origin_says_what_was_done() -> None:
    path = str(MODELS / "mha.pt")
    found = read_weights(path)
    assert found["W_K"].origin == f"{path}:in_proj_weight, rows 5–8, transposed"
    assert found["b_V"].origin == f"{path}:in_proj_bias, numbers 9–12"
    assert found["W_O"].origin == f"{path}:out_proj.weight, transposed"


@pytest.mark.parametrize(("place", "case"), [("h.1", "gpt2.attn")])
def test_gpt2s_attention_is_not_transposed(place: str, case: str) -> None:
    weights = read_weights(f"{MODELS / 'gpt2.safetensors'}:{place}", "attention")
    assert weights["W_Q"].origin.endswith("h.1.attn.c_attn.weight, columns 1–4")
    same(tmat.attention(EXPECTED[f"{case}.X"], heads=2, mask="causal", matrices=weights), case)


def test_gpt2s_network_and_norm() -> None:
    path = MODELS / "gpt2.safetensors"
    weights = read_weights(f"{path}:h.0", "ffn")
    same(tmat.ffn(EXPECTED["gpt2.mlp.X"], activation="gelu-tanh", matrices=weights), "gpt2.mlp")
    norm = read_weights(f"{path}:h.1.ln_2", "addnorm")
    same(tmat.addnorm(EXPECTED["gpt2.ln.X"], add_residual=False, epsilon=1e-5, matrices=norm), "gpt2.ln")


def test_query_key_value_of_bert() -> None:
    weights = dict(read_weights(f"{MODELS / 'bert.bin'}:encoder.layer.1", "attention"))
    assert sorted(weights) == ["W_K", "W_O", "W_Q", "W_V", "b_K", "b_O", "b_Q", "b_V"]
    del weights["W_O"], weights["b_O"]  # the module seen ends before the projection
    same(tmat.attention(EXPECTED["bert.self.X"], heads=2, project=False, matrices=weights), "bert.self")


def test_q_proj_of_bart() -> None:
    weights = read_weights(str(MODELS / "bart.npz"), "attention")
    same(tmat.attention(EXPECTED["bart.attn.X"], heads=2, matrices=weights), "bart.attn")


@pytest.mark.parametrize(
    ("file", "case", "how"),
    [
        ("encoder.pt", "encoder", {"epsilon": 1e-5}),
        ("bert.bin", "bert", {"epsilon": 1e-12, "activation": "gelu"}),
        ("gpt2.safetensors", "gpt2", {"norm_order": "pre", "mask": "causal", "activation": "gelu-tanh"}),
    ],
)
def test_all_layers_are_a_stack(file: str, case: str, how: dict[str, Any]) -> None:
    weights = read_weights(str(MODELS / file), "encode")
    same(tmat.encode(EXPECTED[f"{case}.X"], layers=2, heads=2, matrices=weights, **how), case)


def test_a_state_dict_in_python_needs_no_file() -> None:
    state = dict(np.load(MODELS / "mha.npz"))
    same(tmat.attention(EXPECTED["mha.X"], heads=2, matrices=read_weights(state, "attention")), "mha")


def test_where_several_layers_fit_it_says_which() -> None:
    with pytest.raises(InputError) as error:
        read_weights(str(MODELS / "bert.bin"), "attention")
    path = MODELS / "bert.bin"
    assert str(error.value) == (
        f"2 places in {path} have such weights\n"
        "  they are encoder.layer.0, encoder.layer.1\n"
        f"  choose one: {path}:encoder.layer.0"
    )
    with pytest.raises(InputError, match=r"no place 'layer\.7' in"):
        read_weights(f"{path}:layer.7", "attention")


def test_a_stack_of_another_height_is_refused() -> None:
    block = refused(f"encode -m X='1 2 3 4' --weights {MODELS / 'bert.bin'} --layers 3")
    assert "--layers 3 does not fit" in block
    assert "it has 2 layers\n  try --layers 2" in block


@pytest.mark.parametrize(
    ("names", "takes"),
    [
        ({"attn.qkv.weight": (12, 4), "attn.proj.weight": (4, 4)}, "attention"),
        ({"att.W_query.weight": (2, 4), "att.W_key.weight": (2, 4), "att.W_value.weight": (2, 4), "att.out_proj.weight": (4, 2)}, "attention"),
        ({"self_attn.linears.0.weight": (4, 4), "self_attn.linears.1.weight": (4, 4), "self_attn.linears.2.weight": (4, 4), "self_attn.linears.3.weight": (4, 4)}, "attention"),
        ({"attention.q_lin.weight": (4, 4), "attention.k_lin.weight": (4, 4), "attention.v_lin.weight": (4, 4), "attention.out_lin.weight": (4, 4)}, "attention"),
        ({"encoder.block.0.layer.0.SelfAttention.q.weight": (4, 4), "encoder.block.0.layer.0.SelfAttention.k.weight": (4, 4), "encoder.block.0.layer.0.SelfAttention.v.weight": (4, 4), "encoder.block.0.layer.0.SelfAttention.o.weight": (4, 4)}, "attention"),
        ({"model.layers.0.self_attn.q_proj.weight": (4, 4), "model.layers.0.self_attn.k_proj.weight": (4, 4), "model.layers.0.self_attn.v_proj.weight": (4, 4), "model.layers.0.self_attn.o_proj.weight": (4, 4)}, "attention"),
    ],
)  # fmt: skip
def test_names_of_many_libraries(names: dict[str, tuple[int, ...]], takes: str) -> None:
    state = {name: np.arange(float(np.prod(shape))).reshape(shape) for name, shape in names.items()}
    found = read_weights(state, takes)
    assert list(found) == ["W_Q", "W_K", "W_V", "W_O"]
    last = list(state.values())[-1]
    assert found["W_O"].values.tolist() == last.T.tolist()
    assert found["W_V"].height == 4


def test_heads_apart_are_the_stages_own_names() -> None:
    state = {f"blocks.0.sa.heads.{h}.{q}.weight": np.full((2, 4), h) for h in (0, 1) for q in ("query", "key", "value")}
    found = read_weights({**state, "blocks.0.sa.heads.0.tril": np.ones((4, 4))}, "attention")
    assert sorted(found) == ["W_K1", "W_K2", "W_Q1", "W_Q2", "W_V1", "W_V2"]
    assert found["W_Q2"].values.tolist() == [[1.0, 1.0]] * 4


@pytest.mark.parametrize(("name", "shape"), [("attention.query_key_value", (12, 4)), ("attn.qkv_proj", (8, 4))])
def test_what_cannot_be_cut_rightly_is_refused(name: str, shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="packs queries, keys and values in a way that it does not say"):
        read_weights({f"{name}.weight": np.ones(shape)}, "attention")


def test_a_gated_network_has_two_branches() -> None:
    names = {"gate_proj": "W_1", "up_proj": "W_3", "down_proj": "W_2"}
    state = {f"mlp.{name}.weight": np.full((4, 4), float(n)) for n, name in enumerate(names)}
    found = read_weights(state, "ffn")
    assert {name: found[name].values[0, 0] for name in found} == {name: n for n, name in enumerate(names.values())}
    assert list(found) == list(names.values())


def test_names_of_nobodys_are_what_they_were() -> None:
    assert list(read_weights({"W_Q": np.ones((2, 2)), "b_Q.T": np.ones((2, 1))})) == ["W_Q", "b_Q"]


T5 = [f"encoder.block.0.layer.{n}" for n in ("0.SelfAttention.q", "0.SelfAttention.k", "0.SelfAttention.v", "0.SelfAttention.o", "0.layer_norm",
                                             "1.DenseReluDense.wi", "1.DenseReluDense.wo", "1.layer_norm")]  # fmt: skip


def state_of(names: list[str], size: int = 2) -> dict[str, Any]:
    """Weights of these modules, each full of its own number."""
    return {
        f"{name}.weight": np.full((size,) if "norm" in name else (size, size), float(n)) for n, name in enumerate(names)
    }


def test_two_things_of_one_name_are_told_apart() -> None:
    found = read_weights(state_of(T5), "encode")
    assert {name.removeprefix("layer1."): float(matrix.values.flat[0]) for name, matrix in found.items()} == {
        "W_Q": 0, "W_K": 1, "W_V": 2, "W_O": 3, "gamma1": 4, "W_1": 5, "W_2": 6, "gamma2": 7,
    }  # fmt: skip
    twice = state_of(["attn.query", "attn.key", "attn.value", "attn.q_proj"])
    with pytest.raises(InputError) as error:
        read_weights(twice, "attention")
    assert str(error.value).startswith(
        "two tensors in the state dict may be W_Q\n  attn.query.weight, attn.q_proj.weight\n"
    )


@pytest.mark.parametrize(
    ("names", "stage", "said"),
    [
        (["mlp.gate_up_proj", "mlp.down_proj"], "ffn", "the state dict has no W_1 that is known as one"),
        (["attn.q_proj", "attn.v_proj"], "attention", "the state dict has no W_K that is known as one"),
        (["h.0.attn.q_proj", "h.0.attn.k_proj", "h.0.attn.v_proj", "h.0.mlp.fc_in", "h.0.mlp.fc_out", "h.0.ln_1"], "encode", "a layer of the state dict has 1 norm"),
        ([*T5, "encoder.block.0.layer.2.layer_norm"], "encode", "a layer of the state dict has 3 norms"),
        (["encoder.layers.0.fc1", "encoder.layers.0.fc2", "decoder.layers.0.fc1", "decoder.layers.0.fc2"], "encode", "the state dict has 2 stacks of layers"),
    ],
)  # fmt: skip
def test_what_would_be_drawn_or_lost_is_refused(names: list[str], stage: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_weights(state_of(names), stage)
    assert str(error.value).startswith(said)


def test_a_decoder_has_two_attentions_a_layer() -> None:
    sides = ("self_attn", "multihead_attn")
    state = {f"decoder.layers.0.{side}.in_proj_weight": np.full((6, 2), n) for n, side in enumerate(sides)}
    state |= {f"decoder.layers.0.{side}.out_proj.weight": np.full((2, 2), n) for n, side in enumerate(sides)}
    state |= state_of([f"decoder.layers.0.{name}" for name in ("linear1", "linear2", "norm1", "norm2", "norm3")])
    found = read_weights(state, "decode")
    assert {float(found[f"layer1.cross.{name}"].values.flat[0]) for name in ("W_Q", "W_K", "W_V", "W_O")} == {1.0}
    layer = by_layer(found, layers=1, norms=3, crossing=True)[0]
    assert sorted(layer.attention) == sorted(layer.cross) == ["W_K", "W_O", "W_Q", "W_V"]
    assert sorted(layer.norms) == [1, 2, 3]


def test_a_module_alone_is_a_weight_and_a_bias(tmp_path: Path) -> None:
    weight, bias = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([7.0, 8])
    file = str(tmp_path / "linear.npz")
    np.savez(file, weight=weight, bias=bias)
    found = read_matrix("W_Q", file)
    assert (found.values == weight.T).all()
    assert found.origin == f"{file}:weight, transposed"
    assert (read_matrix("W_Q", file, transposed=True).values == weight.T).all()
    assert read_matrix("b_Q", file).values.tolist() == [[7, 8]]
    assert (read_matrix("W_E", file).values == weight).all()  # an Embedding's stands as it is used
    np.savez(file, weight=bias, bias=bias + 1)
    assert read_matrix("gamma", file).values.tolist() == [[7, 8]]
    assert read_matrix("beta", file).values.tolist() == [[8, 9]]


def test_a_torch_file_is_an_answer_as_it_is_a_matrix() -> None:
    answers = Answers.read(MODELS / "mha.pt")
    for answer in answers:
        assert (answer.values == read_matrix("X", f"{MODELS / 'mha.pt'}:{answer.name}").values).all()
    assert len(answers) == 4
