"""The first screen, of ``tmat`` without a command: what it is, and five commands to begin with."""

from __future__ import annotations

BEGIN = (
    ("a worked article, each number beside the printed one", "tmat example thrones"),
    ("one stage, on that article's own matrices", "tmat attention --d-k 6"),
    ("how one of its numbers came about", "tmat attention --d-k 6 --work 'scores[When,play]'"),
    ("numbers of your own", "tmat attention -m X='1 0; 0 1; 1 1' --no-weights"),
    ("a sentence through two stages", "tmat embed --text 'When you play' | tmat posenc"),
)

ALL = "tmat --help: all commands · tmat help attention: one of them"


def opening(about: str) -> str:
    """The first screen.

    >>> print(opening("Sums.").splitlines()[3].strip())
    tmat example thrones
    """
    commands = "\n".join(f"   {what}\n     {command}\n" for what, command in BEGIN)
    return f"{about}\n\n{commands}\n{ALL}\n"
