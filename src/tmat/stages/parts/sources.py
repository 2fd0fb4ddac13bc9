"""What keys and values are made of: the queries' own input, a context, or an input each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


@dataclass(eq=False, repr=False)
class Sources:
    """The inputs of K and of V, and whether they are a context's."""

    keys: Node
    values: Node
    crossing: bool

    @classmethod
    def of(cls, sheet: Sheet, x: Node) -> Sources:
        """As they are given: ``context`` for both, ``key_input`` and ``value_input`` for one; else X."""
        crossing = sheet.has("context")
        context = sheet.given("context") if crossing else x
        keys, values = (sheet.given(name) if sheet.has(name) else context for name in ("key_input", "value_input"))
        return cls(keys, values, crossing)

    def noted(self, sheet: Sheet, x: Node) -> None:
        """Say what they are where that is not X."""
        sheet.note("keys and values from the context" if self.crossing else "")
        for kind, node in (("keys", self.keys), ("values", self.values)):
            sheet.note(f"{kind} from {node.name}" if node.name not in (x.name, "context") else "")
