from __future__ import annotations

from pathlib import Path

import pytest

from playground.ops.local import programs


def test_what_is_missing_is_named_all_at_once_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "DEBIAN_POSTGRES", tmp_path)
    with pytest.raises(programs.Missing) as refused:
        programs.find("caddy", "postgres", "initdb")
    assert str(refused.value) == "not installed: caddy, postgres, initdb (Debian: apt-get install caddy postgresql)"


def test_the_newest_postgresql_is_taken_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    monkeypatch.setattr(programs, "DEBIAN_POSTGRES", tmp_path)
    assert programs.find("postgres") == [str(tmp_path / "17" / "bin" / "postgres")]
