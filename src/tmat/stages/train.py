"""Training: backward and update, N times in one process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import NoneType
from typing import Any

from tmat.engine.declaration import INPUT, SHAPE, Numbers, declares, given, option
from tmat.engine.staging import worksheet_stage
from tmat.errors import InputError, expect
from tmat.progress import working
from tmat.sheet.names import chosen
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.stages.backward import backward
from tmat.stages.parts.lazy import np
from tmat.stages.update import Learning, update

BARS = "▁▂▃▄▅▆▇█"


@declares
class TrainOptions(Learning):
    """The number of steps, and which matrices learn."""

    steps: int = option(20, "How many steps.", SHAPE, "N", at_least=1, most=100_000)
    wrt: Sequence[str] = option((), "Update only these: W_Q,X; default: every weight.", INPUT, "NAMES")
    tie: Sequence[str] = option((), "Tied matrices: W_E=W_vocab.T, the second the first transposed.", INPUT, "A=B")

    losses: Numbers = given("(steps + 1)×1")


@worksheet_stage(
    TrainOptions,
    summary="Backward and update again and again: the loss step by step.",
    formula="The same as tmat backward | tmat update, N times, in one process: losses has the loss before the first step and "
    "after each.",
    about="The result ends in the forward pass with the trained weights, so that another train can follow.",
    examples=(
        "tmat attention -m X='1 0; 0 1' --d-k 2 --seed 1 | tmat loss -m target='1 0; 0 1' | tmat train --steps 50 --lr 0.5",
        "tmat decode --target 'You win' | tmat loss | tmat train --optimizer adam --lr 0.01",
    ),
    order=96,
    opens=("steps", "lr", "optimizer"),
)
def train(x: Worksheet | None, how: TrainOptions, matrices: dict[str, Any]) -> Worksheet:
    """N steps of training, each backward and update, and the loss after each.

    ``x`` is a worksheet that ends in a loss. The result has the last update with the optimizer's moments, the losses (one
    before the first step and one after each), and the forward pass with the trained weights.

    Errors: no loss; a loss that is infinite or NaN.

    >>> import tmat
    >>> sheet = tmat.loss(tmat.ffn([[1.0]], W_1=[[2.0]], layers=1), matrices={"target": [[1.0]]})
    >>> tmat.train(sheet, steps=2, lr=0.25)["train"]["losses"].values.tolist()
    [[1.0], [0.25], [0.0625]]
    """
    expect(x, (Worksheet, NoneType), "train takes a worksheet")
    sheet = x if x is not None else Worksheet()
    if sheet.last is None or sheet.last.stage != "loss":
        raise InputError(
            "train needs a loss",
            f"the last stage is {sheet.last.id}" if sheet.last is not None else "no stage came in",
            mend="pipe it through tmat loss first",
        )
    if matrices:
        raise InputError(f"train takes no matrix '{next(iter(matrices))}'", mend="give it to the stage that uses it")
    learning = {name: getattr(how, name) for name in Learning.__annotations__}
    losses = [_loss(sheet)]
    state: list[Stage] = [stage for stage in sheet.stages if stage.stage == "update"][-1:]
    sheet = _with(sheet, state)
    with working("training", how.steps) as tell:
        for n in range(1, how.steps + 1):
            sheet = update(
                backward(sheet, wrt=list(how.wrt), tie=list(how.tie), round=how.round), round=how.round, **learning
            )
            sheet = _with(sheet, [stage for stage in sheet.stages if stage.stage == "update"][-1:])
            losses.append(_loss(sheet))
            if not np.isfinite(losses[-1]):
                raise InputError(
                    "the loss is no number any more",
                    f"after step {n} it is {losses[-1]:g}; before it was {losses[-2]:.6g}",
                    mend="try a smaller learning rate: ‹lr›",
                )
            tell(n)
    own = Stage(sheet.next_id("train"), "train", {"steps": how.steps, **learning})
    rows = [str(n) for n in range(len(losses))]
    own.given["losses"] = Matrix.of("losses", [[loss] for loss in losses], rows, ["loss"])
    own.output = "losses"
    own.notes = (
        f"{how.steps} step{'' if how.steps == 1 else 's'}",
        f"{how.optimizer}, η = {how.lr:g}",
        f"loss {losses[0]:.6g} {line(losses)} {losses[-1]:.6g}",
    )
    updates = [stage for stage in sheet.stages if stage.stage == "update"]
    rest = [stage for stage in sheet.stages if stage.stage != "update"]
    done = Worksheet([*updates, own, *rest], sheet.vocabulary, sheet.tokens)
    return done if how.keep is None else chosen(done, how.keep)


def _loss(sheet: Worksheet) -> float:
    last = sheet.last
    assert last is not None
    return float(last.result.values[0, 0])


def _with(sheet: Worksheet, updates: list[Stage]) -> Worksheet:
    """The worksheet with these updates alone: only the last one's moments are needed."""
    rest = [_from_here(stage) for stage in sheet.stages if stage.stage != "update"]
    last = [replace(stage, id="update") for stage in updates]
    return Worksheet([*last, *rest], sheet.vocabulary, sheet.tokens)


def _from_here(stage: Stage) -> Stage:
    """A stage with the origin "update" for weights of any earlier update."""
    called = {name: re.sub(r"^update-\d+", "update", matrix.origin) for name, matrix in stage.given.items()}
    return replace(stage, given={name: replace(m, origin=called[name]) for name, m in stage.given.items()})


def line(losses: Sequence[float], most: int = 40) -> str:
    """The losses as a sparkline, the first and the last among them.

    >>> line([8.0, 4.0, 2.0, 1.0])
    '█▄▂▁'
    """
    every = np.unique(np.linspace(0, len(losses) - 1, min(len(losses), most)).round().astype(int))
    shown = np.asarray(losses)[every]
    low, high = float(shown.min()), float(shown.max())
    share = (shown - low) / (high - low) if high > low else np.zeros(len(shown))
    return "".join(BARS[round(float(part) * (len(BARS) - 1))] for part in share)
