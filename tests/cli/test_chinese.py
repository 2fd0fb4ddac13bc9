"""Words that are parted already stay as they are: on the command line, in a vocabulary, in a corpus."""

from __future__ import annotations

from tests.cli.running import pipe, refused, tmat


def test_segmented_words_are_looked_up_whole() -> None:
    done = tmat("embed --words '权力 的 游戏' --text '权力 游戏' -f json")
    assert done["ids"].ravel().tolist() == [1, 3]
    assert done.entry("E")["rows"] == ["权力", "游戏"]


def test_a_segmented_corpus_down_the_pipe() -> None:
    done = pipe("vocab --tokenizer spaces --text '当 你 玩 权力 的 游戏' -f json", "embed --text '权力 游戏' -f json")
    assert done["ids"].ravel().tolist() == [4, 6]


def test_tokens_keep_each_word_that_blanks_part() -> None:
    work = tmat("embed --tokens 'I will work .' --seed 0 -f json")
    assert work.entry("E")["rows"] == ["I", "will", "work", "."]
    labelled = tmat("attention -m X='1 2; 3 4; 5 6; 7 8' --tokens 'I will work .' -f json")
    assert labelled.entry("weights")["cols"] == ["I", "will", "work", "."]
    given = tmat("embed --tokens 'a b' --words 'a b' -m W_E='1 2; 3 4' -f json")
    assert given["E"].tolist() == [[1, 2], [3, 4]]


def test_a_word_that_a_vocabulary_lacks_is_said() -> None:
    assert refused("embed --words 'I will' --tokens 'I will .'").split("\n")[:2] == [
        "tmat embed: the vocabulary lacks a word of the text",
        "  '.'",
    ]


def test_the_kind_of_token_is_named_as_people_call_it() -> None:
    assert tmat("vocab --tokenizer spaces --text '权力 的 游戏' -f json").notes[0] == "3 words, 3 different"
    assert tmat("vocab --tokenizer chars --text 'abba' -f json").notes[0] == "4 characters, 2 different"
