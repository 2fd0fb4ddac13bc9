"""The thrones article: one sentence by hand from the corpus to the predicted word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tmat.articles.article import Call, Example, Fact, Labels, Need, Part, Printed
from tmat.articles.numbers import (
    ATTENTION_ROUNDING,
    DIVISOR,
    NORM_ROUNDING,
    POSITION_ROUNDING,
    TOKENS,
    Data,
    data,
    vocabulary,
)
from tmat.numbers.seeding import draw
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from tmat.operations.operation import Array

SHOWN = ("I", "drink", "things", "you", "He")
"""The words of the printed logits."""
REMARKS = (
    ("the exponent of the encoding is 2i/d", "2⌊i/2⌋/d"),
    ("d_k is 6: the scores are divided by √6", "4, the width of Q"),
    (
        "the encoder's output is the decoder's query and key, the value comes from the decoder",
        "key and value come from the encoder, the query from the decoder",
    ),
    (
        "the decoder's output is flattened to one row before the last linear layer",
        "each row is multiplied by a matrix of d_model × vocabulary",
    ),
)
"""The conventions of the article, and those of the paper."""


def thrones(printed: Data | None = None) -> Example:
    """The example; ``printed`` replaces the article's own numbers."""
    numbers = printed or Data.read("thrones")
    order = data("thrones_order.txt").split()
    labels: dict[str, Labels] = dict.fromkeys(("addnorm1", "ffn", "std2"), (TOKENS, None))
    labels["V"] = (TOKENS, tuple(f"v{n}" for n in range(1, 5)))
    labels["PE_columns"] = (None, TOKENS)
    labels["W_E"] = (tuple(order), tuple(f"e{n}" for n in range(1, 7)))
    labels["logits_shown"] = (None, SHOWN)
    return Example(
        "thrones",
        "One sentence by hand",
        "When you play game of thrones, from the corpus to the predicted word, in the article's thirteen steps",
        numbers,
        (
            Part(_encoder()),
            _decoders_input(order),
            _masked_head(1),
            _masked_head(2),
            Part((_prediction(),), "the predicted word"),
        ),
        labels=labels,
        files={"corpus.txt": data("thrones_corpus.txt")},
        own={"W_E": tuple(tuple(row) for row in _embeddings(numbers, order))},
        given=("E_columns", "epsilon", "flat_shown", "W_vocab_shown"),
        remarks=REMARKS,
    )


def _embeddings(numbers: Data, order: list[str]) -> list[list[str]]:
    """W_E, a row for each word: the six rows printed, the others drawn, as the article says of all."""
    drawn = draw("uniform", (len(order), 6), seed=0, stage="thrones", name="W_E")
    texts = [[f"{x:g}" for x in row] for row in drawn.tolist()]
    for word, column in zip(TOKENS, numbers.texts("E_columns", transposed=True), strict=True):
        texts[order.index(word)] = column
    return texts


def _encoder() -> tuple[Call, ...]:
    return (
        Call(
            "vocab", {"corpus": "corpus.txt", "order": data("thrones_order.txt").split()},
            facts=(Fact("vocab_size", "vocab size", _size), Fact("shown_ids", f"the ids of {', '.join(SHOWN)}", _shown_ids)),
            numbers=(1, 2, 3), title="the corpus, its vocabulary, the ids",
        ),
        Call(
            "embed", {"text": " ".join(TOKENS)}, {"W_E": "W_E"},
            prints=(Printed("ids", "ids"), Printed("E_columns", "E", transposed=True, given=True)),
            numbers=(4,), title="the embeddings",
            says="the article prints the rows of its six words; the other rows of W_E are drawn",
        ),
        Call(
            "posenc", {"round": POSITION_ROUNDING}, slipped={"PE.T": "PE_columns"}, computing={"exponent": "column"},
            prints=(Printed("PE_columns", "PE", transposed=True), Printed("EP_columns", "X", transposed=True), Printed("X", "X")),
            numbers=(5, 6), title="the positions, added to the embeddings",
        ),
        Call(
            "attention", {"d_k": 6, "round": ATTENTION_ROUNDING},
            {"W_Q": "W_Q", "W_K": "W_K", "W_V": "W_V", "W_O": "W_O"}, {"V": "V"},
            prints=(
                Printed("Q", "Q"), Printed("K", "K"), Printed("V", "V"), Printed("scores", "scores"),
                Printed("scaled", "scaled"), Printed("scaled_2dp", "scaled"), Printed("Z", "Z"), Printed("Z_2dp", "Z"),
                Printed("attention_output", "output"),
            ),
            numbers=(7,), title="attention",
        ),
        Call(
            "addnorm", {"round": NORM_ROUNDING, **DIVISOR}, slipped={"normalized": "addnorm1"},
            prints=(Printed("addnorm1", "normalized"), Printed("sum1", "sum"), Printed("mean1", "mean"), Printed("std1", "std")),
            numbers=(8,), title="add and norm",
        ),
        Call(
            "ffn", {"layers": 1}, {"activated": "ffn"},
            prints=(Printed("ffn", "activated", needs=(Need("W_1", 36), Need("b_1", 6))),),
            numbers=(9,), title="the feed-forward network",
            says="the article prints what comes out, and neither the weights nor the bias",
        ),
        Call(
            "addnorm", {"round": "sum=2,mean=4,std=6,normalized=2", **DIVISOR}, {"residual": "addnorm1"}, {"std": "std2"},
            flows={"residual": "addnorm.normalized"},
            prints=(Printed("sum2", "sum"), Printed("mean2", "mean"), Printed("std2", "std"), Printed("addnorm2", "normalized")),
            numbers=(10,), title="add and norm again",
        ),
    )  # fmt: skip


def _decoders_input(order: list[str]) -> Part:
    """The decoder's input, which the article shows in pictures without numbers."""
    words = {"text": "<start>", "vocabulary": [*order, "<start>", "<end>"], "d_model": 6}
    return Part(
        (
            Call(
                "embed", words, numbers=(11,), title="the decoder's input",
                says="of <start> you win or you die <end> the decoder is given <start> first, and its answer should be you; "
                "the article prints no numbers of it: W_E is drawn",
            ),
            Call(
                "posenc", numbers=(11,), title="the decoder's input, and what the encoder hands it",
                says="the encoder's output (step 10, 6×6) goes to the decoder's second attention: as query and key, the article says; "
                "as key and value in the paper, where the query comes from this X",
            ),
        ),
        "the decoder's input",
        ours=True,
    )  # fmt: skip


def _masked_head(n: int) -> Part:
    call = Call(
        "attention", {"weights": False, "scale": False}, {"X": "masked_input"},
        {"scores": f"masked_A{n}", "masked": f"masked_A{n}_masked"}, {"mask": "causal"},
        prints=(Printed(f"masked_A{n}", "scores"), Printed(f"masked_A{n}_masked", "masked")),
        numbers=(12,), title=f"masked head {n}, all weights the identity",
    )  # fmt: skip
    return Part((call,), f"masked head {n}")


def _prediction() -> Call:
    logits = Need("logits", 23, "logits_shown")
    layer = (Need("X flattened", 36, "flat_shown"), Need("W_vocab", 36 * 23, "W_vocab_shown"))
    return Call(
        "decode", {"vocabulary": SHOWN}, {"logits": "logits_shown"},
        prints=(Printed("logits_shown", "logits", needs=layer), Printed("probabilities_shown", "probabilities", needs=(logits,))),
        facts=(Fact("predicted", "the predicted word's id", _predicted),),
        numbers=(13,), title="the predicted word",
    )  # fmt: skip


def _size(sheet: Worksheet) -> Array:
    return np.array([[float(sheet["vocab"].params["distinct"])]])  # type: ignore[arg-type]


def _shown_ids(sheet: Worksheet) -> Array:
    assert sheet.vocabulary is not None
    return np.array([[float(id) for id in sheet.vocabulary.lookup(SHOWN)]])


def _predicted(sheet: Worksheet) -> Array:
    """The predicted word's id in the whole vocabulary."""
    return np.array([[float(id) for id in vocabulary().lookup([str(sheet.stages[-1].params["word"])])]])
