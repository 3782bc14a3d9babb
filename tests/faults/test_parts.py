"""The parts of a production site as its images hold them: a web process without torch, and workers that each take runs from a queue of their own.

One site for all tests of this file: Redis, a web process, a worker of the queue ``decode`` and one of ``small``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from inference.eventlog.redis import PREFIX, RedisLog
from inference.eventlog.redis_wire import hash_key
from inference.runs import memory
from tests.redis_server import RedisServer
from tests.site import Process, Site, until
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]
SECRET = "correct horse battery"
MODEL, QUEUE = "stories-draft", "small"
# As in an environment where they are not installed: nothing finds them.
ABSENT = """
import importlib.machinery as machinery
found = machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in ("torch", "transformers") else found(name, path, target)
machinery.PathFinder.find_spec = staticmethod(find_spec)
"""
PAGES = [
    "/",
    "/compare",
    "/sessions",
    "/gallery",
    "/r/",
    "/account/login",
    "/api/docs",
    "/api/openapi.json",
    "/healthz",
    "/readyz",
    "/v1/models",
    "/jsi18n/",
]


@dataclass
class Parts:
    site: Site
    log: RedisLog
    workers: dict[str, Process]  # by queue
    panel: httpx.Client  # of an operator

    def name(self, queue: str) -> str:
        """What the worker of ``queue`` calls itself."""
        (found,) = [name for name in self.log.workers() if name.endswith(f":{self.workers[queue].pid}")]
        return found

    def in_memory(self, queue: str) -> set[str]:
        return {model.name for model in memory.told(self.log, self.name(queue)) if model.fraction == 1}

    def post(self, path: str, data: dict[str, Any]) -> httpx.Response:
        self.panel.headers.update({"X-CSRFToken": self.panel.cookies["csrftoken"], "Referer": self.site.url})
        return self.panel.post(path, data=data)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = Path(tmp_path_factory.mktemp("parts"))
    for name in ("redis", "absent"):
        (folder / name).mkdir()
    (folder / "absent" / "sitecustomize.py").write_text(ABSENT)
    redis = RedisServer(folder / "redis")
    redis.start()
    site = Site(folder, redis_url=redis.url)
    try:
        site.manage("createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.org", DJANGO_SUPERUSER_PASSWORD=SECRET)
        site.web(PYTHONPATH=str(folder / "absent"))
        workers = {queue: site.worker("--queues", queue) for queue in ("decode", QUEUE)}
        with httpx.Client(base_url=site.url, trust_env=False, follow_redirects=True, timeout=30) as panel:
            parts = Parts(site, RedisLog(redis.url), workers, panel)
            _log_in(parts)
            _give_a_queue(parts)
            yield parts
    finally:
        site.end()
        redis.kill()


def _log_in(parts: Parts) -> None:
    parts.panel.get("/account/login")
    parts.post("/account/login", {"username": "ada", "password": SECRET})


def _give_a_queue(parts: Parts) -> None:
    """As an operator does: on the model's page, every other field as it is."""
    page = parts.panel.get(address(parts)).text
    assert 'name="queue"' in page
    fields = {
        "name": MODEL,
        "title": "",
        "enabled": "on",
        "source": "bundled:draft",
        "revision": "",
        "dtype": "auto",
        "quantization": "none",
        "device": "auto",
    }
    saved = parts.post(
        address(parts),
        {**fields, "context": "", "queue": QUEUE, "chat_template": "", "defaults": "{}", "maxima": "{}", "audience": "everybody"},
    )
    assert saved.url.path == "/admin/catalog/model/", saved.text


def address(parts: Parts) -> str:
    """Of the model's page in the panel."""
    found = re.findall(
        r'href="(/admin/catalog/model/\d+/change/)[^"]*"[^>]*>\s*' + MODEL + r"\s*<", parts.panel.get("/admin/catalog/model/").text
    )
    return str(found[0])


def order(parts: Parts, action: str, done: str) -> str:
    """Has it done by the button of the panel; returns what the page says in the end."""
    row = address(parts).split("/")[-3]
    assert parts.post(f"/admin/models/{row}/{action}", {}).status_code == 200
    said = ""

    def over() -> bool:
        nonlocal said
        said = parts.panel.get(f"/admin/models/{row}/").text
        assert 'data-state="failed"' not in said, said
        return done in said

    until(over, why=f"{action}: {said[-600:]}")
    return said


async def test_the_web_process_serves_all_pages_and_runs_without_torch(parts: Parts) -> None:
    for path in PAGES:
        assert parts.panel.get(path).status_code == 200, path
    viewer = Viewer(parts.site.url, await person_cookie(parts.site.url))
    await viewer.start(prompt="Once upon a time", sampling={"max_tokens": 12, "seed": 3, "ignore_eos": True})
    await viewer.follow()
    assert (len(viewer.tokens), viewer.events[-1]["reason"]) == (12, "length")
    with httpx.Client(base_url=parts.site.url, trust_env=False, timeout=60) as client:
        answer = client.post(
            "/v1/completions", json={"model": "stories", "prompt": "Once upon a time", "max_tokens": 5, "echo": True, "logprobs": 1}
        )
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"]["completion_tokens"] == 5


def test_the_panel_checks_a_folder_on_save_without_torch(parts: Parts, tmp_path: Path) -> None:
    fields = {
        "name": "new",
        "dtype": "auto",
        "quantization": "none",
        "device": "auto",
        "audience": "everybody",
        "queue": "decode",
        "maxima": "{}",
        "defaults": "{}",
    }
    refused = parts.post("/admin/catalog/model/add/", {**fields, "source": str(tmp_path)})
    assert "not under an allowed model folder" in refused.text
    template = "{{ messages[0].content }}"
    saved = parts.post("/admin/catalog/model/add/", {**fields, "source": "bundled:draft", "chat_template": template})
    assert saved.url.path == "/admin/catalog/model/", saved.text


async def test_each_model_runs_in_the_worker_of_its_queue(parts: Parts) -> None:
    viewer_cookie = await person_cookie(parts.site.url)
    for model, queue in ((MODEL, QUEUE), ("stories", "decode"), (MODEL, QUEUE)):
        viewer = Viewer(parts.site.url, viewer_cookie)
        await viewer.start(
            model=model, prompt="Once", sampling={"max_tokens": 400, "seed": 3, "ignore_eos": True}, max_tokens_per_second=50.0
        )
        await viewer.follow(tokens=2)
        owner = cast(bytes, parts.log._redis.hget(hash_key(PREFIX, viewer.run), "owner"))
        assert owner.decode().startswith(f"{parts.name(queue)}:"), model
        parts.log.request_cancel(viewer.run)
        await viewer.follow()
        assert viewer.events[-1]["reason"] == "cancelled"


def test_orders_reach_the_worker_of_the_models_queue_over_redis_and_its_reports_the_panel(parts: Parts) -> None:
    order(parts, "release", "data-state")  # whoever has it from a run lets it go
    until(lambda: MODEL not in parts.in_memory(QUEUE), why="the worker keeps what it was told to let go")
    checked = order(parts, "check", 'data-state="done"')
    assert f"In memory of {parts.name(QUEUE)}" in checked
    assert 'data-fact="sample"' in checked
    until(lambda: MODEL in parts.in_memory(QUEUE))
    assert MODEL not in parts.in_memory("decode")
    assert f"No longer in memory of {parts.name(QUEUE)}." in order(parts, "release", "No longer in memory")
    until(lambda: MODEL not in parts.in_memory(QUEUE))
    assert f"In memory of {parts.name(QUEUE)}" in order(parts, "load", 'data-state="done"')
    until(lambda: MODEL in parts.in_memory(QUEUE))
