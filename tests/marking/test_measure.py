"""The measurement of what marking names: a small one of it, and the page of its figures."""

from __future__ import annotations

from tests.marking.measure import COLUMNS, KINDS, PAGE, Tally, page, renewed, row, tally_of


def test_silence_beats_falsehood_on_a_small_measurement() -> None:
    kinds = (
        "one slip: rounded at each step",
        "off the list",
        "mixed rows",
        "noise: some units",
        "invented rows: the spread",
        "invented cells: two",
        "rules of pages",
    )
    found = {kind: tally_of(kind, 12, seed=11) for kind in kinds}
    slips = found[kinds[0]]
    assert slips.named + slips.perhaps >= 0.9 * (
        slips.named + slips.perhaps + slips.silent + slips.unsure + slips.false
    )
    assert sum(found[kind].false for kind in kinds[2:]) == 0
    assert all(tally.first >= 0.99 * tally.sheets for tally in found.values())


def test_the_page_of_figures_is_the_scripts_own() -> None:
    head, _, table = PAGE.read_text("utf-8").partition("| kind |")
    assert page([]).partition("| kind |")[0] == head
    rows = [line.split(" | ") for line in ("| kind |" + table).strip().splitlines()]
    assert rows[0] == page([]).splitlines()[-2].split(" | ")
    assert [row[0].removeprefix("| ") for row in rows[2:]] == list(KINDS)
    assert all(len(row) == len(COLUMNS) + 1 for row in rows[2:])
    own = row(KINDS[-1], Tally(sheets=2, first=2))
    assert own.startswith(f"| {KINDS[-1]} | 2 |")
    assert (
        renewed(PAGE.read_text("utf-8"), {KINDS[-1]: own}).splitlines()[:-1]
        == PAGE.read_text("utf-8").splitlines()[:-1]
    )
