"""tmat example on the command line: the list, one example, its parts, its script, and what it says no to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import attempt, refused, tmat

from tmat.articles import EXAMPLES, TITLES, load
from tmat.articles.auditing import audit
from tmat.articles.pages import pages
from tmat.cli.environment import Environment
from tmat.cli.program import run
from tmat.rendering.layout import render
from tmat.rendering.styled import to_text
from tmat.visible import width

SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_the_list_names_every_example() -> None:
    lines = tmat("example").output.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith("  ")] == list(EXAMPLES)
    assert [line.strip() for line in lines if line.startswith("  ")] == list(TITLES.values())
    assert lines[0].endswith("one sentence by hand, from the corpus to the predicted word")


def test_the_list_fits_a_narrow_terminal() -> None:
    lines = tmat("example --width 40").output.splitlines()
    assert max(map(width, lines)) <= 40
    assert sum(not line.startswith("  ") for line in lines) == len(EXAMPLES)


def test_titles_are_left_out_where_they_cannot_be_printed() -> None:
    env = Environment.piped(encoding="ascii")
    assert run(["example"], env) == 0
    assert env.output.isascii()
    assert "\\u" not in env.output
    assert len(env.output.splitlines()) == len(EXAMPLES)


def test_an_unknown_name() -> None:
    assert refused("example thorns") == (
        "tmat example: no example 'thorns'\n"
        "  there are thrones, weighted-sum, causal, seven-versions, journey\n"
        "  did you mean thrones?"
    )


def test_an_option_without_a_name() -> None:
    assert refused("example --only Q") == (
        "tmat example: which example?\n  no name was given\n  tmat example lists them, tmat example thrones shows one"
    )


@pytest.mark.parametrize("option", ["--format json", "--only Q", "--work Q", "--trace Q"])
def test_a_script_is_text(option: str) -> None:
    name = option.split()[0]
    assert refused(f"example causal --script {option}") == (
        f"tmat example: --script and {name} contradict each other\n  a script is text, for a shell"
    )


def test_piped_it_is_its_worksheets() -> None:
    sheets = tmat("example thrones -f json").sheets
    assert [[stage["id"] for stage in sheet["stages"]] for sheet in sheets] == [
        ["vocab", "embed", "posenc", "attention", "addnorm", "ffn", "addnorm-2"], ["embed", "posenc"],
        ["attention"], ["attention"], ["decode-1"],
    ]  # fmt: skip
    assert sheets[0]["stages"][3]["given"]["V"]["values"][0] == [3.88, 3.8, 4.08, 3.42]


def test_corrected_takes_nothing_as_printed_that_can_be_computed() -> None:
    stage = tmat("example thrones --corrected -f json").sheets[0]["stages"][3]
    [v] = [step for step in stage["steps"] if step["name"] == "V"]
    assert v["values"][0] == [3.63, 4.58, 4.21, 4.76]
    text = tmat("example thrones --corrected --format table").output
    assert "printed" not in text
    assert "unexplained" not in text


def test_a_terminal_gets_tables_in_colour() -> None:
    env = Environment.piped(stdout_tty=True, variables={"COLUMNS": "80", "TERM": "xterm-256color"})
    assert run(["example", "thrones"], env) == 0
    assert "\x1b[32m" in env.output
    assert "unexplained 0" in env.output


def test_only_some_matrices() -> None:
    text = tmat("example thrones --only V --format table --width 100").output
    assert "V = X·W_V" in text
    assert "24 another-matrix: every number is Q's: V was made with W_Q, or Q was copied" in text
    assert "Q = X·W_Q" not in text
    assert "unexplained" not in text


def test_only_a_name_that_is_not_there() -> None:
    message = refused("example causal --only maskd --format table")
    assert message.startswith("tmat example: --only: no matrix 'maskd' in this example\n  it has K, ")
    assert message.endswith("\n  did you mean mask?") or message.endswith("\n  did you mean masked?")


def test_only_goes_for_what_is_piped_too() -> None:
    sheets = tmat("example thrones --only Q -f json").sheets
    assert [[stage["id"] for stage in sheet["stages"]] for sheet in sheets] == [["attention"]]
    assert [step["name"] for step in sheets[0]["stages"][0]["steps"]] == ["Q"]
    assert refused("example thrones --only nothing").startswith(
        "tmat example: --only: no matrix 'nothing' in this example"
    )


def test_the_working_of_a_cell() -> None:
    lines = tmat("example thrones --work 'scores[When,play]'").output.splitlines()
    assert lines[0] == "scores[When, play] = Σ Q[When, k] · K[play, k]"
    assert lines[-1].endswith("49.7306")


def test_the_working_of_a_cell_that_is_not_there() -> None:
    assert "no matrix 'nothing'" in refused("example causal --work nothing")


def test_a_page_and_a_script_into_files(tmp_path: Path) -> None:
    assert attempt(f"example weighted-sum -o {tmp_path}/page.md").code == 0
    page = (tmp_path / "page.md").read_text("utf-8")
    assert page.startswith("# weighted-sum: ")
    assert page == tmat("example weighted-sum --format markdown").output
    assert attempt(f"example weighted-sum --script -o {tmp_path}/run.sh").code == 0
    assert (tmp_path / "run.sh").read_text("utf-8") == tmat("example weighted-sum --script").output


def test_other_formats_show_the_worksheets(tmp_path: Path) -> None:
    text = tmat("example weighted-sum --format text").output
    assert "Z   # Z = weights·V, 2×3" in text
    assert attempt(f"example weighted-sum -o {tmp_path}/sheets.json").code == 0
    assert json.loads((tmp_path / "sheets.json").read_text("utf-8"))["tmat"] == 1


def test_digits_and_ascii() -> None:
    assert "1.63 " in tmat("example weighted-sum --format table --digits 2 --only scaled").output
    env = Environment.piped(encoding="ascii")
    assert run(["example", "thrones", "--format", "table", "--width", "80"], env) == 0
    assert env.output.isascii()
    assert env.output.rstrip().endswith("unexplained 0")


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_line_is_wider_than_was_asked(name: str) -> None:
    made = pages(audit(load(name)))
    for columns in (60, 80, 120, 200):
        assert max(map(width, to_text(render(*made, width=columns)).splitlines())) <= columns
    assert max(map(width, tmat(f"example {name} --format table --width 40").output.splitlines())) <= 40


def test_help_does_not_touch_the_arithmetic() -> None:
    code = "import sys; from tmat.cli.program import run; from tmat.cli.environment import Environment as E; run(['example', '--help'], E.piped()); sys.exit('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False).returncode == 0
    )


def test_a_part_is_a_step_of_the_article() -> None:
    page = tmat("example thrones --part 6 -f table").output
    assert page.startswith(" steps 5 and 6: the positions, added to the embeddings\n")
    assert [line for line in page.splitlines() if line.startswith(" step")] == page.splitlines()[:1]
    assert tmat("example thrones --part 7 -f json").stage["id"] == "attention"
    assert len(tmat("example thrones --part 12 -f json").sheets) == 2
    assert tmat("example seven-versions --part 3 -f table").output.startswith(" version 3: scaled\n")
    assert len(tmat("example journey --part 13 -f json").sheets) == 2
    assert refused("example thrones --part 14") == "tmat example: thrones has no part 14\n  it has 1 to 13"


def test_all_thirteen_steps_are_there() -> None:
    page = tmat("example thrones -f table").output
    heads = [line.split(":")[0] for line in page.splitlines() if line.startswith(" step")]
    assert list(dict.fromkeys(heads)) == [
        " steps 1 to 3", " step 4", " steps 5 and 6", " step 7", " step 8", " step 9", " step 10", " step 11", " step 12",
        " step 13",
    ]  # fmt: skip
    words = " ".join(page.split())
    assert (
        "of <start> you win or you die <end> the decoder is given <start> first, and its answer should be you" in words
    )
    assert "as key and value in the paper, where the query comes from this X" in words
    assert (
        "step 9: the feed-forward network one layer · d_ff = 6 the article prints what comes out, and neither" in words
    )
