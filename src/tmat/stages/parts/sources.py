"""The inputs of keys and values: X itself (self-attention), a context (cross-attention), or one for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tmat.errors import InputError, fold

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.sheet.worksheet import Matrix
    from tmat.stages.attention import AttentionOptions

INPUTS = {"K": "key_input", "V": "value_input"}


@dataclass(eq=False, repr=False)
class Sources:
    """The inputs of K and of V, and whether there is a context."""

    keys: Node
    values: Node
    crossing: bool

    @classmethod
    def of(cls, sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> Sources:
        """``key_input`` (or key) and ``value_input`` (or value) where given, else ``context``, else X."""
        crossing = sheet.has("context")
        context = sheet.given("context") if crossing else x
        _tell_apart(sheet, how, x, heads)
        keys, values = (sheet.given(name) if sheet.has(name) else context for name in INPUTS.values())
        return cls(keys, values, crossing)

    def noted(self, sheet: Sheet, x: Node) -> None:
        """Note the inputs of K and V where they are not X."""
        sheet.note("keys and values from the context" if self.crossing else "")
        for kind, node in (("keys", self.keys), ("values", self.values)):
            sheet.note(f"{kind} from {node.name}" if node.name not in (x.name, "context") else "")


def _tell_apart(sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> None:
    """Decide whether what is given as key is K, or the input of K as in torch's MultiheadAttention; so with value and V.

    It is the input where W_K is given, or where it is as wide as X and K would not be.
    """
    called = {letter: sheet.called(letter) for letter in INPUTS}
    keys = {"K": _width_of_keys(sheet, how, x, heads), "V": how.d_v and how.d_v * (how.kv_heads or heads)}
    told = None
    for letter, name in INPUTS.items():
        if not called[letter] or len(fold(called[letter])) == 1:
            continue  # K itself, by its letter
        given = sheet.peek(letter)
        assert given is not None
        weighted = any(map(sheet.has, (f"W_{letter}", f"W_{letter}1")))
        if not weighted and told is None:
            told = _as_wide(sheet, how, x, given, keys[letter], called[letter], letter)
        if weighted or told:
            sheet.rename(letter, name)
        told = weighted or told


def _as_wide(
    sheet: Sheet, how: AttentionOptions, x: Node, given: Matrix, width: int | None, called: str, letter: str
) -> bool:
    """Whether a key or value is an input by its width.

    Errors: a width that both would have.
    """
    if not x or sheet.has("Q") or not how.weights or how.cache or given.width != x.width:
        return False
    if width is not None and width != given.width:
        return True
    raise InputError(
        f"{called} can be {letter}, or the input that {letter} is made of",
        f"it is {given.size}, as wide as X, and as {letter} " + ("would be" if width else "may be"),
        mend=f"say which: ‹-m {letter}›, or ‹-m {INPUTS[letter]}›",
    )


def _width_of_keys(sheet: Sheet, how: AttentionOptions, x: Node, heads: int) -> int:
    """The width of the keys of all heads side by side."""
    groups = how.kv_heads or heads
    weight = sheet.peek("W_Q")
    return (weight.width // heads if weight is not None else how.d_k or x.width // heads) * groups
