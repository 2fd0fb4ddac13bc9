"""The prediction: a linear layer over the last row (or every row), a softmax, and the next word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix, Worksheet, arriving
from tmat.stages.parts import stack as stacks
from tmat.stages.parts.choosing import chosen
from tmat.stages.parts.lazy import builder, np, ops

if TYPE_CHECKING:
    from tmat.stages.decode import DecodeOptions
    from tmat.stages.parts.beginning import Text

INPUTS = ("W_vocab", "b_vocab", "said", "draw")
RESULTS = ("costs", "sums", "kept", "losses", "total", "sequence", "loss", "perplexity", "predicted")
"""Steps of decode that cannot be given."""


def taken(matrices: dict[str, Any], steps: Iterable[str]) -> dict[str, object]:
    """Remove and return the given matrices of the prediction itself."""
    names = (*INPUTS, *(name for name in steps if name not in RESULTS))
    return {name: value for name in names if (value := stacks.taken(matrices, name)) is not None}


@dataclass(eq=False, repr=False)
class Head:
    """The prediction: its given matrices, the text, and the options."""

    given: dict[str, object]
    text: Text
    how: DecodeOptions
    common: dict[str, Any]  # options of every stage

    @property
    def begins(self) -> bool:
        """Whether a step of the prediction is given, so that no layer is computed."""
        return any(name not in INPUTS for name in self.given)


def predict(
    sheet: Worksheet, head: Head, at: str, tokens: list[str], *, forced: bool, ordinal: int = 0, n: int = 1
) -> Worksheet:
    """The stage of the prediction, on the output of the last layer: linear layer, softmax, next word."""
    words, vocabulary, project = head.text.predicted, head.text.vocabulary, head.how.project
    first = vocabulary.first_id
    page = builder.Sheet("decode", sheet, head.given, id=at, stream="decode", ordinal=ordinal, **head.common)
    x = page.given("X", arriving(sheet))
    if page.has("last"):
        rows = page.given("last")
    elif project == "flatten" or page.has("flat"):
        rows = page.step("flat", ops.flatten, x)
    else:
        rows = x if forced else page.step("last", ops.one_row, x, row=x.height)
    weight = page.weight("W_vocab", rows.width, len(words))
    if weight.width == len(words):
        weight.cols = words
    if page.has("b_vocab"):
        logits = page.step("logits", ops.linear, rows, weight, page.bias("b_vocab", len(words), fan_in=rows.width))
    else:
        page.allow("b_vocab")
        logits = page.step("logits", ops.matmul, rows, weight)
    if logits and logits.op is None:
        logits.cols = words
    page.note("input: " + " ".join(tokens) if tokens else "")
    if logits.op is not None:
        every = "every row projected" if forced else "the last row projected"
        page.note("all rows flattened" if project == "flatten" else every)
    page.note("teacher-forced" if tokens and forced else "")
    page.record(project=project, input=list(tokens) or None, forced=(forced and bool(tokens)) or None)
    ids = [vocabulary.id(word) for word in tokens]
    columns = [id - first for id in ids if id is not None and id - first < len(words)]
    earlier = [columns[: i + 1] for i in range(len(columns))] if forced else [columns]
    predicted = chosen(page, head.how, logits, words, first, earlier, n)
    done = page.finish(predicted)
    if predicted.op is not None:
        last = done.stages[-1]
        _refuse_undecided(last["probabilities" if "probabilities" in last else predicted.of[0].name])
    found = done.stages[-1]["predicted"].values[:, 0].astype(int) - first
    done.stages[-1].params["word"] = words[int(found[-1])]
    done.stages[-1].params["words"] = [words[int(place)] for place in found]
    return done


def _refuse_undecided(probabilities: Matrix) -> None:
    """Refuse probabilities with a NaN: they have no largest."""
    lost = np.argwhere(np.isnan(probabilities.values))
    if len(lost):
        i, j = (int(n) for n in lost[0])
        raise InputError(
            "no word is the likeliest",
            f"{probabilities.name} has a cell that is not a number (NaN): row {i + 1}, column {j + 1} ({probabilities.cols[j]})",
            mend="the matrices have numbers so large that ∞ − ∞ or 0·∞ came of them: give smaller ones",
        )
