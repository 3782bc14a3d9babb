"""Where models may be loaded from."""

from pathlib import Path

import pytest

from inference.sources import SourceError, locate


def test_a_hub_id_has_no_folder() -> None:
    assert locate("owner/name", []) is None


def test_an_unknown_bundled_model_is_refused() -> None:
    with pytest.raises(SourceError, match="no bundled model"):
        locate("bundled:../../secret", [])


def test_a_folder_under_a_root_is_found(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert locate(str(tmp_path / "model"), [tmp_path]) == tmp_path / "model"


@pytest.mark.parametrize("roots", [[], ["elsewhere"]])
def test_a_folder_outside_the_roots_is_refused(tmp_path: Path, roots: list[str]) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(SourceError, match="not under an allowed model folder"):
        locate(str(tmp_path / "model"), [tmp_path / root for root in roots])


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(SourceError):
        locate(str(tmp_path / "root" / "link"), [tmp_path / "root"])


def test_dots_out_of_the_root_are_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with pytest.raises(SourceError):
        locate(str(tmp_path / "root" / ".."), [tmp_path / "root"])


def test_a_file_is_no_model_folder(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("x")
    with pytest.raises(SourceError, match="not a folder"):
        locate(str(tmp_path / "model"), [tmp_path])
