"""tmat check on a Dask cluster: the same bytes as in one process, and what is said where there is none to mark on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import attempt, refused, tmat
from tests.marking.reported import to_json
from tests.marking.test_reports import handed_in, key

from tmat.marking.many import mark_many
from tmat.rendering.formats.json import dumps

SHUT = "tcp://127.0.0.1:9"  # where nobody listens


@pytest.mark.usefixtures("from_an_index")
def test_without_the_extra_it_is_said_how_to_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    tmat(f"attention --d-k 6 -o {tmp_path}/key.json")
    assert refused(f"check {tmp_path}/key.json --key {tmp_path}/key.json --cluster {SHUT}") == (
        "tmat check: --cluster needs the extra 'cluster'\n  it is not installed here\n"
        '  try: pip install "tmat[cluster]"'
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two workers on this machine, each a process."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as running:
        yield running


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class by paths that hold only here: the workers have a folder of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    handed_in(tmp_path / "answers", 30)
    (tmp_path / "answers" / "s031.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "key.json").write_bytes(dumps(key()))
    return tmp_path


def test_the_same_bytes_as_in_one_process(cluster: Any, answers: Path) -> None:
    for form in ("json", "csv", "table"):
        alone = attempt(f"check answers --key key.json -f {form} --jobs 1")
        spread = attempt(f"check answers --key key.json -f {form} --cluster {cluster.scheduler_address}")
        assert alone.code == spread.code == 2
        assert spread.errors == alone.errors
        assert spread.output == alone.output


def test_a_worker_that_dies_costs_nothing(cluster: Any, answers: Path) -> None:
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        before = set(client.run(os.getpid).values())
        assert len(before) == 2
        found = mark_many(["answers"], key(), executor=client.get_executor(pure=False))
        spread = [next(found)]
        os.kill(before.pop(), 9)
        spread += found
    assert to_json(spread) == to_json(list(mark_many(["answers"], key(), jobs=1)))


def test_a_cluster_that_goes_away_costs_nothing(cluster: Any, answers: Path) -> None:
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        found = mark_many(["answers"], key(), executor=client.get_executor(pure=False))
        spread = [next(found)]
        client.close()
        spread += found
    assert to_json(spread) == to_json(list(mark_many(["answers"], key(), jobs=1)))


def test_where_nobody_answers(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr("tmat.cli.cluster.PATIENCE", 1)
    for address in (SHUT, "nonsense://x"):
        said = refused(f"check answers --key key.json --cluster {address}").splitlines()
        assert said[0] == f"tmat check: no Dask cluster answers at {address}"
        assert said[-1] == "  give the address of its scheduler: tcp://host:8786"
