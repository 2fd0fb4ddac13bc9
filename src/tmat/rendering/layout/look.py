"""How a worksheet is to look: decimals, heat, how much of a big matrix, what the output can print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False, repr=False)
class Look:
    """The reader's choices, and what the output can print.

    ``digits``: decimals of every matrix (else up to four, or those it was rounded to).
    ``heat``: shade every result (True), or the named matrices.
    ``full``: big matrices whole, else by their edges; None: whole where the width is not limited.
    ``only``: the matrices to show.
    ``top``: how many of the likeliest words are listed.
    ``encoding``: what the output can print; characters it lacks are replaced ([ for ⎡, sqrt for √).
    ``glyphs``: heat in ░▒▓█ beside the number, for where there are no colours.
    ``fragment``: LaTeX for a document of one's own, without a preamble.
    ``whole``: how to have all of what is cut, said beside it.
    ``work``: the cells whose working a page shows (as ``--work`` takes them); None: of each step the first.
    ``width``: columns, where the format has a fixed width (SVG).
    """

    digits: int | None = None
    heat: bool | frozenset[str] = False
    full: bool | None = None
    only: tuple[str, ...] | None = None
    top: int = 5
    encoding: str = "utf-8"
    glyphs: bool = False
    fragment: bool = False
    whole: str = ""
    work: tuple[str, ...] | None = None
    width: int | None = None
