"""The choices of a reader and the limits of an output: heat, encodings, single matrices, headings, extras."""

from __future__ import annotations

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.rendering.layout import Look, portions, position_table, render
from tmat.rendering.layout.look import Scale, ink
from tmat.rendering.styled import Span, folded, plain
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import Spelling

WORDS = ["When", "you", "play"]


def attention(**options: object) -> Worksheet:
    x = Matrix.of("X", [[0.5, 1.0], [1.5, -1.0], [2.0, 0.25]], rows=WORDS)
    return tmat.attention(x, **options)  # type: ignore[arg-type]


def text(sheet: Worksheet, width: int | None = 100, **look: object) -> str:
    return "\n".join(map(plain, render(sheet, width=width, look=Look(**look))))  # type: ignore[arg-type]


def test_the_heading_says_sentence_conventions_and_origins() -> None:
    first = text(attention(mask="causal"), width=200).splitlines()[0]
    assert first.startswith(" attention    When you play      one head · mask: causal · −∞ behind the mask · d_k = 2")
    assert first.endswith("W_Q, W_K, W_V, W_O drawn: uniform, seed 0")


def test_a_masked_cell_is_a_visible_infinity_with_a_role_of_its_own() -> None:
    lines = render(attention(mask="causal"), width=100)
    assert (
        sum(span.text.count("−∞") for line in lines for span in line if span.role == "masked") == 6
    )  # operand, result


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "gbk", "no-such-encoding"])
@pytest.mark.parametrize("width", [60, 160])
def test_any_encoding_can_print_it(encoding: str, width: int) -> None:
    shown = text(attention(mask="causal"), width=width, encoding=encoding, heat=True, glyphs=True)
    shown.encode("ascii" if encoding == "no-such-encoding" else encoding)
    assert "scores = Q" in shown


def test_ascii_has_its_own_signs() -> None:
    shown = text(attention(mask="causal"), encoding="ascii", width=160)
    assert "scaled = scores / sqrt 2" in shown and "scores = Q*K^T" in shown
    assert "-inf" in shown and "3x2 . 2x3 -> 3x3" in shown


def test_words_an_encoding_lacks_are_written_out_and_counted() -> None:
    assert Spelling("cp1252").word("当é") == "\\u5f53é"
    assert Spelling("utf-8").word("red\x1b[31m\n") == "red\\x1b[31m\\n"


def test_a_right_to_left_word_does_not_turn_the_line_round() -> None:
    assert Spelling().word("שלום") == "שלום\u200e"


def test_heat_is_a_background_and_says_its_scale() -> None:
    lines = render(attention(mask="causal"), width=160, look=Look(heat=frozenset({"weights"})))
    shaded = [span for line in lines for span in line if span.shade and span.text.strip()]
    assert len(shaded) == 9
    brightness = {float(span.text): span.shade for span in shaded}
    assert brightness[1.0] == "#fde725" and brightness[0.0] == "#440154"
    ramp = next(line for line in lines if sum(bool(span.shade) for span in line) == 20)
    assert plain(ramp).split() == ["0", "1"]


def test_heat_leaves_masked_cells_unshaded() -> None:
    lines = render(attention(mask="causal"), width=160, look=Look(heat=True))
    assert not any(span.shade for line in lines for span in line if "∞" in span.text)


def test_heat_without_colour_is_in_the_characters() -> None:
    shown = text(attention(), width=160, heat=frozenset({"weights"}), glyphs=True)
    assert any(mark in shown for mark in "░▒▓█")
    assert "░ from 0.2   ▒ from 0.4   ▓ from 0.6   █ from 0.8" in shown
    assert not any(span.shade for line in render(attention(), look=Look(heat=True, glyphs=True)) for span in line)


def test_scales_by_their_numbers() -> None:
    assert Scale.of(np.array([[-4.0, 1.0]])).place(0.0) == 0.5
    assert Scale.of(np.array([[-4.0, 1.0]])).colour(0.0) == "#f7f7f7"
    assert Scale.of(np.array([[0.0, 7.0]])) == Scale(0.0, 7.0)
    assert Scale.of(np.array([[-np.inf, 0.3]])) == Scale(0.0, 1.0)


@pytest.mark.parametrize("scale", [Scale(0.0, 1.0), Scale(-1.0, 1.0)])
def test_numbers_stay_readable_on_every_shade(scale: Scale) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for x in np.linspace(scale.low, scale.high, 101):
        shade = scale.colour(float(x))
        high, low = sorted((light(shade), light(ink(shade))), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_only_named_matrices() -> None:
    shown = text(attention(), only=("Q", "w_k"), width=60)
    assert "Q = X·W_Q" in shown and "W_K 2×2" in shown
    assert "scores =" not in shown and "W_V 2×2" not in shown


def test_digits_set_the_decimals_of_every_matrix() -> None:
    lines = text(attention(), digits=1, width=160).splitlines()
    numbers = [word for line in lines for word in line.split() if word[-1:].isdigit() and "." in word]
    assert len(numbers) > 50
    assert {len(word.partition(".")[2]) for word in numbers} == {1}


def test_a_reader_walks_through_a_stage_block_by_block() -> None:
    shown = list(portions(attention(), width=160))
    assert [portion.step and portion.step.name for portion in shown] == [
        None,
        *(step.name for step in attention()["attention"].steps),
    ]
    assert [plain(portion.lines[0])[:12].strip().split()[0] for portion in shown[1:4]] == ["1", "2", "3"]


def test_the_vocabulary_shows_list_set_count_and_ids() -> None:
    shown = text(tmat.vocab("I drink and I know things."), width=60)
    assert " N = [ I, drink, and, I, know, things ]" in shown
    assert " set(N) = { I, drink, and, know, things }" in shown
    assert " vocab size = count(set(N)) = 5" in shown
    assert shown.splitlines()[-2:] == [
        " 1       2       3       4       5",
        " I       drink   and     know    things",
    ]


def test_a_big_vocabulary_is_cut_with_a_count_and_whole_in_a_file() -> None:
    sheet = tmat.vocab(" ".join(f"word{n}" for n in range(3000)))
    narrow, free = text(sheet, width=80), text(sheet, width=None)
    assert "more words" in narrow and len(narrow.splitlines()) < 120
    assert "word2999" in free and "more words" not in free


def test_a_position_is_worked_as_a_table() -> None:
    stage = tmat.posenc(positions=3, d_model=4, exponent="paired")["posenc"]
    lines = [plain(line) for line in position_table(stage, 1)]
    assert lines == [
        " position 1",
        "",
        " i          formula                    PE",
        " 0   even   sin(1 / 10000^(0/4))   0.8415",
        " 1   odd    cos(1 / 10000^(0/4))   0.5403",
        " 2   even   sin(1 / 10000^(2/4))   0.0100",
        " 3   odd    cos(1 / 10000^(2/4))   1.0000",
    ]
    with pytest.raises(InputError, match="posenc has no position 3\n  its positions are 0 to 2"):
        position_table(stage, 3)
    with pytest.raises(InputError, match="attention computes no positions"):
        position_table(attention()["attention"], 0)


def test_the_likeliest_words_with_bars() -> None:
    sheet = tmat.decode([[1.0, 0.0], [0.5, 0.5]], vocabulary=["you", "win", "or", "die"], max_tokens=1)
    stage = sheet.stages[-1]
    probabilities = stage["probabilities"]
    best = sorted(zip(probabilities.values[0], probabilities.cols, strict=True), reverse=True)[:3]
    shown = [plain(line) for line in render(Worksheet([stage]), width=60, look=Look(top=3))]
    *lines, below, sentence, _ = shown[-6:]
    assert shown[-7] == below == ""
    assert sentence == f" the sentence: {best[0][1]}"
    assert [line.split()[0] for line in lines] == [word for _, word in best]
    assert [float(line.split()[1]) for line in lines] == pytest.approx([p for p, _ in best], abs=1e-4)
    assert len({line.index(".") for line in lines}) == 1


def test_a_stage_without_steps_shows_what_was_given() -> None:
    shown = "\n".join(
        map(plain, render(Worksheet([Stage("s", "s", given={"Q": Matrix.of("Q", [[1.5]])}, output="Q")])))
    )
    assert shown == " s\n\n     Q 1×1\n 1  [ 1.5 ]"


def test_a_phrase_that_no_line_can_hold_is_folded_between_its_words_and_a_word_where_its_script_changes() -> None:
    long = (Span("column i counted from 0: sin where even ·"),)
    assert [plain(line) for line in folded([long, (Span("base 10"),)], 24)] == [
        "column i counted from 0:",
        "sin where even · base 10",
    ]
    assert [plain(line) for line in folded([(Span("搞懂transformer多头"),)], 14)] == ["搞懂", "transformer多", "头"]
    assert [plain(line) for line in folded([(Span("a/long/path"),)], 4)] == ["a/lo", "ng/p", "ath"]


def test_what_a_mask_or_a_choice_put_to_nothing_is_a_bare_zero_on_the_way_back_too() -> None:
    model = tmat.attention([[1.0, 0.0], [0.0, 1.0]], weights=False, project=False, mask="causal")
    sheet = tmat.backward(model, matrices={"dZ": [[0.5, 0.25], [-1.0, 0.75]]})
    shown = text(sheet, width=120, only=("weights", "dmasked", "dscaled", "dscores")).split(" backward ")[1]
    assert " 0 ⎤" in shown and "0.0000 ⎤" not in shown
    shown = text(tmat.ffn([[1.0, 2.0]], experts=4, top_experts=2, seed=1), width=60, only=("gates",))
    assert shown.splitlines()[-1].split().count("0") == 2


def test_one_number_for_every_row_stands_by_the_labels_of_the_result() -> None:
    shown = text(tmat.backward(tmat.loss(attention(project=False), target=["1", "2", "1"])), width=120)
    rows = shown[shown.index("dlosses = ") :].splitlines()
    assert [row.split()[0] for row in rows if "0.3333" in row][:3] == WORDS
