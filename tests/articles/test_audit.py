"""The verdicts of the examples: counted, not typed, and gone wrong when a digit does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from tests.articles.golden import WIDTH, path

from tmat.articles import EXAMPLES, load
from tmat.articles.article import Example
from tmat.articles.auditing import Audit, Audited, audit, given_blocks
from tmat.articles.numbers import Data
from tmat.articles.pages import pages
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import to_text


def digits(data: Data) -> Iterator[tuple[str, int, int, int]]:
    """The place of every digit: block, row, column, place in the text."""
    for block, rows in data.blocks.items():
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                yield from ((block, i, j, n) for n, sign in enumerate(text) if sign.isdigit())


def with_cell(data: Data, block: str, i: int, j: int, text: str) -> Data:
    """The data with one cell changed."""
    copy = Data(data.blocks, data.name)
    copy.blocks[block][i][j] = text
    return copy


@cache
def clean(name: str) -> Audited:
    """An article as it is."""
    return audit(load(name))


def by_block(audited: Audited) -> dict[str, Audit]:
    return {one.block: one for part in audited.parts for done in part.calls for one in audited.of(done)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_is_left_unexplained(name: str) -> None:
    audited = clean(name)
    assert audited.count.unexplained == 0
    assert all(one.equal == one.size for one in audited.agreements)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_count_ends_in_unexplained_0(name: str) -> None:
    assert path(name, "txt").read_text("utf-8").splitlines()[-1] == " unexplained 0"


def blocks_told(example: Example) -> set[str]:
    """Every block that something is said of: given, or held against what it should be."""
    calls = [call for part in example.parts for call in part.calls]
    told = {p.block for call in calls for p in call.prints} | {f.block for call in calls for f in call.facts}
    return told | {one.block for call in calls for one in call.letters} | set(given_blocks(example))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_printed_number_is_counted_once(name: str) -> None:
    found = load(name)
    assert set(found.data.blocks) == blocks_told(found)
    count = clean(name).count
    assert count.printed == sum(found.data.count(block) for block in found.data.blocks)
    assert (
        count.printed
        == count.given + count.reproduced + count.follows + count.explained + count.lacking + count.unexplained
    )


def test_thrones_slips_and_what_follows_from_them() -> None:
    audited = clean("thrones")
    assert dict(audited.count.slips) == {
        "sin-for-cos": 9,
        "another-matrix": 33,
        "geometric-mean": 37,
        "deviation-of-two-rows+sample-for-population": 6,
        "another-matrix-transposed": 9,
        "operand-transposed+zero-for-infinity": 6,
        "wrong-triangle+zero-for-infinity": 6,
        "no-softmax": 5,
    }
    one = by_block(audited)
    assert one["V"].right is not None
    assert one["V"].right[0].round(2).tolist() == [3.63, 4.58, 4.21, 4.76]
    assert one["Z"].source == ("V",)
    assert int(one["Z"].follows.sum()) == 24
    assert one["masked_A1"].right is not None
    assert one["masked_A1"].right.tolist() == [[14, 32, 50], [32, 77, 122], [50, 122, 194]]


def test_what_is_not_printed_is_said() -> None:
    one = by_block(clean("thrones"))
    assert [need.name for need in one["ffn"].lacking] == ["W_1", "b_1"]
    assert [need.name for need in one["logits_shown"].lacking] == ["X flattened", "W_vocab"]
    assert not one["logits_shown"].findings


def test_a_missing_matrix_that_is_printed_after_all_is_no_longer_missing() -> None:
    """Only the numbers in the data decide what cannot be recomputed."""
    data = Data.read("thrones")
    more = Data({**data.blocks, "flat_shown": [["1"] * 36], "W_vocab_shown": [["1"] * 23] * 36}, "thrones")
    assert not by_block(audit(load("thrones", more)))["logits_shown"].lacking


def _is_given(name: str, block: str) -> bool:
    found = load(name)
    prints = [p for part in found.parts for call in part.calls for p in call.prints]
    return block in given_blocks(found) or any(p.block == block and (p.needs or p.given) for p in prints)


def _sample(name: str, every: int) -> list[tuple[str, int, int, int]]:
    return list(digits(Data.read(name)))[every // 2 :: every]


@pytest.mark.parametrize(
    ("name", "place"), [(n, p) for n, e in (("thrones", 347), ("journey", 2603)) for p in _sample(n, e)], ids=str
)
def test_a_changed_digit_is_found(name: str, place: tuple[str, int, int, int]) -> None:
    """Of a result: it no longer comes out. Of a given matrix: what is made of it does not, or it is printed itself."""
    data = Data.read(name)
    block, i, j, at = place
    text = data.texts(block)[i][j]
    digit = str((int(text[at]) + 1) % 10)
    changed = audit(load(name, with_cell(data, block, i, j, text[:at] + digit + text[at + 1 :])))
    if not _is_given(name, block):
        assert changed.count != clean(name).count
        assert changed.count.unexplained > 0
        return
    lines = render(*pages(changed), width=WIDTH, look=Look(glyphs=True, full=True))
    assert to_text(lines) != path(name, "txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("block", "i", "j", "text"), [("addnorm2", 5, 5, "-0.06"), ("X", 4, 3, "1.62"), ("scaled", 0, 0, "23.81722")]
)
def test_it_must_come_out_by_the_articles_own_roundings(block: str, i: int, j: int, text: str) -> None:
    """A student may round on the way in another manner; an article's last digit must be its own arithmetic's."""
    changed = audit(load("thrones", with_cell(Data.read("thrones"), block, i, j, text)))
    assert changed.count.unexplained >= 1


@pytest.mark.parametrize(
    ("name", "block"), [("weighted-sum", "Z"), ("weighted-sum", "Z_rows"), ("causal", "masked"), ("causal", "SV")]
)
def test_a_changed_symbol_is_found(name: str, block: str) -> None:
    data = load(name).data
    text = data.texts(block)[1][0]
    changed = audit(load(name, with_cell(data, block, 1, 0, text.replace("₂", "₃"))))
    assert changed.count.unexplained == 1


def test_a_claim_that_fails_is_counted() -> None:
    from dataclasses import replace

    from tmat.articles.article import Same
    from tmat.articles.verdicts import summary

    wrong = replace(load("seven-versions"), same=(Same((1, "Z"), (2, "Z"), "scaling changes nothing"),))
    audited = audit(wrong)
    assert [(one.equal, one.size) for one in audited.agreements] == [(0, 4)]
    assert "claims held 0 of 1, in 0 of 4 cells" in [said.text for said in summary(audited)]
