"""Everything that an operator can set, by environment variable, in one place. Knows nothing of Django.

``Config`` is read once by ``settings.py``. A value that does not fit is refused at start with the variable's name and the reason.
``python -m playground.config`` prints the table that ``docs/configuration.md`` holds.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "LOGITSCOPE_"
ROOT = Path(__file__).resolve().parent.parent
Names = Annotated[list[str], NoDecode]


class Config(BaseSettings):
    """The environment, checked."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    profile: Literal["embedded", "production"] = Field("embedded", description="`embedded`: one process, no other services. `production`: Redis, separate workers, secrets required.")
    debug: bool = Field(False, description="Django's debug pages. Never in production.")
    data_dir: Path = Field(ROOT / "var", description="Database, run journals, secret key.")
    secret_key: str = Field("", description="Signs cookies. Empty: made once and kept in the data folder (embedded only).")
    allowed_hosts: Names = Field(["localhost", "127.0.0.1", "[::1]"], description="Host names that the site answers to, separated by commas.")
    trusted_origins: Names = Field([], description="Further full origins (https://host:port) that may open the WebSocket and post forms.")
    embed_origins: Names = Field([], description="Origins (`https://host`, `https://*.host`), separated by commas, whose pages may show sessions in a frame that their owners allow to be embedded. Empty: none.")
    https: bool = Field(False, description="The site is reached over HTTPS: secure cookies, HSTS.")
    database_url: str = Field("", description="Empty: SQLite in the data folder. Else e.g. `postgres://user:password@host/name`.")
    s3_bucket: str = Field("", description="Bucket of an S3-compatible store for the traces (needs `requirements-s3.txt`; the keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`). Empty: the data folder.")
    s3_endpoint: str = Field("", description="Address of the S3-compatible store, e.g. `https://s3.example.org`. Empty: Amazon's.")
    s3_region: str = Field("", description="Region of the bucket, where the store has regions.")
    redis_url: str = Field("", description="Broker and event log. Empty: both live in the one process (embedded).")
    default_model: str = Field("stories", description="Name of the model that the playground opens with.")
    model_roots: Annotated[list[Path], NoDecode] = Field([], description="Folders under which local models may lie, separated by commas.")
    model_memory: float = Field(0, ge=0, le=100_000, allow_inf_nan=False, description="GiB that the models loaded in one worker may take, caches included; the one used longest ago makes room. 0: 70 % of what is free when the first is loaded.")
    threads: int = Field(1, ge=1, le=256, description="CPU threads of the decoding engine.")
    worker_concurrency: int = Field(32, ge=1, le=1024, description="Runs that one worker process decodes at once.")
    max_active_runs: int = Field(8, ge=1, le=1000, description="Runs that one person may have waiting or running.")
    max_waiting_runs: int = Field(8, ge=1, le=1000, description="Of these, runs that no worker has taken up yet.")
    tokens_per_day: int = Field(0, ge=0, le=2_000_000_000, description="New tokens that one person may have made in a day. 0: no limit. The admin panel can set this and the two above for everybody and for single people.")
    room_active_runs: int = Field(600, ge=1, le=1000, description="Runs that the students of one room may have waiting or running together; a student has two of them at most.")
    room_waiting_runs: int = Field(600, ge=1, le=1000, description="Of these, runs that no worker has taken up yet.")
    room_tokens_per_day: int = Field(0, ge=0, le=2_000_000_000, description="New tokens that the students of one room may have made in a day. 0: no limit. The admin panel can set this and the two above for every room and for single rooms.")
    max_queue: int = Field(1000, ge=1, le=100_000, description="Runs that may wait in all; further ones are refused with the number.")
    lease_seconds: float = Field(5.0, ge=0.5, le=300, description="A worker that has not renewed its lease for so long is taken for dead.")
    log_ttl_seconds: int = Field(3600, ge=60, le=604_800, description="How long the events of an ended run are kept for reloads.")
    api_keys: Literal["auto", "required", "optional"] = Field("auto", description="Whether `/v1` needs an API key; `auto`: in production. Where it does not, whoever reaches the site may use it; a wrong key is refused all the same.")
    kept_megabytes: int = Field(500, ge=0, le=10_000_000, description="Megabytes of stored traces that one person may keep; beyond that only how a run ended is kept.")
    retention_days: int = Field(0, ge=0, le=36_500, description="Private sessions that nobody has touched for so many days are deleted by `manage.py prune`. 0: never.")
    signup: bool = Field(True, description="Whether visitors may make themselves an account. Without it, accounts are made in the admin panel.")
    login_attempts: int = Field(10, ge=1, le=100_000, description="Wrong passwords for one account from one address in a quarter of an hour; from one address for all accounts, and for one account from everywhere, ten times as many.")
    signups_per_hour: int = Field(100, ge=1, le=100_000, description="Accounts that may be made from one address in an hour.")
    trusted_proxies: int = Field(0, ge=0, le=10, description="Proxies before the site that write `X-Forwarded-For`: by it visitors are told apart. 0: the header is not believed.")
    email_url: str = Field("", description="Where mail goes out: `smtp://user:password@host:25`, `smtp+tls://…:587` (STARTTLS) or `smtps://…:465`. Empty: mail is printed among the output of the web process.")
    email_from: str = Field("Logitscope <noreply@localhost>", description="Who mail is from.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe log line that is written.")
    language: Literal["en", "zh-hant", "zh-hans"] = Field("en", description="Language for visitors whose browser asks for none of the three.")
    time_zone: str = Field("UTC", description="Time zone of pages and of the admin panel.")

    @property
    def needs_api_key(self) -> bool:
        return self.api_keys == "required" or (self.api_keys == "auto" and self.profile == "production")

    @field_validator("allowed_hosts", "trusted_origins", "embed_origins", "model_roots", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value

    @field_validator("s3_endpoint")
    @classmethod
    def _endpoint(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        """They become part of a header: nothing but origins gets there."""
        for origin in value:
            if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?", origin):
                raise ValueError(f"{origin!r} is no origin such as https://school.example")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("email_url")
    @classmethod
    def _email(cls, value: str) -> str:
        if value and not (value.startswith(("smtp://", "smtp+tls://", "smtps://")) and urlsplit(value).hostname):
            raise ValueError("must begin with smtp://, smtp+tls:// or smtps:// and name a host")
        return value


def load() -> Config:
    """The checked environment. Exits with one line a problem where it does not fit."""
    try:
        config = Config()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False):
            name = PREFIX + "_".join(str(part) for part in problem["loc"][:1]).upper()
            print(f"{name}: {problem['msg']} (got {problem['input']!r})", file=sys.stderr)
        raise SystemExit(2) from None
    if config.profile == "production":
        for name in ("secret_key", "redis_url"):
            if not getattr(config, name):
                raise SystemExit(f"{PREFIX}{name.upper()}: required in the production profile")
    return config


def table() -> str:
    """The settings as a Markdown table."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Config.model_fields.items():
        rows.append(f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |")
    return "\n".join(rows)


def _shown(default: Any) -> str:
    if isinstance(default, Path):
        return f"`{default.relative_to(ROOT)}/`"
    if isinstance(default, list):
        default = ",".join(map(str, default))
    return "(empty)" if default == "" else f"`{default}`"


if __name__ == "__main__":
    print(table())
