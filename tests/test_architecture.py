"""The picture in docs/architecture.md is what the imports say, and each room that it names is described there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.test_arrows import ORDER, SOURCE, Imports, imports

PAGE = Path(__file__).parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- picture -->\n```text\n", "```\n<!-- end -->"


def rooms(found: Imports) -> dict[str, set[str]]:
    """Which package or single file imports which, by their names under tmat."""
    arrows: dict[str, set[str]] = {}
    for module, imported in found.items():
        parts = module.split(".")
        if len(parts) > 1 and parts[1] != "__main__":
            own = arrows.setdefault(parts[1], set())
            own |= {name.split(".")[1] for name in imported if "." in name} - {parts[1]}
    return arrows


def reduced(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows less those that others imply: a → c where a → b → c."""

    def below(room: str) -> set[str]:
        return {room}.union(*(below(other) for other in arrows[room]))

    return {
        room: {one for one in to if not any(one in below(other) for other in to - {one})} for room, to in arrows.items()
    }


def picture() -> str:
    """A line a room, the highest first: the room, and the rooms just below it that it imports."""
    arrows = reduced(rooms(imports(SOURCE)))
    order = sorted(arrows, key=ORDER.index, reverse=True)
    wide = max(map(len, order))
    lines = []
    for room in order:
        to = sorted(arrows[room], key=ORDER.index, reverse=True)
        lines.append(f"{room:<{wide}}  ──▶ {'  '.join(to)}" if to else room)
    return "\n".join(lines) + "\n"


def test_the_picture_is_what_the_imports_say(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--rewrite-docs"):
        before, rest = text.split(BEGIN)
        text = before + BEGIN + picture() + END + rest.split(END, 1)[1]
        PAGE.write_text(text, encoding="utf-8")
    assert BEGIN + picture() + END in text


def test_each_room_is_described() -> None:
    text = PAGE.read_text(encoding="utf-8")
    packages = {path.name for path in (SOURCE / "tmat").iterdir() if (path / "__init__.py").exists()}
    assert packages == set(re.findall(r"^- `(\w+)/`:", text, re.MULTILINE))


def test_each_file_that_the_page_names_is_there() -> None:
    for name in re.findall(r"`([\w/]+\.py)`", PAGE.read_text(encoding="utf-8")):
        assert (SOURCE / "tmat" / name).is_file() or (SOURCE.parent / name).is_file(), name


def test_an_arrow_that_others_imply_is_left_out() -> None:
    assert reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}
