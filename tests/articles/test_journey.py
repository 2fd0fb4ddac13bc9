"""The journey example's numbers are those that torch computed and the book prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.articles.journey_data import FILE, text
from tests.oracles.book_chapter3 import BOOK

from tmat.articles import load
from tmat.articles.auditing import audit
from tmat.articles.numbers import Data


def test_the_data_are_what_torch_prints() -> None:
    assert FILE.read_text(encoding="utf-8") == text()


def _printed_in_the_book() -> Iterator[tuple[str, Any]]:
    for section, tensors in BOOK.items():
        for name, values in tensors.items():
            if name == "batch":
                yield f"{section}.batch_1", values[0]
                yield f"{section}.batch_2", values[1]
            elif name != "score_22":
                yield f"{section}.{name}", values


@pytest.mark.parametrize(
    ("block", "values"), list(_printed_in_the_book()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_book_prints_the_same_four_decimals(block: str, values: Any) -> None:
    np.testing.assert_array_equal(np.round(Data.read("journey").number(block), 4), np.atleast_2d(values))


def test_every_tensor_comes_out() -> None:
    audited = audit(load("journey"))
    assert audited.count.reproduced == audited.count.printed - audited.count.given
    assert not audited.count.slips


def test_the_batch_is_two_worksheets() -> None:
    parts = audit(load("journey")).parts
    assert [len(part.sheets) for part in parts] == [1] * 10 + [2] * 3
