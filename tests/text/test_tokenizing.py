"""Text to words, in scripts and habits of every kind."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.text.splitting import SPECIAL, splitter
from tmat.text.tokenizing import check_case, clean, compared, tokens
from tmat.text.vocabulary import Vocabulary, tokenize

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
FRANCE, GERMANY = "\U0001f1eb\U0001f1f7", "\U0001f1e9\U0001f1ea"

WORDS = [
    ("I drink and I know things.", "I drink and I know things"),
    ("don't! won’t WON'T", "don't won't WON'T"),
    ("'quoted' ‘this’ “that”", "quoted this that"),
    ("rock 'n' roll, the dogs' '90s", "rock n roll the dogs 90s"),
    ("O’Brien’s y'all'd've don''t", "O'Brien's y'all'd've don t"),
    ("e.g. well-known and/or A&B", "e g well known and or A B"),
    ("3.14 1,000,000 1,2 12,3456 v1.2. 50%", "3.14 1,000,000 1 2 12 3456 v1.2 50"),
    ("https://example.com/a_b?c=d", "https example com a_b c d"),
    ("d_model __init__ _so_ ___", "d_model init so"),
    ("当你玩权力的游戏", "当 你 玩 权 力 的 游 戏"),
    ("你won't玩，GPT4。", "你 won't 玩 GPT4"),
    ("\U00020bb7野家", "\U00020bb7 野 家"),
    ("ラーメンを食べる。", "ラ ー メ ン を 食 べ る"),
    ("か\u3099く", "が く"),
    ("한국어 문장", "한국어 문장"),
    ("\u1112\u1161\u11ab국", "한국"),
    ("أنا أشرب، وأعرف", "أنا أشرب وأعرف"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("हिन्दी में क्षत्रिय।", "हिन्दी में क्षत्रिय"),
    ("क्\u200dष ന്\u200d", "क्\u200dष ന്\u200d"),
    ("ภาษาไทย สวัสดี", "ภาษาไทย สวัสดี"),
    ("cafe\u0301 soft\u00adhyphen Q·K", "café softhyphen Q K"),
    (f"{FAMILY}{THUMB}{FRANCE}{GERMANY}ok❤\ufe0f", f"{FAMILY} {THUMB} {FRANCE} {GERMANY} ok ❤\ufe0f"),
    ("<start>a<PAD>b</s> [CLS] <b>", "<start> a <PAD> b </s> [CLS] b"),
    ("— … → © ±", ""),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words(text: str, words: str) -> None:
    assert tokens(text) == words.split(" ") * bool(words)


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_do_not_depend_on_composition(text: str, words: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(text)


ASCII = st.text(st.sampled_from("ab1'_., -<>[]\nZ"), max_size=30)


@given(ASCII)
def test_quick_pattern_for_ascii_says_what_the_full_one_says(text: str) -> None:
    for tokenizer in ("words", "chars"):
        split = splitter(tokenizer)
        assert split.ascii.findall(text) == split.any.findall(text)
        assert list(split.split(text)) == split.any.findall(text)


@given(st.text(st.sampled_from("abZ1' !?-\n"), max_size=40))
def test_words_are_those_of_the_plain_pattern_less_outer_quotes(text: str) -> None:
    text = re.sub("''+", " ", text)
    plain = [word.strip("'") for word in re.findall(r"[\w']+", text)]
    assert tokens(text) == [word for word in plain if word]


@given(st.text(max_size=30))
def test_characters_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text, "chars")) == clean(text)


@given(st.text(max_size=30))
def test_a_word_is_one_word(text: str) -> None:
    for word in tokens(text):
        assert tokens(word) == [word]


def test_characters() -> None:
    assert tokens("a b\ne\u0301 你", "chars") == ["a", " ", "b", "\n", "é", " ", "你"]
    assert tokens(f"{FAMILY}!{FRANCE}{GERMANY}", "chars") == [FAMILY, "!", FRANCE, GERMANY]
    assert tokens("नि<start>", "chars") == ["नि", "<start>"]
    assert tokens("<start>ab", "chars") == ["<start>", "a", "b"]


def test_special_tokens_of_ones_own() -> None:
    found = tokens("C++ in C++17 by <you>", special=["C++", "<you>"])
    assert found == ["C++", "in", "C++", "17", "by", "<you>"]
    assert tokens("STARTED START", special=["START"]) == ["STARTED", "START"]
    assert tokens(" ".join(SPECIAL)) == list(SPECIAL)
    with pytest.raises(InputError, match="'new york' cannot be a token") as caught:
        tokens("x", special=["new york"])
    assert str(caught.value).endswith("write it with _ for the space")
    with pytest.raises(InputError, match="'' cannot be a token"):
        tokens("x", special=[""])


def test_comparing_without_case() -> None:
    assert compared("STRASSE") == compared("straße")
    assert compared("ΟΔΟΣ") == compared("οδος")
    assert compared("É") == compared("é") == "é"
    assert compared("When", "keep") == "When"


def test_half_characters_are_named() -> None:
    with pytest.raises(InputError) as caught:
        tokens("caf\udce9 noir")
    assert str(caught.value) == (
        "the text is not UTF-8 text\n  in place of its character 4 is the byte 0xe9\n  give it as UTF-8"
    )
    with pytest.raises(InputError, match=r"the text is not") as caught:
        tokens("\ud800")
    assert "half a character, U+D800" in str(caught.value)


def test_a_pile_of_marks_is_refused_quickly() -> None:
    with pytest.raises(InputError, match="combining marks"):
        tokens("a" + "\u0300\u0323" * 100_000)
    assert len(tokens("a" + "\u0300\u0323" * 100)) == 1
    assert len(tokens("नि" * 20_000)) == 1


def test_choices_are_checked() -> None:
    with pytest.raises(InputError) as caught:
        tokens("x", "word")
    assert str(caught.value) == "no tokenizer 'word'\n  there are words, chars, spaces\n  did you mean words?"
    with pytest.raises(InputError, match="no case 'lower'"):
        check_case("lower")


def test_vocabulary_looks_up_without_case() -> None:
    known = Vocabulary(("When", "you", "won't"), first_id=1)
    assert known.id("WHEN") == 1
    assert known.lookup(["when", "You", "won’t"]) == [1, 2, 3]
    assert known.id("dragon") is None
    assert Vocabulary(("When", "when"), case="keep").lookup(["when", "When"]) == [1, 0]
    assert known == Vocabulary(("When", "you", "won't"), first_id=1)


def test_unknown_words_are_all_named_with_near_ones() -> None:
    known = Vocabulary(("When", "thrones", "storm"), first_id=1)
    with pytest.raises(InputError) as caught:
        known.lookup(["When", "Throne", "zzz", "zzz"])
    assert str(caught.value) == (
        "the vocabulary lacks 2 words of the text\n"
        "  'Throne': near it are thrones\n"
        "  'zzz'\n"
        "  use its words, or add these to the corpus, or put <unk> among its special tokens"
    )
    with pytest.raises(InputError, match="lacks 30 words") as caught:
        known.lookup([f"w{n}" for n in range(30)])
    assert "and 20 more" in str(caught.value)


def test_unknown_words_of_a_large_vocabulary() -> None:
    known = Vocabulary((*(f"word{n}" for n in range(6000)), "Thrones"))
    with pytest.raises(InputError, match=r"'throne': near it are Thrones"):
        known.lookup(["throne"])


def test_unk_stands_for_unknown_words() -> None:
    assert Vocabulary(("<unk>", "a"), first_id=1).lookup(["a", "dragon", "<UNK>"]) == [2, 1, 1]


def test_text_to_embed_is_taken_apart_as_the_vocabulary_was() -> None:
    known = Vocabulary(("<start>", "C++", "won't", "you", "new york"))
    assert tokenize("<start> C++ you won’t", known) == ["<start>", "C++", "you", "won't"]
    chars = Vocabulary(("a", "b", " ", "<go>"), tokenizer="chars")
    assert tokenize("ab <go>", chars) == ["a", "b", " ", "<go>"]


def test_spaces_part_a_text_that_is_segmented_already() -> None:
    assert tokens("当 你 玩 权力 的 游戏 , .\n<start>", "spaces") == [
        "当",
        "你",
        "玩",
        "权力",
        "的",
        "游戏",
        ",",
        ".",
        "<start>",
    ]
    assert tokens("won’t\u3000cafe\u0301", "spaces") == ["won't", "café"]


@pytest.mark.parametrize("text", ["权力 游戏", "权力游戏", "权力, 游戏!"])
def test_words_of_a_vocabulary_stay_whole(text: str) -> None:
    assert tokenize(text, Vocabulary(("权力", "的", "游戏"))) == ["权力", "游戏"]
