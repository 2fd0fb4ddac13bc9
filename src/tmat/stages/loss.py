"""The loss: cross-entropy of logits or probabilities against words, or the mean squared error against numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tmat.engine.declaration import CONVENTIONS, INPUT, Numbers, StageOptions, declares, given, option, step
from tmat.engine.staging import sheet_of, worksheet_stage
from tmat.errors import InputError, fold
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.parts import sequence as sequences
from tmat.stages.parts.lazy import np, ops
from tmat.text import tokenizing

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node

END = "<end>"


@declares
class LossOptions(StageOptions):
    """The targets, and how they are smoothed."""

    target: str | Sequence[str] | None = option(
        None, "The words, or their ids, that the rows should predict; a teacher-forced decode knows its own.",
        INPUT, "TEXT",
    )  # fmt: skip
    smoothing: float = option(
        0.0, "Label smoothing: the share ε of each target that is spread over all words.", CONVENTIONS, "ε",
        fits=lambda e: 0 <= e < 1, expected="expected 0 or a number below 1",
    )  # fmt: skip

    sequence: bool = option(
        False,
        "The probability of the whole text too: the product of its words' probabilities, and Σ −ln p.",
        CONVENTIONS,
    )

    logits: Numbers = given("n×N")
    output: Numbers = given("n×d")
    wanted: Numbers = given("n×d", name="target")
    targets: Numbers = given("n×N")
    probabilities: Numbers = step("n×N")
    chosen: Numbers = step("n×1")
    losses: Numbers = step("n×1")
    total: Numbers = step("1×1")
    sequence_: Numbers = step("1×1", name="sequence")
    difference: Numbers = step("n×d")
    loss: Numbers = step("1×1")
    perplexity: Numbers = step("1×1")


@worksheet_stage(
    LossOptions,
    summary="Cross-entropy against words, or mean squared error of numbers.",
    formula="losses = ln Σ e^logits − the logit of the right word, which is −ln of its probability; loss = mean of losses; "
    "perplexity = e^loss. Against numbers, ‹-m target›: loss = mean of (output − target)².",
    about="targets has a row for each position, 1 at the right word, 0 at the others.",
    main="logits",
    examples=(
        "tmat loss -m logits='2 1 0; 0 0 3' --target '1 3'",
        "tmat attention -m X='1 0; 0 1' --d-k 2 --seed 1 | tmat loss -m target='1 0; 0 1'",
        "tmat decode --target 'You win' | tmat loss",
    ),
    order=90,
    opens=("target", "smoothing"),
    then="tmat backward",
)
def loss(x: object, how: LossOptions, matrices: dict[str, Any]) -> Worksheet:
    """Cross-entropy of each row against its word, losses = ln Σ e^z − z[word], and their mean; or the mean squared error.

    ``x`` is a worksheet whose last stage has logits (else probabilities), or the logits themselves. ``target`` is the word
    of each row, by the columns' labels or by ids; for a teacher-forced decode the default is its words shifted by one.
    ``targets`` (n×N) is any distribution. Where ``target`` is a matrix, the loss is the mean of (output − target)² over the
    last stage's output. ``smoothing`` ε makes the target of a row (1 − ε)·onehot + ε/N.

    Errors: no target; a word that no column has; another number of targets than rows.
    Source: Goodfellow et al. 2016, §6.2.2; label smoothing: Szegedy et al. 2016, §7.

    >>> sheet = loss([[0.0, 0.0]], target="1")
    >>> sheet["loss"]["losses"].values.round(4).tolist(), sheet["loss"]["perplexity"].values.round(4).tolist()
    ([[0.6931]], [[2.0]])
    """
    before = x if isinstance(x, Worksheet) else Worksheet()
    if x is not None and before is not x:
        matrices = {"logits": x, **matrices}
    page = sheet_of(how, "loss", before, matrices)
    if page.has("target"):
        return _squares(page, how)
    came = _scores(page, before)
    page.take("target")
    targets = page.given("targets") if page.has("targets") else _targets(page, came, how, before)
    if targets.shape != came.shape and came:
        raise InputError(
            "the targets do not fit",
            f"{targets.name} is {targets.described()}, {came.name} is {came.described()}: they must be of one size",
        )
    op = ops.cross_entropy if came.name == "logits" else ops.cross_entropy_of_probabilities
    losses = page.step("losses", op, came, targets)
    others = _sequence(page, how, came, targets, losses) if how.sequence else ()
    mean = page.step("loss", ops.mean_of_all, losses)
    return _finished(page, mean, page.step("perplexity", ops.exponential, mean), others)


def _sequence(page: Sheet, how: LossOptions, came: Node, targets: Node, losses: Node) -> tuple[Node, ...]:
    """The probability of the whole text, and the sum of its losses."""
    rows = targets.values
    if how.smoothing or rows is None or not ((rows == 1.0).sum(axis=1) == 1).all() or rows.sum() != len(rows):
        why = (
            f"‹smoothing {how.smoothing:g}› spreads each target"
            if how.smoothing
            else "the targets are not one word per row"
        )
        raise InputError("‹sequence› needs the words themselves", why)
    p = page.step("probabilities", ops.softmax, came) if came.name == "logits" else came
    chosen = page.step("chosen", ops.picked, p, columns=[int(place) + 1 for place in rows.argmax(axis=1)])
    return sequences.likelihood(page, chosen, losses)


def _finished(page: Sheet, mean: Node, last: Node, others: Iterable[Node] = ()) -> Worksheet:
    """Compute the stage; its output is the loss."""
    done = page.finish(last, others)
    if mean.name in done.stages[-1]:
        done.stages[-1].output = mean.name
    return done


def _squares(page: Sheet, how: LossOptions) -> Worksheet:
    for name, is_set in (("smoothing", how.smoothing), ("sequence", how.sequence)):
        if is_set:
            raise InputError(
                f"‹{name}› does not apply", "a target of numbers is given, and the loss is the mean square"
            )
    output = page.main("output")
    page.allow("logits", "probabilities", "targets")
    wanted = page.given("target")
    difference = page.step("difference", ops.subtract, output, wanted)
    page.note("mean square")
    mean = page.step("loss", ops.mean_square, difference)
    return _finished(page, mean, mean)


def _scores(page: Sheet, before: Worksheet) -> Node:
    """The logits to compare with the targets; probabilities where there are no logits."""
    page.allow("logits", "probabilities", "output", "targets")
    last = before.last
    for name in ("logits", "probabilities"):
        if page.has(name):
            return page.given(name)
    for name in ("logits", "probabilities"):
        if last is not None and name in last:
            m = last.operand(name)
            return page.given(name, Matrix(m.name, m.values, m.rows, m.cols, last.id))
    if last is None:
        raise InputError("loss needs logits", "none came in", mend="give them: ‹-m logits›, or pipe a decode in")
    return page.main("logits")


def _targets(page: Sheet, came: Node, how: LossOptions, before: Worksheet) -> Node:
    """The one-hot rows of the target words, smoothed where asked."""
    if not came:
        return came
    target_words = _words(how.target, before)
    if target_words is None:
        raise InputError(
            "loss has no target", "neither words nor numbers to compare with were given",
            mend='say the words: ‹target "you win"›; or give numbers: ‹-m target›, for the mean square',
        )  # fmt: skip
    if how.target is None and END not in came.cols:
        raise InputError(
            "what should follow the last word is not known",
            f"{END} is not among the predicted words",
            mend=f'say what each of the {came.height} rows should predict: ‹target "{" ".join(target_words[:-1])} …"›',
        )
    if len(target_words) != came.height:
        raise InputError(
            "the target does not fit",
            f"it has {len(target_words)} word{'' if len(target_words) == 1 else 's'} ({' '.join(target_words)}), {came.name} is {came.described()}: one word per row",
        )
    places = [_place(word, came, before) for word in target_words]
    values = np.full((came.height, came.width), how.smoothing / came.width)
    values[np.arange(came.height), places] += 1.0 - how.smoothing
    page.note(f"target: {' '.join(target_words)}", f"label smoothing {how.smoothing:g}" if how.smoothing else "")
    page.record(target=list(target_words), smoothing=how.smoothing or None)
    return page.given("targets", Matrix("targets", values, tuple(came.rows), tuple(came.cols), "given: the target"))


def _words(target: str | Sequence[str] | None, before: Worksheet) -> list[str] | None:
    """The target words: given, or of a teacher-forced decode its input shifted by one, with <end> last."""
    if target is None:
        last = before.last
        if last is None or not last.params.get("forced"):
            return None
        tokens = last.params.get("input")
        return [*(str(word) for word in tokens[1:]), END] if isinstance(tokens, list | tuple) else None
    if not isinstance(target, str):
        return [str(word) for word in target]
    return target.split() if len(target.split()) > 1 or not target else list(tokenizing.tokens(target)) or [target]


def _place(word: str, came: Node, before: Worksheet) -> int:
    """The column of a word, else of an id of the vocabulary."""
    labels = [fold(label) for label in came.cols]
    if word in came.cols:
        return list(came.cols).index(word)
    if fold(word) in labels:
        return labels.index(fold(word))
    if word.isdecimal():
        place = int(word) - (before.vocabulary.first_id if before.vocabulary is not None else 1)
        if 0 <= place < came.width:
            return place
    raise InputError(
        f"'{word}' is not among the predicted words",
        f"{came.name} has the columns {', '.join(came.cols[:12])}{' …' if came.width > 12 else ''}",
    )
