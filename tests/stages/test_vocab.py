"""The vocabulary of the thrones article and of other texts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import pytest

from tmat.errors import InputError
from tmat.stages.parts.options import words_in_order
from tmat.stages.vocab import vocab

DATA = files("tmat.articles") / "data"
CORPUS = (DATA / "thrones_corpus.txt").read_text(encoding="utf-8")
ORDER = words_in_order((DATA / "thrones_order.txt").read_text(encoding="utf-8"))

# The article's table of ids, as it prints it.
TABLE = {1: "I", 4: "Know", 5: "When", 6: "won't", 12: "game", 13: "the", 17: "you", 19: "thrones", 23: "He"}


def test_the_article_counts_23_words_and_numbers_them_from_1() -> None:
    sheet = vocab(CORPUS, order=ORDER)
    assert sheet.vocabulary is not None
    assert len(sheet.vocabulary.words) == 23
    assert {id: sheet.vocabulary.words[id - 1] for id in TABLE} == TABLE
    assert sheet.vocabulary.lookup(words_in_order("When you play game of thrones")) == [5, 17, 7, 12, 15, 19]
    params = sheet["vocab"].params
    assert (params["count"], params["tokens"], params["distinct"]) == (23, 30, 23)
    corpus = params["corpus"]
    assert isinstance(corpus, list)
    assert " ".join(map(str, corpus)) == (
        "I drink and I know things When you play the game of thrones you win or you die "
        "The true enemy won't wait out the storm He brings the storm"
    )
    assert sheet.tokens == ()


def test_counts_stand_in_the_order_of_the_ids() -> None:
    sheet = vocab(CORPUS, order=ORDER)
    numbers = dict(zip(ORDER, sheet["vocab"].params["counts"], strict=True))  # type: ignore[arg-type]
    assert (numbers["the"], numbers["you"], numbers["I"], numbers["storm"], numbers["die"]) == (4, 3, 2, 2, 1)
    assert sum(numbers.values()) == 30


def test_kept_case_tells_the_from_The() -> None:
    assert vocab(CORPUS, case="keep")["vocab"].params["count"] == 24


def words(*args: object, **kwargs: object) -> tuple[str, ...]:
    known = vocab(*args, **kwargs).vocabulary  # type: ignore[arg-type]
    assert known is not None
    return known.words


def test_orders() -> None:
    text = "The storm brings the Storm, and I know"
    assert words(text) == ("The", "storm", "brings", "and", "I", "know")
    assert words(text, order="sorted") == ("and", "brings", "I", "know", "storm", "The")
    given = ("know", "i", "and", "the", "storm", "brings")
    assert words(text, order=given) == given
    kept = words(text, order="sorted", case="keep")
    assert kept == ("I", "Storm", "The", "and", "brings", "know", "storm", "the")


def test_special_tokens_come_first_or_where_the_order_has_them() -> None:
    assert words("a <end> b", special=["<pad>", "<end>"]) == ("<pad>", "<end>", "a", "b")
    assert words("a b", special=["<pad>", "<end>"], order=["b", "<pad>", "a"]) == ("<end>", "b", "<pad>", "a")
    assert vocab("a <end> b", special=["<pad>", "<end>"])["vocab"].params["counts"] == [0, 1, 1, 1]


def test_words_of_the_order_may_be_absent_from_the_corpus() -> None:
    sheet = vocab("a b", order=["b", "c", "a"])
    assert sheet["vocab"].params["absent"] == ["c"]
    assert sheet["vocab"].params["counts"] == [1, 0, 1]
    assert "not in the corpus: 'c'" in sheet["vocab"].notes


def test_unk_takes_what_the_order_lacks() -> None:
    sheet = vocab("a x b y x", order=["<unk>", "a", "b"])
    assert sheet["vocab"].params["counts"] == [3, 1, 1]
    assert sheet["vocab"].params["unknown"] == ["x", "y"]
    assert sheet["vocab"].params["absent"] == []
    special = vocab("a x b y x", order=["a", "b"], special=["<unk>"])
    assert special["vocab"].params["counts"] == [3, 1, 1]


def test_words_missing_from_the_order_are_named() -> None:
    with pytest.raises(InputError) as caught:
        vocab("When you play", order=["you"])
    assert str(caught.value) == (
        "the order of ids lacks words of the corpus\n"
        "  it has no 'When', 'play'\n"
        "  it lists 1 words\n"
        "  add them, or list <unk>, which then stands for them"
    )
    with pytest.raises(InputError, match="'w9' and 5 more"):
        vocab(" ".join(f"w{n}" for n in range(15)), order=["x"])


@pytest.mark.parametrize(
    ("order", "special", "text"),
    [
        (["a", "a"], [], "the order of ids: 'a' twice\n  a word has one id\n  leave one of them out"),
        (
            ["The", "the"],
            [],
            "the order of ids: both 'The' and 'the'\n  a word has one id, and case is folded\n"
            "  leave one of them out, or keep case",
        ),
        ("first-seen", ["<pad>", "<pad>"], "the special tokens: '<pad>' twice"),
        ("sort", [], "no order 'sort'\n  the order of ids is first-seen, sorted, or a list"),
    ],
)
def test_orders_that_cannot_be(order: str | Sequence[str], special: list[str], text: str) -> None:
    with pytest.raises(InputError) as caught:
        vocab("a", order=order, special=special)
    assert str(caught.value).startswith(text)


def test_first_id() -> None:
    known = vocab("a b", first_id=0).vocabulary
    assert known is not None
    assert known.lookup(["b"]) == [1]
    with pytest.raises(InputError, match="the first id cannot be 2"):
        vocab("a", first_id=2)


def test_a_corpus_without_words_is_refused() -> None:
    with pytest.raises(InputError, match="the corpus has no words"):
        vocab(["", " … "])
    with pytest.raises(InputError, match="the corpus has no characters"):
        vocab("", tokenizer="chars")


def test_characters() -> None:
    sheet = vocab("abba a\n", tokenizer="chars", order="sorted")
    assert sheet.vocabulary is not None
    assert sheet.vocabulary.words == ("\n", " ", "a", "b")
    assert sheet.vocabulary.tokenizer == "chars"


def test_chunks_are_read_once_and_long_lists_are_cut() -> None:
    sheet = vocab(iter(["when you ", "play " * 500]))
    params = sheet["vocab"].params
    assert params["corpus_cut"] is True
    assert isinstance(params["corpus"], list)
    assert len(params["corpus"]) == 400
    assert params["counts"] == [1, 1, 500]


def test_the_stage_says_its_conventions() -> None:
    assert vocab(CORPUS, order=ORDER)["vocab"].notes == (
        "30 words, 23 different",
        "case folded",
        "ids in the order given",
        "first id 1",
    )


def test_an_order_as_people_write_it() -> None:
    assert words_in_order("\ufeffI, drink\nthings won't") == ["I", "drink", "things", "won't"]
