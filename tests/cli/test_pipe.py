"""What flows from command to command: worksheets, several of them, bare JSON; one process or eight, the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.cli.running import attempt, pipe, refused, tmat

DATA = Path(__file__).parents[2] / "src/tmat/articles/data/thrones_corpus.txt"

SEVEN = (
    "embed --text 'When you play game of thrones' --d-model 6 --seed 1",
    "posenc",
    "attention --d-k 4 --heads 2",
    "addnorm",
    "ffn",
    "addnorm",
    "decode",
)


@pytest.fixture(scope="module")
def positions() -> str:
    """A worksheet with embeddings and positions, four tokens of width 4."""
    return pipe("vocab --text 'you win or you die'", "embed --text 'or you die you' --d-model 4", "posenc").output


def test_seven_stages_lead_to_a_word_twice_the_same() -> None:
    corpus = DATA.read_text(encoding="utf-8")
    first, again = (pipe("vocab", *SEVEN, stdin=corpus).output for _ in range(2))
    assert first == again
    [sheet] = (json.loads(line) for line in first.splitlines())
    kinds = [stage["id"] for stage in sheet["stages"]][:7]
    assert kinds == ["vocab", "embed", "posenc", "attention", "addnorm", "ffn", "addnorm-2"]
    assert len(sheet["vocabulary"]["words"]) == 25  # 23, <start> and <end>
    last = sheet["stages"][-1]
    assert last["params"]["word"] in sheet["vocabulary"]["words"]
    [probabilities] = [step for step in last["steps"] if step["name"] == "probabilities"]
    np.testing.assert_allclose(np.sum(probabilities["values"], axis=1), 1, rtol=1e-12)
    assert probabilities["cols"] == sheet["vocabulary"]["words"]


POST = ["attention --heads 2{q}", "addnorm{n1}", "ffn --d-ff 5{f}", "addnorm"]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("init", ["uniform", "normal", "torch-linear"])
def test_encode_is_the_pipe_bit_for_bit(positions: str, layers: int, init: str) -> None:
    common = f" --seed 3 --init {init}"
    stages = [line.format(q="", n1="", f="") + common for _ in range(layers) for line in POST]
    piped = pipe(*stages, stdin=positions).output
    assert tmat(f"encode --layers {layers} --heads 2 --d-ff 5{common}", positions).output == piped


PRE = (
    "addnorm --no-residual", "attention", "addnorm --norm none --residual-of addnorm",
    "addnorm --no-residual", "ffn", "addnorm --norm none --residual-of addnorm-3",
)  # fmt: skip


@pytest.mark.parametrize("init", ["uniform", "xavier", "torch-rand", "torch-linear"])
@pytest.mark.parametrize(("order", "stages"), [("post", ("attention", "addnorm", "ffn", "addnorm") * 2), ("pre", PRE)])
def test_encode_draws_the_input_that_the_pipe_draws(order: str, stages: tuple[str, ...], init: str) -> None:
    common = f" --seed 7 --init {init}"
    first, *others = (stage + common for stage in stages)
    piped = pipe(f"{first} --positions 3 --d-model 4", *others).output
    layers = 2 if order == "post" else 1
    assert tmat(f"encode --layers {layers} --norm-order {order} --positions 3 --d-model 4{common}").output == piped


def test_encode_is_the_pipe_with_weights_of_each_layer(positions: str) -> None:
    stages, own = [], ["-m beta1='0 0 0 1'"]
    for layer in (1, 2):
        q = f" -m W_Q='{layer} 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 1'"
        gamma, w_1 = f"'1 2 {layer} 4'", f"'1 {layer}; 0 1; 1 0; 0 1'"
        stages += [
            f"attention --heads 2{q} --mask causal --valid 3", f"addnorm -m gamma={gamma} -m beta='0 0 0 1'",
            f"ffn -m W_1={w_1} --activation gelu", "addnorm --deviation sample".removesuffix(" --deviation sample"),
        ]  # fmt: skip
        own += [q.replace("W_Q", f"layer{layer}.W_Q"), f"-m layer{layer}.gamma1={gamma}", f"-m layer{layer}.w1={w_1}"]
    encoded = tmat(f"encode --layers 2 --heads 2 --mask causal --valid 3 --activation gelu {' '.join(own)}", positions)
    assert encoded.output == pipe(*stages, stdin=positions).output


def test_encode_before_the_sublayers_is_the_pipe(positions: str) -> None:
    norm = " --norm rms --epsilon 0.001"
    stages = []
    for layer in (1, 2):
        first, second = (f"addnorm{'' if 4 * layer - 4 + k == 0 else f'-{4 * layer - 3 + k}'}" for k in (0, 2))
        stages += [
            f"addnorm --no-residual{norm}", "attention --d-k 3 --bias all", f"addnorm --norm none --residual-of {first}",
            f"addnorm --no-residual{norm}", "ffn --no-bias", f"addnorm --norm none --residual-of {second}",
        ]  # fmt: skip
    whole = tmat(f"encode --layers 2 --norm-order pre --d-k 3 --bias all --no-ffn-bias{norm}", positions)
    assert whole.output == pipe(*stages, stdin=positions).output


def test_encode_only_keeps_what_is_asked_for(positions: str) -> None:
    done = tmat("encode --layers 2 --only layer2.weights,output", positions)
    fresh = done.stages[3:]
    assert [[step["name"] for step in stage["steps"]] for stage in fresh] == [["weights"], ["normalized"]]
    full = tmat("encode --layers 2", positions)
    assert done["normalized"].tolist() == full["normalized"].tolist()


def test_several_worksheets_each_as_it_is_done() -> None:
    two = "[[1, 2], [3, 4]]\n" + json.dumps({"X": [[5, 6]]}) + tmat("attention -m X='7 8' --seed 1").output
    done = tmat("ffn --layers 1 --no-bias -m W_1='1; 1'", two)
    assert [sheet["stages"][-1]["steps"][0]["values"] for sheet in done.sheets[:2]] == [[[3], [7]], [[11]]]
    assert len(done.sheets) == 3
    assert [stage["id"] for stage in done.sheets[2]["stages"]] == ["attention", "ffn"]


def test_a_worksheet_goes_out_before_the_next_is_read() -> None:
    broken = attempt("ffn --layers 1 -m W_1='1; 1'", "[[1, 2]]\n[[1, 2]")
    assert broken.code == 2
    assert len(broken.sheets) == 1
    assert "the JSON stops before its end" in broken.errors


@pytest.mark.parametrize(
    "command", ["attention", "addnorm", "ffn", "posenc", "encode", "decode", "embed --text a", "show"]
)
@pytest.mark.parametrize("nothing", ["", " \n"])
def test_a_pipe_with_nothing_is_an_error(command: str, nothing: str) -> None:
    said = refused(command, nothing)
    assert "the pipe ended without a worksheet" in said or "no worksheet" in said


@pytest.mark.parametrize(
    ("command", "name"),
    [("attention --no-project", "X"), ("addnorm --no-residual", "X"), ("ffn", "X"), ("posenc", "E"), ("encode", "X"),
     ("embed --text 'a b'", "W_E")],
)  # fmt: skip
def test_bare_json_is_taken(command: str, name: str) -> None:
    bare = tmat(command, "[[1, 2], [3, 4]]").stages
    named = tmat(command, json.dumps({name: [[1, 2], [3, 4]]})).stages
    folded = tmat(command, json.dumps({name.lower().replace("_", ""): [[1.0, 2.0], [3.0, 4.0]]})).stages
    assert bare[0]["given"][name]["values"] == [[1, 2], [3, 4]]
    for other in (named, folded):
        assert [stage["steps"] for stage in other] == [stage["steps"] for stage in bare]


def test_options_override_what_came_down_the_pipe(positions: str) -> None:
    assert tmat("attention -m X='1 2 3 4'", positions)["X"].tolist() == [[1, 2, 3, 4]]
    assert tmat("attention", positions)["X"].tolist() == tmat("posenc", positions)["E"].tolist()


def test_what_is_left_out_is_not_needed_to_read_the_rest() -> None:
    some = tmat("attention --only scores").output
    shown = tmat("show", some)
    assert shown.stage["output"] == ""
    assert shown.steps == ["scores"]
    assert "ffn needs X" in refused("ffn", some)
    assert tmat("ffn", tmat("attention --only output").output).steps == ["hidden", "activated", "output"]


def test_every_float_comes_back_to_the_bit() -> None:
    odd = "0.1 1e308 -1e308 5e-324; 2.2250738585072014e-308 -0.0 inf -inf; 1e-310 0.30000000000000004 123456789.123456789 1"
    done = tmat("show", tmat(f"addnorm -m X='{odd}' --no-residual --norm none").output)
    expected = np.array([[float(cell) for cell in row.split()] for row in odd.split(";")])
    assert done["X"].tobytes() == expected.tobytes()


def run_outside(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "tmat", *arguments], input=stdin, capture_output=True, timeout=60)


def test_a_process_says_the_same_as_this_one() -> None:
    inside = tmat("attention", "[[1, 2], [3, 4]]").output
    outside = run_outside("attention", stdin=b"[[1, 2], [3, 4]]")
    assert (outside.returncode, outside.stdout.decode(), outside.stderr) == (0, inside, b"")
