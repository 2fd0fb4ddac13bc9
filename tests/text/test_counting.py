"""Counting in pieces is counting the whole, however the pieces fall."""

from __future__ import annotations

import io
import tracemalloc
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tmat.errors import InputError, LimitError
from tmat.text.counting import LONGEST_WORD, _pieces, count, read_chunks
from tmat.text.splitting import clean, splitter
from tmat.text.tokenizing import tokens

AWKWARD = st.lists(
    st.sampled_from([*"aB1'’._,<>[|]/ \n\tsé你か한नि", *'\u0301\u3099\u200d\u00ad\ufe0f\u1161\u11ab·l"א׳'])
    | st.sampled_from([*"\U0001f469\U0001f3fd\U0001f1eb\U00020bb7", "<start>", "<|endoftext|>", "C++"]),
    max_size=80,
).map("".join)
CUTS = st.lists(st.integers(0, 120), max_size=12)


def parted(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize("tokenizer", ["words", "chars", "spaces"])
@given(text=AWKWARD, cuts=CUTS)
@example(text="a" * 30 + "\n" + "1,000" * 20 + "'b" * 30, cuts=[3, 34, 60, 90])
@example(text="<|endoftext|>" * 9, cuts=list(range(1, 117)))
def test_where_the_chunks_are_cut_changes_nothing(tokenizer: str, text: str, cuts: list[int]) -> None:
    split = splitter(tokenizer, ["C++"])
    pieces = _pieces(parted(text, cuts), split, size=1)
    assert [token for piece in pieces for token in piece] == list(split.split(clean(text)))


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 18])
@pytest.mark.parametrize("tokenizer", ["words", "chars", "spaces"])
def test_a_line_without_spaces_is_cut_between_tokens(size: int, tokenizer: str) -> None:
    text = "当你玩,don't|1,000-3.14<start>x\U0001f469\u200d\U0001f467é/" * 40
    pieces = _pieces([text], splitter(tokenizer), size)
    assert [token for piece in pieces for token in piece] == tokens(text, tokenizer)


@given(text=AWKWARD)
def test_counts_are_those_of_a_counter(text: str) -> None:
    counted = count([text], case="keep")
    assert counted.words == Counter(tokens(text))
    assert list(counted.words) == list(dict.fromkeys(tokens(text)))
    assert counted.total == len(tokens(text))


def test_case_is_folded_under_the_first_spelling() -> None:
    assert count(["The storm THE Storm the"]).words == {"The": 3, "storm": 2}
    assert count(["The the"], case="keep").words == {"The": 1, "the": 1}


def test_the_first_tokens_are_kept() -> None:
    counted = count(["a b A ", "c d"], keep=4)
    assert (counted.first, counted.cut, counted.total) == (("a", "b", "A", "c"), True, 5)
    assert not count(["a b"], keep=2).cut


def peak_memory(lines: int) -> int:
    stream = ("when you play the game of thrones you win or you die\n" * 100 for _ in range(lines))
    tracemalloc.start()
    try:
        assert count(stream).total == lines * 1200
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_vocabulary_and_not_with_the_text() -> None:
    assert peak_memory(400) < 1.1 * peak_memory(100)


def test_a_word_without_end_is_refused() -> None:
    with pytest.raises(LimitError) as caught:
        count("a" * 100_000 for _ in range(30))
    assert str(caught.value).startswith(f"a word of more than {LONGEST_WORD:,} characters\n  it begins aaaa")
    assert count("- " * 50_000 + "-" * 50_000 for _ in range(30)).total == 0
    assert count(["-" * 3_000_000]).total == 0


class Dripping(io.RawIOBase):
    """A stream that gives a byte at a time, as a slow pipe might."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        given, self.rest = self.rest[:1], self.rest[1:]
        buffer[: len(given)] = given
        return len(given)


def test_reading_passes_over_the_byte_order_mark_and_joins_line_ends() -> None:
    data = b"\xef\xbb\xbf" + "当你\r\n玩\re".encode()
    for stream in (io.BytesIO(data), Dripping(data)):
        assert "".join(read_chunks(stream, "play.txt")) == "当你\n玩\ne"  # type: ignore[arg-type]


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_not_utf8_are_placed(slow: bool, mark: bytes) -> None:
    data = mark + "当\ncaf".encode() + b"\xe9 noir"
    stream = Dripping(data) if slow else io.BytesIO(data)
    with pytest.raises(InputError) as caught:
        list(read_chunks(stream, "menu.txt"))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "menu.txt is not UTF-8 text\n"
        f"  byte {7 + len(mark)} (line 2), 0xe9, does not fit there\n"
        "  save it as UTF-8, or convert it: iconv -f LATIN1 -t UTF-8"
    )


def test_a_character_cut_by_the_end_is_placed() -> None:
    with pytest.raises(InputError, match=r"byte 1 \(line 1\), 0xe5, begins a character that is not finished"):
        list(read_chunks(io.BytesIO(b"a" + "当".encode()[:2]), "cut.txt"))


def test_a_bad_byte_far_into_a_file_is_placed() -> None:
    data = "wörd\n".encode() * 100_000
    with pytest.raises(InputError, match=r"byte 600000 \(line 100001\), 0xff"):
        list(read_chunks(io.BytesIO(data + b"\xff" + data), "long.txt"))


def test_utf16_is_recognised() -> None:
    with pytest.raises(InputError, match="begins as UTF-16") as caught:
        list(read_chunks(io.BytesIO("When".encode("utf-16")), "notepad.txt"))
    assert str(caught.value).endswith("iconv -f UTF-16 -t UTF-8")


def test_half_characters_are_placed_in_a_text_of_many_chunks() -> None:
    with pytest.raises(InputError, match="its character 5 is the byte 0xff"):
        count(["ab", "cd\udcff"])
