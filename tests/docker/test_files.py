"""What can be said of the images and of the composition where no Docker is: linter, schema, and that they fit the site and each other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import compose_spec
import pytest

from playground.config import PREFIX, ROOT, Config

DOCKER = ROOT / "docker"
SECRETS = ("LOGITSCOPE_SECRET_KEY", "REDIS_PASSWORD", "POSTGRES_PASSWORD")
OF_THE_PROXY = {"LOGITSCOPE_ADDRESS", "LOGITSCOPE_WEBS"}


class Unset(LookupError):
    """A variable without a default."""


def filled(text: str, values: dict[str, str]) -> str:
    """``text`` with Compose's ``${NAME:-default}`` and ``${NAME:?message}`` replaced."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if values.get(name):
            return values[name]
        if kind == "?":
            raise Unset(name)
        return rest

    return re.sub(r"(?<!\$)\$\{(\w+):([-?])([^}]*)\}", value, text)


def composed(name: str, values: dict[str, str]) -> dict[str, Any]:
    options = compose_spec.PyOptions()
    options.apply_merge = True
    composition = options.from_yaml(filled((DOCKER / name).read_text(), values))
    composition.validate()
    composition.to_spec()
    return dict(composition.to_dict())


@pytest.fixture
def composition() -> dict[str, Any]:
    return composed("compose.yaml", dict.fromkeys(SECRETS, "s3cret"))


def environment(service: dict[str, Any]) -> dict[str, str]:
    """Compose fills in after it has parsed: what is empty is an empty text."""
    return {
        name: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in service["environment"].items()
    }


def test_the_linter_has_nothing_to_say_of_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, "--no-color", DOCKER / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_composition_fits_the_schema_and_has_every_part(composition: dict[str, Any]) -> None:
    assert set(composition["services"]) == {"proxy", "prepare", "web", "worker", "redis", "postgres"}


def test_the_graphics_card_s_addition_fits_the_schema_and_names_a_target_of_the_dockerfile() -> None:
    worker = composed("compose.gpu.yaml", {})["services"]["worker"]
    assert worker["build"]["target"] in stages()


def stages() -> list[str]:
    return re.findall(r"^FROM .* AS ([\w-]+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)


def test_every_target_and_every_copied_path_is_there(composition: dict[str, Any]) -> None:
    targets = {service["build"]["target"] for service in composition["services"].values() if "build" in service}
    assert targets <= set(stages())
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE):
        assert all((ROOT / path).exists() for path in line.split()), line


@pytest.mark.parametrize("secret", SECRETS)
def test_the_composition_does_not_start_without_its_secrets(secret: str) -> None:
    with pytest.raises(Unset, match=secret):
        composed("compose.yaml", {name: "s3cret" for name in SECRETS if name != secret})


def test_the_example_of_the_environment_names_only_what_the_composition_reads_and_holds_no_secret() -> None:
    named = dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", (DOCKER / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r"\$\{(\w+):", (DOCKER / "compose.yaml").read_text()))
    assert set(named) <= read
    assert all(named[secret] == "" for secret in SECRETS)


def test_every_variable_of_the_site_is_one_that_it_knows(composition: dict[str, Any]) -> None:
    known = {PREFIX + name.upper() for name in Config.model_fields} | OF_THE_PROXY
    for service in composition["services"].values():
        assert {name for name in environment(service) if name.startswith(PREFIX)} <= known


def test_the_site_takes_what_the_composition_gives_it(composition: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(composition["services"]["web"]).items():
        monkeypatch.setenv(name, value)
    config = Config()
    assert config.profile == "production"
    assert config.redis_url == "redis://:s3cret@redis:6379/0"
    assert config.allowed_hosts == ["localhost", "localhost"]


def test_nobody_reaches_the_stores_from_outside_and_both_are_asked_whether_they_work(composition: dict[str, Any]) -> None:
    for name in ("redis", "postgres"):
        store = composition["services"][name]
        assert "ports" not in store
        assert "healthcheck" in store
    assert "--appendonly yes" in " ".join(composition["services"]["redis"]["command"])


def test_web_and_workers_wait_for_the_migrations(composition: dict[str, Any]) -> None:
    for name in ("web", "worker"):
        assert composition["services"][name]["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
