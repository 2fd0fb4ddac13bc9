"""How an extra is added is said as tmat was installed (PEP 610)."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tmat.errors import MissingExtra


@pytest.mark.parametrize(
    ("told", "command"),
    [
        (None, 'pip install "tmat[xlsx]"'),
        ({"url": "file:///home/li/my%20tmat", "dir_info": {}}, 'pip install "/home/li/my tmat[xlsx]"'),
        ({"url": "file:///home/li/tmat", "dir_info": {"editable": True}}, 'pip install -e "/home/li/tmat[xlsx]"'),
        (
            {"url": "file:///tmat-0.1.0-py3-none-any.whl", "archive_info": {}},
            'pip install "tmat[xlsx] @ file:///tmat-0.1.0-py3-none-any.whl"',
        ),
        (
            {"url": "https://example.org/tmat.git", "vcs_info": {"vcs": "git", "commit_id": "abc1"}},
            'pip install "tmat[xlsx] @ git+https://example.org/tmat.git@abc1"',
        ),
    ],
)
def test_an_extra_is_added_to_what_is_installed(told: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = None if told is None else json.dumps(told)
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: SimpleNamespace(read_text=lambda file: text))
    assert str(MissingExtra("xlsx", "a spreadsheet")) == (
        f"a spreadsheet needs the extra 'xlsx'\n  it is not installed here\n  try: {command}"
    )


def test_run_where_it_stands_it_names_its_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", none)
    (folder,) = re.findall(r'pip install "(.*)\[plot\]"', str(MissingExtra("plot", "a picture")))
    assert (Path(folder) / "src" / "tmat" / "errors.py").exists()
