"""A model's folder: what is missing or would change the numbers is said, and the field that decides it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.models.families import MODELS

import tmat
from tmat.errors import InputError
from tmat.reading.safetensors import map_safetensors

BERT = MODELS / "bert"
NAMES = ("config.json", "model.safetensors", "tokenizer.json")


def renamed(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A .safetensors with another header; the numbers stay where they are."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.dumps(change(json.loads(data[8 : 8 + length]))).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + data[8 + length :])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a model, to be changed."""
    for name in NAMES:
        shutil.copy(BERT / name, tmp_path / name)
    return tmp_path


def config(folder: Path, **fields: Any) -> None:
    path = folder / "config.json"
    said = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({name: value for name, value in said.items() if value is not ...}))


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as refused:
        tmat.read_model(folder)
    return str(refused.value).replace(str(folder), "FOLDER")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"model_type": "bart"},
         "FOLDER/config.json is of no model that is known\n"
         "  model_type is 'bart', and that field decides where the tensors go and what is computed\n"
         "  known are bert, gpt2, llama, mistral, qwen2, qwen3\n"
         "  missing is a family that says what its hidden_act, hidden_size, intermediate_size, layer_norm_eps, max_position_embeddings, "),
        ({"model_type": ...},
         "FOLDER/config.json is of no model that is known\n"
         "  it has no model_type, and that field decides where the tensors go and what is computed"),
        ({"hidden_act": "mish"}, "FOLDER/config.json: hidden_act is 'mish'\n  expected one of gelu,"),
        ({"layer_norm_eps": ...},
         "FOLDER/config.json has no layer_norm_eps\n  it decides the arithmetic, and is not guessed"),
        ({"num_attention_heads": "4"}, "FOLDER/config.json: num_attention_heads is '4'\n  expected a whole number from 1"),
        ({"num_attention_heads": 3}, "FOLDER/config.json: num_attention_heads is 3\n  hidden_size, 16, is no multiple of it"),
        ({"layer_norm_eps": 0}, "FOLDER/config.json: layer_norm_eps is 0\n  expected a number above 0"),
        ({"position_embedding_type": "relative_key"}, "FOLDER/config.json: position_embedding_type is 'relative_key'\n"),
        ({"is_decoder": True}, "FOLDER/config.json: is_decoder is True\n"),
        ({"num_hidden_layers": 1},
         "FOLDER has a tensor encoder.layer.1.attention.output.LayerNorm.bias\n  config.json says 1 layer"),
        ({"num_hidden_layers": 3},
         "FOLDER has no tensor encoder.layer.2.attention.self.query.weight\n  a BERT of 3 layers, as config.json says it, has one"),
    ],
)  # fmt: skip
def test_a_config_that_asks_for_something_else(folder: Path, fields: dict[str, Any], error: str) -> None:
    config(folder, **fields)
    assert refusal(folder).startswith(error)


def test_a_tensor_of_a_layer_that_is_not_known(folder: Path) -> None:
    def more(header: dict[str, Any]) -> dict[str, Any]:
        return header | {"encoder.layer.0.attention.self.q_norm.weight": header["pooler.dense.bias"]}

    renamed(folder / "model.safetensors", more)
    assert refusal(folder) == (
        "FOLDER has a tensor encoder.layer.0.attention.self.q_norm.weight\n"
        "  a layer of BERT, as config.json says it, has none such, and it would change the numbers"
    )


def test_old_names_and_a_word_before_all_names(folder: Path) -> None:
    def older(header: dict[str, Any]) -> dict[str, Any]:
        return {
            "bert."
            + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): place
            for name, place in header.items()
            if name != "__metadata__"
        }

    renamed(folder / "model.safetensors", older)
    text = "you win"
    found = tmat.read_model(folder).encode(text).stages[-1].result.values
    np.testing.assert_array_equal(found, tmat.read_model(BERT).encode(text).stages[-1].result.values)


def test_files_that_are_missing(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder / "words.json")
    model = tmat.read_model(folder)
    assert model.encode(ids=[2, 14, 3]).tokens == ("2", "14", "3")
    with pytest.raises(InputError) as refused:
        model.encode("you win")
    assert str(refused.value).startswith(f"there is no {folder}/tokenizer.json\n  it says which words the ids are")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert (
        refusal(folder)
        == "FOLDER has no model.safetensors\n  nor model.safetensors.index.json; it has pytorch_model.bin"
    )
    (folder / "config.json").write_text("[1]")
    assert refusal(folder) == "FOLDER/config.json is no object of names\n  expected { … }"
    (folder / "config.json").write_text("{")
    assert refusal(folder).startswith("FOLDER/config.json is no JSON\n")
    assert refusal(folder / "nowhere") == (
        "FOLDER is not there\n  a model is a folder with config.json and model.safetensors"
    )
    assert refusal(folder / "config.json").startswith("FOLDER is a file\n")


def test_an_index_names_files_of_the_folder_alone(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"W": "../secret.safetensors"}}))
    assert refusal(folder) == (
        "FOLDER/model.safetensors.index.json names ../secret.safetensors\n  expected a file of the same folder"
    )
    index.write_text("{}")
    assert refusal(folder).startswith("FOLDER/model.safetensors.index.json has no weight_map\n")


def test_a_damaged_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"model": {"vocab": {"you": 1}}, "version": "x"}')
    with pytest.raises(InputError) as refused:
        tmat.read_model(folder).encode("you")
    assert str(refused.value).startswith(f"{folder}/tokenizer.json is no tokenizer\n")


def test_without_the_library_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    with pytest.raises(InputError) as refused:
        tmat.read_model(folder).encode("you win")
    assert refused.value.what == "taking a text apart as a model does needs the extra 'models'"
    assert tmat.read_model(folder).encode(tokens=["you", "win"]).tokens == ("you", "win")


@pytest.mark.parametrize("name", ["bfloat16", "float16", "float64", "int8"])
def test_a_mapped_file_is_the_one_that_is_read(name: str) -> None:
    mapped = map_safetensors(str(MODELS / "types.safetensors"))[name]
    expected = tmat.read_matrices(f"{MODELS / 'types.safetensors'}:{name}")[name].values
    np.testing.assert_array_equal(mapped.values(), expected)
    np.testing.assert_array_equal(mapped.rows([1, 0, 1]), expected[[1, 0, 1]])


@pytest.mark.parametrize(
    ("family", "fields", "error"),
    [
        ("mistral", {"num_key_value_heads": 3},
         "FOLDER/config.json: num_key_value_heads is 3\n  the 4 heads cannot share them: expected a divisor"),
        ("qwen3", {"rope_parameters": {"rope_type": "longrope", "rope_theta": 500000.0, "factor": 8.0}},
         "FOLDER/config.json: rope_type is 'longrope'\n  expected one of default, linear, dynamic, llama3, yarn"),
        ("qwen3", {"rope_parameters": ..., "rope_scaling": {"type": "linear"}}, "FOLDER/config.json has no factor\n"),
        ("qwen2", {"layer_types": ["full_attention"]},
         "FOLDER/config.json: layer_types is ['full_attention']\n  expected 2 times one of full_attention, sliding_attention"),
        ("qwen2", {"partial_rotary_factor": 0.5},
         "FOLDER/config.json: partial_rotary_factor is 0.5\n  expected 1: all columns of a head are turned"),
        ("qwen3", {"attention_bias": True},
         "FOLDER has no tensor model.layers.0.self_attn.q_proj.bias\n  a Qwen3 of 2 layers, as config.json says it, has one"),
        ("qwen3", {"model_type": "llama"},
         "FOLDER has a tensor model.layers.0.self_attn.k_norm.weight\n"
         "  a layer of Llama, as config.json says it, has none such, and it would change the numbers"),
        ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "FOLDER/config.json: scale_attn_by_inverse_layer_idx is True\n"),
    ],
)  # fmt: skip
def test_a_decoder_that_asks_for_something_else(
    tmp_path: Path, family: str, fields: dict[str, Any], error: str
) -> None:
    for name in NAMES:
        shutil.copy(MODELS / family / name, tmp_path / name)
    config(tmp_path, **fields)
    assert refusal(tmp_path).startswith(error)


@pytest.mark.parametrize(
    ("family", "fields"),
    [
        ("qwen2.5", {"rope_theta": 100.0, "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8}}),
        ("llama3", {"rope_theta": 5e5, "rope_scaling": {
            "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}}),
    ],
)  # fmt: skip
def test_older_files_say_the_scaling_beside_the_base(tmp_path: Path, family: str, fields: dict[str, Any]) -> None:
    """As the published files of Qwen2.5 and Llama 3.1 do: the same conventions as from rope_parameters."""
    for name in NAMES:
        shutil.copy(MODELS / family / name, tmp_path / name)
    config(tmp_path, rope_parameters=..., **fields)
    assert tmat.read_model(tmp_path).design.options == tmat.read_model(MODELS / family).design.options
    assert "rope_scaling" in tmat.read_model(tmp_path).design.options


def test_a_scaling_without_its_numbers_is_not_guessed(tmp_path: Path) -> None:
    for name in NAMES:
        shutil.copy(MODELS / "llama3" / name, tmp_path / name)
    config(tmp_path, rope_parameters={"rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0})
    assert "has no low_freq_factor\n  it decides the arithmetic, and is not guessed" in refusal(tmp_path)
    config(tmp_path, rope_parameters={"rope_type": "default", "rope_theta": 5e5, "partial_rotary_factor": 0.5})
    assert "partial_rotary_factor is 0.5\n  expected 1: all columns of a head are turned" in refusal(tmp_path)


def test_older_files_say_the_rotary_base_beside(tmp_path: Path) -> None:
    for name in NAMES:
        shutil.copy(MODELS / "qwen2" / name, tmp_path / name)
    config(tmp_path, rope_parameters=..., rope_theta=1e6, layer_types=...)
    model, same = tmat.read_model(tmp_path), tmat.read_model(MODELS / "qwen2")
    assert (
        (model.design.options["base"], model.design.windows)
        == (1e6, (None, 3))
        == (same.design.options["base"], same.design.windows)
    )
    stretched = tmp_path / "config.json"
    stretched.write_text(
        stretched.read_text().replace('"rope_theta"', '"rope_scaling": {"type": "linear", "factor": 2.0}, "rope_theta"')
    )
    assert tmat.read_model(tmp_path).design.options["rope_scaling"] == "linear:2"


@pytest.mark.parametrize(
    "words",
    [
        '{"model": {"vocab": {"you": "1"}}}',
        '{"model": {"vocab": [1]}}',
        '{"model": []}',
        "[]",
        '{"model": {}, "added_tokens": [1]}',
    ],
)
def test_words_that_are_none(folder: Path, words: str) -> None:
    (folder / "tokenizer.json").write_text(words)
    with pytest.raises(InputError) as refused:
        tmat.read_model(folder).encode(tokens=["you"])
    assert refused.value.what == f"{folder}/tokenizer.json is no tokenizer"


@pytest.mark.parametrize(
    ("name", "shape", "error"),
    [
        ("encoder.layer.1.output.dense.weight", [4, 4, 22], "model.safetensors:encoder.layer.1.output.dense.weight is no W_2\n"
         "  expected a matrix, it is 4×4×22"),
        ("embeddings.position_embeddings.weight", [2, 192],
         "model.safetensors:embeddings.position_embeddings.weight has no row of position 3\n  it is 2×192"),
        ("embeddings.token_type_embeddings.weight", [32],
         "model.safetensors:embeddings.token_type_embeddings.weight has no row of token type 0\n  it is 32"),
    ],
)  # fmt: skip
def test_a_tensor_of_another_shape(folder: Path, name: str, shape: list[int], error: str) -> None:
    renamed(folder / "model.safetensors", lambda header: header | {name: header[name] | {"shape": shape}})
    with pytest.raises(InputError) as refused:
        tmat.read_model(folder).encode("you win")
    assert str(refused.value) == f"{folder}/{error}"
