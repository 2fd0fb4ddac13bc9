"""Wrong input, and what is said to it: what was wrong, where it came from, the mend. Exit code 2, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import refused

X = "-m X='1 2; 3 4'"

SHAPES = {
    f"attention {X} -m W_Q='1 2; 3 4; 5 6'": (
        "tmat attention: cannot form X·W_Q\n"
        "  X is 2×2 (from the command line), W_Q is 3×2 (from the command line): "
        "the width of X, 2, must equal the height of W_Q, 3\n"
        "  W_Q fits transposed: -m W_Q.T=…; or try a W_Q with 2 rows"
    ),
    f"attention {X} -m W_Q='1 2; 3 4' -m W_K='1 2 3; 4 5 6'": (
        "tmat attention: cannot form Q·Kᵀ\n"
        "  Q is 2×2 (X·W_Q, X from the command line, W_Q from the command line), "
        "K is 2×3 (X·W_K, X from the command line, W_K from the command line): their widths, 2 and 3, must be equal\n"
        "  try a W_K with 2 columns"
    ),
    f"attention {X} -m W_V='1 2 3; 4 5 6; 7 8 9'": "cannot form X·W_V\n",
    f"attention {X} -m W_O='1; 2; 3'": "cannot form Z·W_O\n",
    f"attention {X} -m b_Q='1 2 3'": "cannot form X·W_Q + b_Q\n",
    f"attention {X} -m b_K='1 2; 3 4'": "b_K is 2×2 (from the command line): its height must be 1",
    "attention -m Q='1 2; 3 4' -m K='1 2 3' -m V=1": "their widths, 2 and 3, must be equal\n  try a K with 2 columns",
    "attention -m Q='1 2; 3 4' -m K='1 2' -m V='1; 2'": "cannot form weights·V\n",
    "attention -m scores='1 2; 3 4' -m V='1 2 3' --no-scale": "try a V with 2 rows",
    "attention -m Z1='1; 2' -m Z2='3; 4; 5'": "cannot form [Z1, Z2]",
    "attention -m scores='1 2; 3 4' -m mask='1 0 1' --no-scale": (
        "tmat attention: the mask does not fit the scores\n"
        "  mask is 1×3 from the command line, the scores are 2×2\n"
        "  try a mask of 2×2"
    ),
    f"attention {X} -m context='1 2 3' -m W_K='1 2; 3 4'": "cannot form context·W_K\n",
    f"attention {X} --score additive -m W_A='1 2 3' --seed 1": "cannot form Q·W_A\n",
    f"addnorm {X} -m residual='1 2'": "their heights, 2 and 1, must be equal\n  try a residual with 2 rows",
    f"addnorm {X} --no-residual -m gamma='1 2 3'": "try a gamma with 2 columns",
    f"addnorm {X} --no-residual -m mean='1; 2; 3'": "their heights, 2 and 3, must be equal",
    f"addnorm {X} --no-residual -m std='1 2'": "cannot form (X − mean) / √(std² + 0.00001)",
    f"ffn {X} -m W_1='1 2'": "cannot form X·W_1 + b_1".removesuffix(" + b_1"),
    f"ffn {X} -m W_1='1 2; 3 4' -m W_2='1; 2; 3'": "try a W_2 with 2 rows",
    f"ffn {X} -m W_1='1 2; 3 4' -m b_1='1 2 3'": "try a b_1 with 2 columns",
    "posenc -m E='1 2; 3 4' -m PE='1 2'": "cannot form E + PE\n",
    "embed --text 'a b' -m W_E='1 2; 3 4; 5 6'": (
        "tmat embed: W_E does not fit the vocabulary\n"
        "  W_E is 3×2 (from the command line): one row per word, but the vocabulary has 2 words\n"
        "  try a W_E with 2 rows"
    ),
    "embed -m E='1 2; 3 4' --text 'a b c'": "E is 2×2 (from the command line): one row per word, but the text has 3 words",
    "embed -m ids='2 5' -m W_E='1 2; 3 4'": "no row of the table has the id 5\n",
    "embed -m ids='1.5' -m W_E='1 2; 3 4'": "no row of the table has the id 1.5\n",
    "decode -m memory='1 2' --words 'a b' -m W_E='1 2 3'": "the encoder's output has width 2\n  try a W_E with 2 columns",
    "decode -m memory='1 2' --words 'a b' -m W_E='1 2; 1 2; 1 2; 1 2; 1 2'": "W_E has 5 rows, the vocabulary with <start> and <end> has 4 words",
    "decode -m memory='1 2' --words 'a b' -m W_vocab='1 2 3; 1 2 3'": (
        "tmat decode: W_vocab does not fit the vocabulary\n"
        "  W_vocab is 2×3 from the command line, one column per word; the vocabulary has 2 words, 4 with <start> and <end>\n"
        "  try a W_vocab with 2 or 4 columns"
    ),
    "decode -m logits='1 2 3' --words 'a b'": "logits does not fit the vocabulary",
    "decode -m probabilities='1 2 3' -m W_vocab='1 2' --words 'a b'": "probabilities does not fit the vocabulary",
    f"encode {X} -m layer1.W_1='1 2 3'": "cannot form X·W_1",
}  # fmt: skip

HEADS = {
    "attention --seed 1 --heads 4": (
        "tmat attention: 4 heads do not divide d_model\n"
        "  X is 6×6: d_model is 6, which is no multiple of 4\n"
        "  try --heads 3, or say the width of a head: --d-k 1"
    ),
    f"attention {X} -m W_Q='1 2 3; 4 5 6' --heads 2": "2 heads do not divide W_Q\n",
    "attention -m Q='1 2 3' -m K='1 2 3' -m V='1 2 3' --heads 2": "2 heads do not divide Q\n",
    "attention -m Q='1 2' -m K='1 2' -m V='1 2 3' --heads 2": "2 heads do not divide V\n",
    f"attention {X} -m W_Q3='1; 2' --heads 2": "a matrix of head 3 is given, but --heads is 2\n  try --heads 3",
    "encode --seed 1 --heads 5": "5 heads do not divide d_model\n",
    "decode -m memory='1 2 3' --words a --heads 2": "2 heads do not divide d_model\n",
}

MISSING = {
    "attention -m Q='1 2'": "attention needs X\n  it was not given\n  give it: -m X=…",
    "attention -m scores='1 2; 3 4'": (
        "tmat attention: the scores are given, but not what to divide them by\n"
        "  d_k is the width of Q and K, which are not here\n"
        "  say it with --d-k N, or --scale-by NUMBER, or --no-scale"
    ),
    f"addnorm {X}": "addnorm needs residual\n  it was not given\n  give it: -m residual=…, or --no-residual to normalise X alone",
    "embed --seed 1": "embed has no text\n",
    "embed --text ''": "embed has no text\n",
    "decode -m memory='1 2'": "decode needs a vocabulary\n",
    "decode --words a --layers 2 --seed x --init torch-rand": "torch's draws cannot start from the seed 'x'\n",
    "posenc -m PE='1 2' -m E.T=''": "'E.T=' has no source after the =",
    "vocab --text ''": "the corpus has no words\n",
    "show": "show has no worksheet\n",
}

NUMBERS = {
    "attention -m X='nan 1; 3 4'": "tmat attention: X has a cell that is not a number (NaN)\n  row 1, column 1, from the command line\n",
    "attention -m W_Q='1 nan; 3 4' -m X='1 2; 3 4'": "W_Q has a cell that is not a number (NaN)\n  row 1, column 2",
    "attention -m X='1 2; 3'": "rows of different lengths\n  in '1 2; 3': row 2 has 1 number, row 1 has 2",
    "attention -m X='1 a; 3 4'": "'a' where a number is due\n  row 1, cell 2",
    "attention -m X='1,5 2,5; 3 4'": "row 2 has 2 numbers, row 1 has 4",
    "attention -m X='1,5; 2,5'": "'1,5': a decimal comma, or two cells?\n",
    "attention -m X='1 2' -m x='3 4'": "x is given twice\n  -m X=1 2\n  -m x=3 4\n  leave one of them out",
    "attention -m W_Q='1 2' -m W_Query.T='1; 2'": "W_Query is given twice\n",
    "attention --seed 1 --mask causal --mask-value inf": "--mask-value inf does not fit\n  expected a number, or -inf",
    "attention -m X=''": "'X=' has no source after the =",
    "attention -m X": "'X' names no matrix\n  expected NAME=SOURCE",
    "attention -m =3": "'=3' has no name before the =",
    "attention -m 1X=3": "'1X' is no name for a matrix",
    "attention -m X=/": "/ is a folder\n",
    "attention -m X=nosuch.csv": "no file nosuch.csv",
    "attention --weights nosuch.npz": "no file nosuch.npz",
    "show nosuch.json": "no file nosuch.json",
    "vocab nosuch.txt": "no file nosuch.txt",
    "vocab /": "/ is a folder\n",
}

JSON = {
    "[[1, 2], [3]]": "$[1] has 1 number\n  in standard input\n  expected 2, as many as $[0] has",
    '[[1, 2], [3, "a"]]': '$[1][1] is "a"\n  in standard input\n  expected a number',
    "[[1, 2], [3, null]]": "$[1][1] is null\n",
    '[[1, 2], [3, "NaN"]]': "X has a cell that is not a number (NaN)\n  row 2, column 2, from standard input",
    "[[1, 2], [3, 4]": "the JSON stops before its end\n  in standard input, line 1",
    '{"tmat": 1}': '$ has no "stages"\n',
    '{"tmat": 2, "stages": []}': "$.tmat is 2\n",
    '{"tmat": 1, "tokens": ["a"], "stages": []}': "attention needs X\n",
    "1 2": "no JSON here: '1 2'\n",
    "[]": "$ holds no numbers\n",
    "[[]]": "$ holds no numbers\n",
    "{}": "$ is an empty object\n",
    "{'X': 1}": "in standard input, line 1",
    '{"X": [[1]], "x": [[2]]}': "are one name\n",
    '{"Foo": [[1]], "X": [[1]]}': "attention takes no matrix 'Foo'\n",
}

NAMES = {
    "attention -m Foo='1 2'": "attention takes no matrix 'Foo'\n  here it takes X, W_Q, Q,",
    f"attention {X} -m scroes='1 2'": "did you mean scores?",
    f"attention {X} -m residual='1 2; 3 4'": "attention takes no matrix 'residual'",
    f"ffn {X} -m W_4='1 2; 3 4'": "ffn takes no matrix 'W_4'",
    f"encode {X} -m layer3.W_Q='1'": "'layer3.W_Q' is no matrix of this stack\n  it has 1 layer",
    f"encode {X} -m gamma3='1 1'": "a layer has 2 norms, 1 to 2",
    f"encode {X} -m gama1='1 1'": "did you mean gamma1?",
    "decode -m memory='1 2' --words a -m W_Q='1 2; 3 4'": "'W_Q' does not say which attention it is for\n  say self.W_Q or cross.W_Q",
    "attention --only scroes": "--only: attention has no matrix 'scroes' here\n",
    "attention --round scroes=2": "--round speaks of 'scroes', which is no step of attention here\n",
    "encode --seed 1 --round foo=2": "--round speaks of 'foo', which is no step of encode here\n",
    "decode --max-tokens 1 --round logit=2": "did you mean logits?",
    "addnorm -m X='1 2' --residual-of attention": "no stage 'attention' in this worksheet\n",
    "embed --text 'you loose' --words 'you win or lose'": (
        "tmat embed: the vocabulary lacks a word of the text\n"
        "  'loose': near it are lose\n"
        "  use its words, or add this to the corpus, or put <unk> among its special tokens"
    ),
    "embed --text 'hello'": "the vocabulary is the thrones article's, as none was given\n",
    "decode --target 'you foo'": "'foo'",
    "attenton": "tmat: no such command: attenton\n  did you mean attention?",
    "attention --d-modle 3": "tmat attention: no such option: --d-modle\n  did you mean --d-model?",
    "addnorm --eps 0": "tmat addnorm: no such option: --eps\n  did you mean --epsilon?",
    "attention extra": "tmat attention: it takes options only: what is extra for?\n",
    "attention --step": "tmat attention: no such option: --step\n  it is an option of tmat show, tmat example",
    "attention --position 2": "tmat attention: no such option: --position\n  it is an option of tmat posenc",
    "show --d-k 2": "tmat show: no such option: --d-k\n  try tmat show --help",
    "attention --foo-bar-baz": "no such option: --foo-bar-baz\n",
    "vocab --text a -m X=1": "no such option: -m\n",
}  # fmt: skip

VALUES = {
    **{f"attention --{name} {bad}": f"--{name} {bad} does not fit\n" for name, bad in (
        ("heads", 0), ("d-k", 0), ("d-v", -1), ("d-out", 0), ("dropout", 2), ("dropout", -0.1), ("temperature", 0),
        ("temperature", -1), ("temperature", "nan"), ("temperature", "inf"), ("scale-by", 0), ("scale-by", "nan"),
        ("scale-by", "inf"), ("window", -1))},
    "attention --valid 7": "--valid 7 does not fit\n  there are 6 keys: expected 0 to 6",
    "attention --valid -1": "--valid -1 does not fit\n",
    "attention --heads x": "--heads needs a whole number, not 'x'\n  --heads H: ",
    "attention --heads 2.0": "--heads needs a whole number, not '2.0'",
    "attention --digits x": "--digits needs a whole number, not 'x'",
    "attention --digits 18": "--digits goes from 0 to 17, not 18",
    "attention --width 19": "--width goes from 20 on, not 19",
    "attention --mask-value abc": "--mask-value abc is no number\n  expected a number, or -inf",
    "attention --mask causal --mask-value nan": "--mask-value nan does not fit\n",
    "attention --score foo": "--score foo is not known\n  expected one of scaled, dot, additive",
    "attention --mask caussal": "--mask caussal is not known\n  expected one of none, causal, padding",
    "attention --mask padding": "--mask padding finds no <pad> among the tokens\n  the keys are When, you,",
    "attention --mask-means foo": "--mask-means foo is not known\n",
    "attention --bias foo": "--bias foo is not known\n  expected one of none, qkv, output, all",
    "attention --init unifrom": "did you mean uniform?",
    "attention --dtype float16": "--dtype float16 is not known\n  expected one of float64, float32",
    "attention --format jsn": "did you mean json?",
    "attention -o x.foo": "cannot tell the format of x.foo\n",
    "attention --round x": "--round does not understand 'x'\n",
    "attention --round -1": "expected a number of decimals from 0 to 17, or none\n  try --round 2",
    "attention --round 99": "--round does not understand '99'\n",
    "attention --round scores=": "--round does not understand 'scores='\n",
    "attention --digits -1": "--digits goes from 0 to 17, not -1",
    "attention --seed -5 --init torch-rand": "torch takes -5 as 18446744073709551611",
    "addnorm --norm foo": "--norm foo is not known\n  expected one of layer, rms, none",
    "addnorm --deviation pop": "expected one of population, sample",
    "addnorm --epsilon-in foo": "expected one of root, deviation",
    **{f"addnorm --epsilon {bad}": f"--epsilon {bad} does not fit\n" for bad in ("-1", "nan", "inf")},
    "addnorm --epsilon abc": "--epsilon needs a number, not 'abc'",
    "ffn --activation swish": "--activation swish is not known\n  expected one of relu, leaky-relu, gelu,",
    "ffn --layers 3": "--layers 3 does not fit\n",
    "ffn --d-ff 0": "--d-ff 0 does not fit\n",
    **{f"posenc --base {bad}": f"--base {bad} does not fit\n" for bad in (0, -3, "nan", "inf")},
    "posenc --positions 0 --d-model 3": "--positions 0 does not fit\n",
    "posenc --exponent foo": "--exponent foo is not known\n  expected one of paired, column",
    "embed --d-model 0 --text a": "--d-model 0 does not fit\n",
    "embed --text a --words a --first-id 7": "the first id cannot be 7\n",
    "embed --words 'a a b' --text a": "'a' twice\n",
    "encode --layers 0": "--layers 0 does not fit\n",
    "encode --norm-order foo": "expected one of post, pre",
    "encode --seed 1 --mask foo": "--mask foo is not known\n",
    "decode --max-tokens 0": "--max-tokens 0 does not fit\n",
    "decode --project foo": "--project foo is not known\n  expected one of last, flatten",
    "vocab --text a --first-id 2": "the first id cannot be 2\n",
    "vocab --text a --case foo": "--case foo is not known\n  expected one of fold, keep",
    "vocab --text a --tokenizer word": "did you mean words?",
    "vocab --text a --order sort": "did you mean sorted?",
    "vocab --text 'a b' --order 'b c'": "the order of ids lacks words of the corpus\n  it has no 'a'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"), [pair for table in (SHAPES, HEADS, MISSING, NUMBERS, NAMES, VALUES) for pair in table.items()]
)
def test_what_is_said(line: str, said: str) -> None:
    block = refused(line)
    assert said in block
    if said.startswith("tmat") and not said.endswith("\n"):
        assert block == said


@pytest.mark.parametrize(("document", "said"), JSON.items())
def test_what_is_said_of_json(document: str, said: str) -> None:
    assert said in refused("attention", document)


def test_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "wq.csv").write_text("1,2\n3\n")
    block = refused(f"attention {X} -m W_Q={tmp_path}/wq.csv")
    assert f"{tmp_path}/wq.csv" in block
    assert "line 2" in block
    (tmp_path / "w.csv").write_text("1,2\n3,4\n5,6\n")
    assert f"W_Q is 3×2 (from {tmp_path}/w.csv)" in refused(f"attention {X} -m W_Q={tmp_path}/w.csv")


def test_numbers_that_float32_cannot_hold() -> None:
    block = refused("attention -m X='1 1e39' --dtype float32")
    assert (
        block == "tmat attention: X has a number too large for float32\n  row 1, column 2: 1e+39, from the command line"
    )


@pytest.mark.parametrize("option", ["--score", "--init", "--format", "--dtype", "--only", "--mask-value", "--norm"])
def test_what_was_typed_cannot_steer_the_terminal(option: str) -> None:
    block = refused(f"{'addnorm' if option == '--norm' else 'attention'} {option} $'a\x1b[31mb\nc'")
    assert "\x1b" not in block
    assert "a\\x1b[31mb\\nc" in block
