"""The embeddings of a model: rows of its tables added, and normed where the model has a norm there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tmat import operations as ops
from tmat.engine.builder import Sheet
from tmat.engine.node import given_node
from tmat.errors import InputError
from tmat.reading.tensors import sized
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.posenc import posenc

if TYPE_CHECKING:
    from tmat.models.folder import Model


def embedded(
    model: Model,
    ids: Sequence[int],
    words: Sequence[str],
    types: Sequence[int],
    given: Mapping[str, Any],
    common: dict[str, Any],
    **norm: Any,
) -> Worksheet:
    """The ids and their rows of W_E, plus positions, plus token types, then normed, as far as the model has these.

    ``given`` wins over the norm's own weights. Only the rows in use are read.

    Errors: more tokens than there are positions, an id beyond the table.
    """
    design = model.design
    refuse_ids(model, ids)
    sheet = Sheet("embed", Worksheet([], None, tuple(words)), **common)
    sheet.note(f"{design.family} in {model.folder}", f"d_model = {design.d_model}")
    known = sorted(set(ids))
    node = sheet.step("ids", ops.REGISTRY["token_ids"], ids=list(ids), words=list(words))
    table = sheet.place(
        given_node("W_E", taken(model, "W_E", design.words, known, model.words.of(known), "id"), sheet.dtype)
    )
    table.cols = [f"e{n}" for n in range(1, table.width + 1)]
    done = sheet.finish(sheet.step("E", ops.REGISTRY["lookup_known"], node, table, known=known))
    if design.positions:
        done = posenc(done, PE=taken(model, "PE", design.positions, range(len(ids)), words, "position"), **common)
    weights = {name.partition(".")[2]: each for name, each in model.weights(0).items() if name.startswith("embed.")}
    weights |= given
    if design.types:
        weights["residual"] = taken(model, "residual", design.types, types, words, "token type")
    if weights:
        done = addnorm(done, id="embed-norm", add_residual=bool(design.types), matrices=weights, **norm, **common)
    return done


def refuse_ids(model: Model, ids: Sequence[int]) -> None:
    """Refuse an empty text, a text longer than the positions, and ids beyond the table."""
    design, table = model.design, model.tensor(model.design.words)
    if not ids:
        raise InputError("there are no tokens", mend='give a text: ‹text "When you play"›')
    if len(ids) > design.places:
        raise InputError(f"{len(ids)} tokens are too many", f"{model.folder} has {design.places} positions")
    for id in ids:
        if not 0 <= id < table.shape[0]:
            raise InputError(f"there is no token {id}", f"{model.folder} has the ids 0 to {table.shape[0] - 1}")


def taken(model: Model, name: str, key: str, numbers: Sequence[int], rows: Sequence[str], of: str) -> Matrix:
    """Rows of a table as a matrix; its origin lists their numbers."""
    tensor = model.tensor(key)
    if len(tensor.shape) != 2 or max(numbers) >= tensor.shape[0]:
        raise InputError(f"{tensor.origin} has no row of {of} {max(numbers)}", f"it is {sized(tensor.shape)}")
    return Matrix.of(name, tensor.rows(numbers), rows, None, f"{tensor.origin}, the rows of {of} {_listed(numbers)}")


def _listed(numbers: Sequence[int]) -> str:
    """Numbers as a list, or as a range.

    >>> _listed([0, 1, 2, 3]), _listed([5, 9]), _listed([0, 0, 0])
    ('0–3', '5, 9', '0')
    """
    distinct = list(dict.fromkeys(int(n) for n in numbers))
    if len(distinct) > 2 and np.all(np.diff(distinct) == 1):
        return f"{distinct[0]}–{distinct[-1]}"
    return ", ".join(map(str, distinct[:12])) + (" …" if len(distinct) > 12 else "")
