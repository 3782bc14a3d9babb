"""Where the traces of runs are kept: the data folder, or an S3-compatible store. Django's storage API hides which."""

from __future__ import annotations

import importlib.util
from typing import Any

from playground.config import PREFIX, Config

TIMEOUT_SECONDS = 10  # a store that does not answer must not hold a web process


def storage(config: Config) -> dict[str, Any]:
    """The entry ``default`` of Django's ``STORAGES``. Exits where the parts for S3 are not installed."""
    if not config.s3_bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": config.data_dir / "kept", "base_url": None},
        }
    if importlib.util.find_spec("storages") is None:
        raise SystemExit(f"{PREFIX}S3_BUCKET: needs further packages (pip install -r requirements-s3.txt)")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3(config)}


def _s3(config: Config) -> dict[str, Any]:
    from botocore.config import Config as ClientConfig

    return {
        "bucket_name": config.s3_bucket,
        "endpoint_url": config.s3_endpoint or None,
        "region_name": config.s3_region or None,
        "file_overwrite": True,  # a trace's name is its run's: written twice, it is the same trace
        "default_acl": None,
        "querystring_auth": True,
        # Other people's stores need not know Amazon's newer checksums
        "client_config": ClientConfig(
            connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"max_attempts": 3, "mode": "standard"},
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if config.s3_endpoint else {},
        ),
    }  # fmt: skip
