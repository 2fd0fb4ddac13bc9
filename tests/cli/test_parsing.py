"""Values that were forgotten, and words too many: for every command and every option, what is said and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.running import refused, tmat

from tmat.cli.parsing import refuse_malformed
from tmat.cli.program import app, command_names
from tmat.errors import InputError

GROUP: Any = typer.main.get_command(app)


@pytest.mark.parametrize("command", command_names())
def test_a_forgotten_value_is_said_of_every_option(command: str) -> None:
    options = [each for each in GROUP.get_command(None, command).params if each.param_type_name == "option"]
    for option in (each for each in options if not each.is_flag):
        for flag in option.opts:
            mend = f"\n  {flag} {option.metavar}: {option.help}"
            for other in ("--help", f"{flag}=3", "--mistyped-one", "--"):
                with pytest.raises(InputError) as met:
                    refuse_malformed([flag, other, "2"], options)
                follows = f"\n  the next option, {other.partition('=')[0]}, follows it"
                assert str(met.value) == f"{flag} needs a value{follows}{mend}"
            refuse_malformed([flag, "2"], options)


def test_a_forgotten_value_at_the_command_line() -> None:
    said = "--d-k N: The number under the root, and a head's width where W_Q is drawn; default: d_model / heads."
    assert refused("attention --d-k") == f"tmat attention: --d-k needs a value\n  nothing follows it\n  {said}"
    assert "attention: --qk-norm needs a value\n  the next option, --d-k," in refused("attention --qk-norm --d-k 2")
    assert tmat("attention --work --only Q").output == tmat("attention --only Q --work").output  # of all


@pytest.mark.parametrize(
    ("line", "said"),
    {
        "attention --causal true": "--causal takes no value, but true follows it\n  try --causal alone",
        "attention --heads 2 3": "--heads takes one value, but 3 follows 2\n  try --heads 2",
        "attention --heads=2 3": "--heads takes one value, but 3 follows 2\n  try --heads 2",
        "attention --only Q K --full": "--only takes one value, but K follows Q\n  try --only Q,K",
        "attention -m X=1 2": "-m takes one value, but 2 follows X=1\n  try -m 'X=1 2'",
        "attention -mX=1 2": "-m takes one value, but 2 follows X=1\n  try -m 'X=1 2'",
        "embed --text When you play -f csv": "but you follows When\n  try --text 'When you play'",
        "scaling 3": "tmat scaling: it takes options only: what is 3 for?",
        "example thrones more": "tmat example: it takes one NAME: what is more for?",
        "attention --heads -- 2": "tmat attention: --heads needs a value",
    }.items(),
)
def test_words_too_many(line: str, said: str) -> None:
    assert said in refused(line)


def test_a_file_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("e.json").write_text("[[1]]")
    assert refused("attention --causal e.json") == (
        "tmat attention: no file by itself: e.json\n"
        "  try --weights e.json for all that it names, -m X=e.json for one matrix, < e.json for a worksheet"
    )
