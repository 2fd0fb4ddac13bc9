"""A model's files, batches and transposes on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.running import attempt, refused, tmat

MODELS = Path(__file__).parent.parent.parent / "fixtures" / "models"
EXPECTED = dict(np.load(MODELS / "expected.npz"))


@pytest.fixture
def x(tmp_path: Path) -> Path:
    """The input of the encoder's file, as a batch of two: the second is it."""
    path = tmp_path / "x.npy"
    np.save(path, np.stack([np.zeros((3, 4)), EXPECTED["encoder.X"]]))
    return path


def test_a_file_alone_is_all_that_the_stage_takes_of_it(x: Path) -> None:
    for said in ("--weights", "-m"):
        done = tmat(f"attention -m X={x} --batch 2 {said} {MODELS}/mha.safetensors --heads 2")
        np.testing.assert_allclose(done["output"], EXPECTED["mha.output"], rtol=1e-12)
    assert done.entry("X")["origin"] == f"{x}; 2 of a batch of 2"
    assert done.entry("W_V")["origin"] == f"{MODELS}/mha.safetensors:in_proj_weight, rows 9–12, transposed"


def test_a_stack_of_a_file(x: Path) -> None:
    done = tmat(f"encode -m X={x} --batch 2 --weights {MODELS}/encoder.pt --layers 2 --heads 2 --epsilon 1e-5")
    np.testing.assert_allclose(done["output"], EXPECTED["encoder.output"], rtol=1e-12)


def test_a_matrix_given_by_name_wins(x: Path) -> None:
    done = tmat(f"ffn -m X={x} --batch 2 -m b_2='0 0 0 0' --weights {MODELS}/encoder.pt:layers.1")
    assert done["b_2"].tolist() == [[0.0] * 4]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("attention -m X={x}", "X has 3 dimensions (2×3×4)\n  a matrix has rows and columns: two\n  choose one of the 2: --batch 1"),
        ("attention -m X={x} --batch 3", "--batch 3 does not fit X\n  expected 1 to 2"),
        ("attention -m X='1 2' --batch 1", "--batch 1 has no use\n  no matrix given has more than two dimensions"),
        ("addnorm -m X={x} --batch 1 --weights {models}/encoder.pt:layers.1", "choose one: {models}/encoder.pt:model.layers.1.norm1"),
        ("posenc --weights {models}/mha.pt -m E='1 2'", "{models}/mha.pt has no weights of posenc"),
        ("attention --weights {models}/mha.pt:layer.1", "no place 'layer.1' in {models}/mha.pt\n  all its weights are of one place"),
        ("attention -m W_1={models}/mha.pt", "no matrix 'W_1' in {models}/mha.pt\n  it has in_proj_weight, in_proj_bias"),
        ("attention -m W_Q={models}/encoder.pt", "2 tensors in {models}/encoder.pt may be W_Q\n  model.layers.0.self_attn.in_proj_weight, "),
        ("attention -m W_Q={models}/encoder.pt", "choose one: -m W_Q={models}/encoder.pt:model.layers.0.self_attn.in_proj_weight"),
        ("attention -m X='1 2' -m W_Q='1 2; 3 4; 5 6; 7 8; 9 0; 1 2'", "W_Q may be W_Q, W_K and W_V in one: --weights FILE cuts it"),
        ("attention -m X='1 2 3; 4 5 6' -m W_Q='1 2 3'", "W_Q fits transposed: -m W_Q.T=…; or try a W_Q with 3 rows"),
        ("attention -m nofile.pt", "'nofile.pt' names no matrix"),
    ],
)  # fmt: skip
def test_what_is_said(line: str, said: str, x: Path) -> None:
    names = {"x": x, "models": MODELS}
    assert said.format(**names) in refused(line.format(**names))


def test_the_transpose_that_is_advised_fits() -> None:
    done = tmat("attention -m X='1 2 3; 4 5 6' -m W_Q.T='1 2 3' -m W_K.T='1 0 0'")
    assert done["Q"].tolist() == [[14.0], [32.0]]


def test_one_tensor_of_standard_input() -> None:
    data = (MODELS / "mha.safetensors").read_bytes()
    done = tmat("attention -m X='1 2 3 4' -m W_Q.T=-:out_proj.weight -m b_Q=-:out_proj.bias --seed 1", data)
    state = dict(np.load(MODELS / "mha.npz"))
    np.testing.assert_array_equal(done["W_Q"], state["out_proj.weight"].T)
    np.testing.assert_array_equal(done["b_Q"], state["out_proj.bias"][None])


def test_show_takes_one_of_a_batch(x: Path) -> None:
    assert tmat(f"show {x} --batch 1 --format csv").output.splitlines()[1] == "1,0.0,0.0,0.0,0.0"
    assert "--batch 1" in refused(f"show {x}")


def test_a_model_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mha.npz"
    whole = (MODELS / "mha.npz").read_bytes()
    path.write_bytes(whole)
    for said in (f"-m {path}", f"--weights {path}", f"-m {path}:self_attn", f"--weights {path}:self_attn"):
        assert "an input is never written over" in refused(f"attention -m X='1 2 3 4' {said} -o {path}")
    assert path.read_bytes() == whole


def test_a_dump_is_marked_and_a_batch_in_it_costs_itself_alone(x: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    tmat(f"attention -m X={x} --batch 2 -m {MODELS}/mha.pt --only Q,K,scores -o {key}")
    steps = {step["name"]: np.array(step["values"]) for step in json.loads(key.read_text())["stages"][0]["steps"]}
    dump = tmp_path / "dump.npz"
    np.savez(dump, Q=steps["Q"][None], K=steps["K"][:, None], batch=np.stack([steps["scores"]] * 2))
    done = attempt(f"check {dump} --key {key}")
    assert [line.split()[:4] for line in done.output.splitlines()[:2]] == [
        ["Q", "12", "of", "12"],
        ["K", "12", "of", "12"],
    ]
    assert "not read: batch has 3 dimensions (2×3×3)" in done.output


def test_a_dump_of_heads_is_one_a_head(x: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    tmat(f"attention -m X={x} --batch 2 -m {MODELS}/mha.pt --heads 2 -o {key}")
    steps = {step["name"]: np.array(step["values"]) for step in json.loads(key.read_text())["stages"][0]["steps"]}
    dump = tmp_path / "dump.npz"
    np.savez(
        dump,
        attn_weights=np.stack([steps["weights1"], steps["weights2"]])[None],
        Q=np.stack([steps["Q1"], steps["Q2"]]),
    )
    done = attempt(f"check {dump} --key {key} --format csv")
    names, verdicts = (line.split(",") for line in done.output.splitlines())
    right = [name for name, verdict in zip(names, verdicts, strict=True) if verdict == "right"]
    assert right == ["Q1", "Q2", "weights1", "weights2"]


@pytest.mark.parametrize("suffix", ["safetensors", "pt", "npz"])
@pytest.mark.parametrize("name", ["", ":in_proj_weight"])
def test_one_weight_of_a_state_dict(suffix: str, name: str) -> None:
    state, path = dict(np.load(MODELS / "mha.npz")), f"{MODELS}/mha.{suffix}"
    turned = "-m W_V.T=" if name else "-m W_V="  # the same of a Linear's, said or known
    line = f"attention -m X='1 2 3 4' -m W_Q={path}{name} -m b_K={path} {turned}{path}{name} -m W_O={path} --seed 1"
    done = tmat(line)
    for n, q in enumerate("QKV"):
        if q != "K":
            np.testing.assert_array_equal(done[f"W_{q}"], state["in_proj_weight"][4 * n : 4 * n + 4].T)
    np.testing.assert_array_equal(done["b_K"], state["in_proj_bias"][None, 4:8])
    np.testing.assert_array_equal(done["W_O"], state["out_proj.weight"].T)
    assert done.entry("W_Q")["origin"] == f"{path}:in_proj_weight, rows 1–4, transposed"
    assert f"W_Q from {path}:in_proj_weight, rows 1–4, transposed" in tmat(f"{line} --format table").output


def test_one_weight_of_gpt2_stands_as_it_is_taken(tmp_path: Path) -> None:
    packed = np.arange(12.0).reshape(2, 6)
    np.savez(
        tmp_path / "gpt.npz",
        **{"h.0.attn.c_attn.weight": packed, "h.0.attn.c_proj.weight": np.eye(2), "h.1.attn.c_attn.weight": -packed},
    )
    done = tmat(f"attention -m X='1 2' -m W_K={tmp_path}/gpt.npz:h.1 -m W_O={tmp_path}/gpt.npz --seed 1")
    np.testing.assert_array_equal(done["W_K"], -packed[:, 2:4])
    (tmp_path / "q.json").write_text('{"a.query.weight": [[1, 2], [3, 4]], "a.key.weight": [[5, 6], [7, 8]]}')
    done = tmat(f"attention -m X='1 2' -m W_Q={tmp_path}/q.json -m W_K={tmp_path}/q.json:a.query.weight --seed 1")
    assert done["W_Q"].tolist() == done["W_K"].tolist() == [[1.0, 3.0], [2.0, 4.0]]
