"""What a newcomer reads: the captions of the article's own matrices, and that they are true."""

from __future__ import annotations

import pytest
from tests.cli.running import attempt, pipe, refused, tmat

ARTICLE = "matrices and roundings of the thrones article"
PAGE = "its page: tmat example thrones"


@pytest.mark.parametrize(
    ("command", "notes"),
    [
        ("attention", (ARTICLE, "on its page V is Q, and the root is √6", PAGE)),
        ("posenc", (ARTICLE, "on its page the exponent is 2i/d, and 9 sines stand for cosines", PAGE)),
        ("addnorm", (ARTICLE, "X as on its page, where V is Q", "there the mean is the geometric one", PAGE)),
        ("ffn", (ARTICLE, "X as on its page, after a geometric mean", "its weights are not printed", PAGE)),
        ("embed", ("matrices of the thrones article", PAGE)),
    ],
)
def test_the_articles_matrices_say_where_its_page_differs(command: str, notes: tuple[str, ...]) -> None:
    assert tuple(tmat(command).notes[: len(notes)]) == notes


def test_addnorm_and_ffn_are_the_articles_unless_told() -> None:
    assert "ε = 0.0001 added to the deviation" in tmat("addnorm").notes
    assert "ε = 0.001 added to the deviation" in tmat("addnorm --epsilon 0.001").notes
    assert "ε = 1e-05 inside the root" in tmat("addnorm --norm rms").notes
    assert "no norm" in tmat("addnorm --norm none").notes
    assert tmat("ffn").steps == ["hidden", "activated"]
    assert "two layers" in tmat("ffn --layers 2").notes
    assert "two layers" in tmat("ffn --d-ff 8").notes
    assert "two layers" in tmat("ffn -m 'X=1 2'").notes


def test_the_words_have_the_ids_that_embed_looks_up() -> None:
    words = tmat("vocab").sheets[0]["vocabulary"]["words"]
    alone = tmat("embed")
    assert words == alone.sheets[0]["vocabulary"]["words"]
    piped = pipe("vocab", "embed --text 'you play' --d-model 2")
    assert piped["ids"].tolist() == [[17.0], [7.0]] == alone["ids"].tolist()[1:3]
    assert tmat("vocab").sheets[0]["stages"][0]["notes"][0] == "corpus of the thrones article"
    assert tmat("vocab --order first-seen").sheets[0]["vocabulary"]["words"][:3] == ["I", "drink", "and"]
    assert tmat("vocab --case keep").sheets[0]["vocabulary"]["words"][:3] == ["I", "drink", "and"]


def test_what_the_next_step_takes_is_said_in_words() -> None:
    assert "scores = Q·Kᵀ" in (page := tmat("attention -f table").output)
    assert "exact; rounded to 2 decimals for the next step" in page


def test_the_formula_of_positions_names_the_column() -> None:
    assert "PE = sin, cos(pos / 10000^(2⌊i/2⌋ / 6))" in tmat("posenc -f table").output
    assert "PE = sin, cos(pos / 10000^(2i / 6))" in tmat("posenc --exponent column -f table").output
    assert r"10000^{2 \lfloor i/2\rfloor/6}" in tmat("posenc -f latex").output


def test_the_prediction_is_an_argmax() -> None:
    assert "predicted = argmax(probabilities)" in tmat("decode -f table").output


def test_verdicts_say_whose_numbers_they_are() -> None:
    thrones = tmat("example thrones -f table").output
    assert "     of the article's 24 numbers: 0 right, to 2 decimals\n" in thrones
    assert "     of this the article prints 11.63: right\n" in thrones
    assert "     of this the article prints 9.26: not right\n" in thrones
    assert "     the article's 36 numbers cannot be computed again: W_1 and b_1 are not printed\n" in thrones
    journey = tmat("example journey -f table").output
    assert "     of torch's 18 numbers: 18 right, to 4 decimals\n" in journey
    assert "the article prints" not in journey


def test_what_a_mask_hid_is_no_rounded_number() -> None:
    """Row 3 of the weights: 0.9786, a weight of 0.00000…, 0.0214, and three that do not exist."""
    row = " play     ⎢  0.9785   0.0000   0.0215        0        0        0 ⎥"
    for command in ("attention --causal -f table", "attention --causal --only weights -f table"):
        assert row in tmat(command, variables={"COLUMNS": "80"}).output
    assert (
        "| play    | 0.9785 | 0.0000 | 0.0215 |      0 |      0 |       0 |"
        in tmat("attention --causal -f markdown").output
    )


def test_a_mask_of_zeros_after_softmax_takes_out_what_it_hides() -> None:
    page = tmat("attention -m 'X=1 0; 0 1' --causal --renormalize --no-project -f table").output
    assert "=  ⎡ 0.4665       0 ⎤\n" in page
    assert "=  ⎡ 1.0000       0 ⎤\n" in page


def test_a_trace_has_the_digits_of_the_tables() -> None:
    tree = tmat("attention --trace 'Z[When,v1]' --depth 3").output
    assert tree.startswith("Z[When, v1] ≈ 3.6227 ")
    assert "W_V[2, v1] = 0.20   given" in tree
    assert "scaled[When, of] = 14.10 " in tree
    assert "weights[When, you] = 0.0000 " in tree
    assert "weights[When, you] = 0   " in tmat("attention --causal --trace 'Z[When,v1]' --depth 1").output


def test_how_matrices_were_drawn_is_said_under_only() -> None:
    page = tmat("attention -m 'X=1 2 3; 3 4 5' --init torch-rand --seed 1 --only Q -f table").output
    assert page.startswith(" attention    one head · no mask · d_k = 3 · W_Q drawn: torch-rand, seed 1\n")


def test_a_rounding_shows_the_digit_that_decides() -> None:
    """√2.449247… = 1.56501: 1.5650 alone could be the half that goes up, or less than it."""
    assert tmat("addnorm --work 'std[When]'").output.endswith("\n  = √2.44925\n  ≈ 1.56501 → 1.57 (to 2 decimals)\n")


def test_no_rounded_number_stands_behind_an_equals_sign() -> None:
    given = "attention -m 'X=0.123456789 1; 0 1' --seed 0"
    assert tmat(f"{given} --work 'X[1,1]'").output == "X[1, 1] is given: ≈ 0.1235 (the command line)\n"
    assert tmat(f"{given} --work 'X[1,1]' --digits 12").output == "X[1, 1] is given: 0.123456789 (the command line)\n"
    tree = tmat(f"{given} --trace 'Q[1,q1]'").output
    assert tree.startswith("Q[1, q1] ≈ 0.5681 ")
    assert "W_Q[1, q1] = 0.39 " in tree
    assert tmat(f"{given} --trace 'Q[1,q1]' --digits 12").output.startswith("Q[1, q1] = 0.568148147710 ")


def test_digits_hold_for_powers_of_ten_in_a_working() -> None:
    working = tmat("attention --digits 12 --work 'weights[When,you]' --round weights=4").output
    assert "(4.73030511814·10¹²)" in working
    assert "≈ 0.000001322781 → 0.0000 (to 4 decimals)" in working


def test_show_works_out_a_matrix_chosen_alone() -> None:
    sheet = tmat("attention -m 'X=1 2; 3 4' -m 'W_Q=1 0; 0 1'").output
    working = tmat("show --only scores --work", sheet).output
    assert working.startswith("scores[1, 1] = Σ Q[1, k] · K[1, k]\n  = q₁₁k₁₁ + q₁₂k₁₂\n  = 1·")
    assert "not in this worksheet" not in working
    assert r"q_{11} k_{11} + q_{12} k_{12}" in tmat("show --only scores --work 'scores[1,1]' -f latex", sheet).output


def hint(line: str, stdin: str | None = None) -> str:
    """The last line of a command on a terminal."""
    done = attempt(line, stdin, stdout_tty=True, stderr_tty=True, variables={"NO_COLOR": "1", "COLUMNS": "200"})
    assert done.code == 0, done.errors
    return done.errors.splitlines()[-1]


def test_where_a_terminal_is_narrow_each_hint_has_a_line() -> None:
    done = attempt("posenc", stdout_tty=True, stderr_tty=True, variables={"NO_COLOR": "1", "COLUMNS": "60"})
    assert done.errors.splitlines()[-2:] == [
        " --work 'X[When,e1]' shows how a number came about",
        " | tmat attention goes on",
    ]


def test_the_last_line_says_what_can_come_next_to_the_end() -> None:
    layer = pipe("attention", "addnorm").output
    assert hint("attention").endswith(" · | tmat addnorm goes on")
    assert hint("addnorm", tmat("attention").output).endswith(" · | tmat ffn goes on")
    network = tmat("ffn", layer).output
    after = " · | tmat attention begins the next layer · | tmat decode --words '…' makes words of it"
    assert hint("addnorm", network).endswith(after)
    assert hint("encode --layers 2").endswith(after)
    words = pipe("vocab", "embed --text 'When you play' --d-model 4", "posenc").output
    assert hint("encode", words).endswith("| tmat decode makes words of it")
    assert "goes on" not in hint("encode --layers 2 --only output")
    assert hint("decode --max-tokens 1").endswith(" · --max-tokens makes more words")


def test_decode_ends_in_its_sentence_and_why_it_stopped() -> None:
    cut = tmat("decode --max-tokens 2 -f table").output
    end = "\n the sentence: When When\n     2 words, no more were asked for: <end> did not come\n"
    assert cut.endswith(end)
    assert cut.count("the sentence:") == 1
    ended = tmat("decode --words '<start> <end>' --seed 3 -f table").output
    assert ended.endswith("\n the sentence: <end>\n     1 word: <end> came, and it stopped\n")
    assert "the sentence:" not in tmat("decode --words 'a b' --target 'a b' -f table").output


def test_layers_are_headed_where_there_are_several() -> None:
    page = tmat("encode --layers 2 -f table").output
    heads = [line.partition("    ")[0] for line in page.splitlines() if line.startswith(" layer")]
    kinds = ["attention", "addnorm", "ffn", "addnorm-2", "attention-2", "addnorm-3", "ffn-2", "addnorm-4"]
    assert heads == [f" layer {1 + n // 4} of 2 · {kind}" for n, kind in enumerate(kinds)]
    assert "layer 1" not in tmat("encode -f table").output
    assert " layer 2 of 2 · decode-1.ffn-2    <start>" in tmat("decode --layers 2 --max-tokens 1 --all -f table").output
    assert "layer 2 of 2 · attention-2" in tmat("encode --layers 2 -f markdown").output
    for chosen in ("encode --layers 3 --only layer2.weights", "decode --layers 3 --max-tokens 1 --only layer2.weights"):
        assert " layer 2 of 3 · " in tmat(f"{chosen} -f table").output
    kept = tmat("encode --layers 3 --only layer1.Q,layer3.weights,layer3.output").output
    heads = [line for line in tmat("show -f table --only weights", kept).output.splitlines() if "layer" in line]
    assert [line.split("    ")[0] for line in heads] == [" layer 3 of 3 · attention-3"]


def test_the_notes_of_the_articles_matrices_stand_where_decode_is_shown() -> None:
    assert tmat("decode --max-tokens 1").notes[:2] == [
        "matrices of the thrones article",
        "memory as on its page, after its slips",
    ]


def test_one_can_round_as_the_article_does() -> None:
    x, alone = "-m 'X=0.111 0.2; 0.3 0.4'", "roundings of the thrones article"
    done = tmat(f"attention {x} --round thrones")
    steps = {step["name"]: step for step in done.stage["steps"]}
    assert done.notes[0] == alone
    assert steps["Q"]["round"] == 2
    assert steps["weights"]["round"] == 4
    assert tmat("attention --round thrones")["Z"].tolist() == tmat("attention")["Z"].tolist()
    assert tmat("attention --round thrones").notes[:2] == [
        "matrices of the thrones article",
        "on its page V is Q, and the root is √6",
    ]
    assert alone in tmat("addnorm --round thrones", done.output).notes
    assert alone in tmat("encode --round thrones").stages[0]["notes"]
    assert refused("embed --text 'you' --round thrones") == (
        "tmat embed: --round thrones does not apply here\n  the article rounds in attention, posenc, addnorm, ffn, encode"
    )
