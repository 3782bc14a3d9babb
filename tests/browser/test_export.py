"""What a person takes along: the run as JSON and tables, pictures as SVG and PNG."""

from __future__ import annotations

import base64
import csv
import json
import math
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.browser.playground import Playground

pytestmark = pytest.mark.browser
SECRET = "Once upon a zebra, secretly"


@pytest.fixture
def finished(page: Playground) -> Playground:
    page.type_prompt(SECRET)
    page.set("seed", "11")
    page.set("max_tokens", "12")
    page.speed(None)
    page.run_to_end()
    page.select(3)
    return page


def saved(page: Playground, hook: str, folder: Path) -> Path:
    """The file that a press on ``hook`` saves."""
    with page.page.expect_download() as waiting:
        page.hook(hook).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def exported(page: Playground, what: str, folder: Path) -> Path:
    page.hook("export").click()
    return saved(page, f"export-{what}", folder)


def test_the_json_document_holds_the_run_as_it_is_on_the_screen(finished: Playground, tmp_path: Path) -> None:
    path = exported(finished, "run-json", tmp_path)
    run: Any = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "logitscope-stories-seed11-run.json"
    assert (run["format"], run["version"], run["seed"], run["run"]) == ("logitscope-run", 1, 11, finished.run_id)
    assert run["asked"]["prompt"] == SECRET
    assert [token["id"] for token in run["tokens"]] == finished.token_ids()
    assert b"".join(map(base64.b64decode, run["prompt"]["pieces"])).decode().endswith(SECRET)
    for token in run["tokens"]:
        for number, stage in enumerate(token["trace"]["stages"]):
            scores = [candidate["scores"][number] for candidate in token["trace"]["candidates"]]
            shown = sum(math.exp(score - stage["logsumexp"]) for score in scores if score is not None)
            assert shown + stage["other_mass"] == pytest.approx(1, abs=1e-4)
        dice = token["trace"]["dice"]
        assert dice["greedy"] or dice["low"] <= dice["u"] < dice["high"]
        attention = token["attention"]
        assert len(base64.b64decode(attention["weights"])) == len(attention["heads"]) * attention["length"]


def test_tables_have_a_row_for_each_token_and_candidate(finished: Playground, tmp_path: Path) -> None:
    shown = finished.page.locator('[data-testid="candidate"]').evaluate_all("rows => rows.map(row => Number(row.dataset.id))")
    for extension, read in (("csv", read_csv), ("ndjson", read_ndjson)):
        tokens = read(exported(finished, f"tokens-tokens-{extension}", tmp_path))
        assert [int(row["id"]) for row in tokens] == finished.token_ids()
        candidates = read(exported(finished, f"candidates-candidates-{extension}", tmp_path))
        assert sorted(int(row["id"]) for row in candidates if int(row["step"]) == 3) == sorted(shown)


def read_csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_ndjson(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("tab", "what"),
    [("Choice", "waterfall"), ("Choice", "dice"), ("Attention", "attention"), ("Attention", "attention-heads"), ("Timing", "timing")],
)
def test_every_picture_is_saved_as_svg_and_png(finished: Playground, tmp_path: Path, tab: str, what: str) -> None:
    finished.tab(tab)
    vector = saved(finished, f"save-{what}-svg", tmp_path)
    root = ElementTree.fromstring(vector.read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    pixels = saved(finished, f"save-{what}-png", tmp_path)
    data = pixels.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    assert vector.stem == pixels.stem
    assert vector.stem.startswith("logitscope-stories-seed11-")
    assert "zebra" not in vector.name


def test_there_is_nothing_to_export_before_the_first_token(page: Playground) -> None:
    assert page.hook("export").is_disabled()
