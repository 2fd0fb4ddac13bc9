"""No option is passed over in silence: what contradicts, or would change nothing, is refused or noted."""

from __future__ import annotations

import pytest
from tests.cli.running import pipe, refused, tmat

X = "-m X='1 2; 3 4'"
S = "-m scores='1 2; 3 4'"

CONTRADICTIONS = {
    "attention --scale-by 2 --no-scale": "--scale-by and --no-scale contradict each other",
    "attention --score dot --scale-by 2": "--scale-by does not apply to --score dot",
    "attention --score additive --scale-by 2": "--scale-by does not apply to --score additive",
    "attention --no-project --d-out 3": "--d-out and --no-project contradict each other",
    "attention --no-project --bias output": "--bias output and --no-project contradict each other",
    f"attention {X} --no-weights --bias qkv": "--bias qkv and --no-weights contradict each other",
    f"attention {X} --no-weights -m W_Q='1 2; 3 4'": "attention takes no matrix 'W_Q'",
    "attention --causal --renormalize --mask-value 0": "--mask-value and --renormalize contradict each other",
    f"attention {S} --no-scale --mask '0 -5; 0 0' --renormalize": "--renormalize needs a mask of ones and zeros",
    f"addnorm {X} -m residual='1 1; 1 1' --no-residual": "a residual is given, and --no-residual contradicts it",
    f"addnorm {X} --no-residual --residual-of attention": "--residual-of and --no-residual contradict each other",
    f"addnorm {X} -m residual='1 1; 1 1' --residual-of attention": "a residual is given, and --residual-of attention contradicts it",
    f"ffn {X} -m b_1='1 1' --no-bias": "b_1 is given, and --no-bias contradicts it",
    "ffn --layers 1 --d-ff 3 --d-out 2": "--d-ff 3 and --d-out 2 contradict each other",
    "embed --text 'a b' --tokens 'c d'": "--text and --tokens contradict each other",
    "decode --target you --max-tokens 2": "--target and --max-tokens contradict each other",
}

WITHOUT_EFFECT = {
    "attention --mask-value 0": "--mask-value has no mask to work with",
    "attention --renormalize": "--renormalize has no mask to work with",
    "attention --mask-means hidden": "--mask-means hidden has no mask to explain",
    "attention --causal --mask-means hidden": "--mask-means hidden has no mask to explain",
    "attention --dropout-seed 3": "--dropout-seed has nothing to draw",
    "attention -m weights='1 0; 0 1' --causal": "weights is given, and the mask goes before it",
    "attention -m masked='1 0; 0 1' --valid 1": "masked is given, and the mask goes before it",
    "attention -m weights='1 0; 0 1' --temperature 2": "weights is given, and --temperature goes before it",
    "attention -m scaled='1 0; 0 1' --scale-by 2": "scaled is given, and --scale-by goes before it",
    "attention -m weights='1 0; 0 1' --scale-by 2": "weights is given, and --scale-by goes before it",
    "addnorm --norm rms --deviation sample": "--deviation sample does not apply to --norm rms",
    "addnorm --norm none --epsilon 3": "--epsilon does not apply to --norm none",
    "addnorm --norm none --epsilon-in deviation": "--epsilon does not apply to --norm none",
    "encode --norm rms --deviation sample": "--deviation sample does not apply to --norm rms",
    "posenc -m E='1 2; 3 4' -m PE='1 1; 1 1' --base 100": "PE is given, and the options of the sinusoids have no effect",
    "posenc -m X='1 2; 3 4' --start 1": "X is given, and the options of the sinusoids have no effect",
    "embed --text 'you win' --first-id 0": "--first-id 0 does not fit the vocabulary\n  its first id is 1",
    "decode --first-id 0": "--first-id 0 does not fit the vocabulary\n  its first id is 1",
}

SIZES = {
    **{
        f"{stage} --d-model 8": "--d-model 8 does not fit X\n  X is 6×6 (from "
        for stage in ("attention", "addnorm", "ffn", "encode")
    },
    **{
        f"{stage} --positions 3": "--positions 3 does not fit X\n  X is 6×6 (from "
        for stage in ("attention", "ffn", "encode")
    },
    f"attention {X} --d-model 3": "--d-model 3 does not fit X\n  X is 2×2 (from the command line)",
    "attention -m Q='1 2' -m K='1 2' --d-model 3": "--d-model has no use here",
    "attention --seed 1 --positions 3 --tokens 'a b'": "--positions 3 does not fit X",
    f"attention {X} -m W_V='1 2; 3 4' --d-v 3": "--d-v 3 does not fit W_V\n  W_V is 2×2",
    f"attention {X} -m W_V='1 2; 3 4' --d-v 2 --heads 2": "--d-v 2 does not fit W_V\n  W_V is 2×2 for 2 heads",
    f"attention {X} -m W_O='1; 2' --d-out 3": "--d-out 3 does not fit W_O",
    f"ffn {X} -m W_1='1 2; 3 4' --d-ff 3": "--d-ff 3 does not fit W_1\n  W_1 is 2×2 from the command line",
    f"ffn {X} -m W_2='1; 2' --d-ff 2 --d-out 3": "--d-out 3 does not fit W_2",
    f"ffn {X} -m W_1='1; 2' --layers 1 --d-out 3": "--d-out 3 does not fit W_1",
    "posenc --d-model 4": "--d-model 4 does not fit",
    "posenc -m E='1 2; 3 4' --positions 3": "--positions 3 does not fit",
    "embed --text 'you win' -m W_E='1 2; 3 4' --d-model 3": "W_E does not fit --d-model",
    "embed -m E='1 2; 3 4' --d-model 3": "--d-model 3 does not fit E",
    "attention --tokens 'a b c'": "--tokens does not fit X\n  X is 6×6 (from the thrones article), --tokens has 3 words",
    f"addnorm {X} --no-residual --tokens 'a'": "--tokens does not fit X\n  X is 2×2 (from the command line), --tokens has 1 word\n",
    "attention -m scores='1 2; 3 4' --no-scale --tokens 'a b c'": "--tokens does not fit scores",
    "posenc --positions 2 --d-model 4 --tokens 'a b c'": "there are 3 tokens and 2 positions",
}


@pytest.mark.parametrize(
    ("line", "said"), [pair for table in (CONTRADICTIONS, WITHOUT_EFFECT, SIZES) for pair in table.items()]
)
def test_refused(line: str, said: str) -> None:
    assert said in refused(line)


@pytest.mark.parametrize(
    ("line", "said"),
    {
        "attention --d-model 5": "--d-model 5 does not fit X\n  X is 3×4 (from posenc)",
        "ffn --positions 2": "--positions 2 does not fit X\n  X is 3×4 (from posenc)",
        "attention --tokens 'a b'": "--tokens does not fit X\n  X is 3×4 (from posenc), --tokens has 2 words",
        "attention --round foo=2": "--round speaks of 'foo', which is no step of attention here",
        "embed --text 'you die' --words 'a b'": "--words contradicts the pipe",
        "decode --words 'a b'": "--words contradicts the pipe",
        "decode --first-id 0": "--first-id 0 does not fit the vocabulary",
    }.items(),
)
def test_refused_of_what_comes_down_a_pipe(line: str, said: str) -> None:
    sheet = pipe("vocab --text 'you win or die'", "embed --text 'you win or' --d-model 4", "posenc").output
    assert said in refused(line, sheet)


@pytest.mark.parametrize(
    "line",
    [
        "attention --d-model 6 --positions 6 --d-v 4 --d-out 6",
        f"attention {X} --positions 2 --d-model 2",
        f"attention {X} -m W_V='1 2; 3 4' --d-v 1 --heads 2",
        f"ffn {X} -m W_1='1 2; 3 4' -m W_2='1 2; 3 4' --d-ff 2 --d-out 2",
        "attention --seed 1 --positions 2 --tokens 'a b'",
        "posenc -m E='1 2; 3 4' --positions 2 --d-model 2",
        "embed --text 'you win' --words 'you win' --first-id 1 --d-model 2",
        "attention -m weights='1 0; 0 1' -m V='1; 2' --dropout 0.5 --dropout-seed 3",
        "attention --score dot --no-scale",
    ],
)
def test_what_agrees_is_taken(line: str) -> None:
    tmat(line)
