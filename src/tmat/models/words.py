"""The words of a model and their ids, from tokenizer.json; the library tokenizers splits a text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import orjson

from tmat.errors import InputError, MissingExtra, meant
from tmat.reading.files import open_file, read_bytes
from tmat.visible import visible


class Words:
    """The tokenizer of a model; its file is read when it is first needed."""

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def _json(self) -> dict[str, Any]:
        if not os.path.lexists(self.path):
            raise InputError(f"there is no {visible(self.path, 200)}", "it says which words the ids are")
        with open_file(self.path) as stream:
            data = read_bytes(stream, self.path)
        try:
            found = orjson.loads(data)
            assert isinstance(found["model"], dict)
        except (ValueError, LookupError, TypeError, AssertionError):
            raise self._damaged("expected an object with a model of words") from None
        return dict(found)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each word."""
        words = self._json["model"].get("vocab", {})
        try:
            known = dict(words) if isinstance(words, dict) else {each[0]: n for n, each in enumerate(words)}
            known |= {each["content"]: each["id"] for each in self._json.get("added_tokens") or ()}
        except (LookupError, TypeError, ValueError):
            raise self._damaged("expected the id of each word") from None
        if not all(isinstance(word, str) and type(id) is int for word, id in known.items()):
            raise self._damaged("expected the id of each word")
        return known

    @cached_property
    def by_id(self) -> dict[int, str]:
        return {id: word for word, id in self.ids.items()}

    def of(self, ids: Sequence[int], blank: str = "{}") -> list[str]:
        """The words of ids; an id without a word, or of a model without a tokenizer, is shown as its number."""
        known = self.by_id if os.path.lexists(self.path) else {}
        return [known[id] if id in known else blank.format(id) for id in ids]

    def ids_of(self, words: Sequence[str]) -> list[int]:
        """The ids of words as the tokenizer spells them.

        Errors: a word that it does not know.
        """
        for word in words:
            if word not in self.ids:
                near = next((mark + word for mark in ("Ġ", "▁", "##") if mark + word in self.ids), None)
                mend = f"did you mean {near}?" if near else meant(word, self.ids)
                raise InputError(
                    f"the model has no token '{visible(word)}'", f"in {visible(self.path, 200)}", mend=mend
                )
        return [self.ids[word] for word in words]

    def tokenized(self, text: str) -> tuple[list[int], list[int]]:
        """The ids of a text and the type of each token, with the special tokens that the tokenizer adds."""
        tokenizer = self._tokenizer
        tokenizer.no_padding()
        tokenizer.no_truncation()
        found = tokenizer.encode(text)
        return list(found.ids), list(found.type_ids)

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtra("models", "taking a text apart as a model does") from None
        _ = self._json  # checks the file
        try:
            return Tokenizer.from_file(self.path)
        except Exception as error:  # the library raises no class of its own
            raise self._damaged(visible(str(error), 200)) from None

    def _damaged(self, why: str) -> InputError:
        return InputError(f"{visible(self.path, 200)} is no tokenizer", why)
