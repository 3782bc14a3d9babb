"""Programs of other people that production needs, found where Debian puts them."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")  # not on the path: several versions may be installed
PACKAGES = {"redis-server": "redis-server", "postgres": "postgresql", "initdb": "postgresql", "caddy": "caddy"}


class Missing(LookupError):
    """A program is not installed; the message names every missing one and what installs them."""


def find(*names: str) -> list[str]:
    """The paths of the programs ``names``. Raises ``Missing``."""
    found = {name: _path(name) for name in names}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        packages = " ".join(dict.fromkeys(PACKAGES[name] for name in missing))
        raise Missing(f"not installed: {', '.join(missing)} (Debian: apt-get install {packages})")
    return [path for path in found.values() if path is not None]


def _path(name: str) -> str | None:
    versions = sorted(DEBIAN_POSTGRES.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]), reverse=True)
    return str(versions[0]) if versions else shutil.which(name)


def unprivileged() -> str | None:
    """Whom PostgreSQL runs as, which refuses to be root: ``None`` (as oneself) or its own user. Raises ``Missing``."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise Missing("PostgreSQL refuses to run as root and there is no user postgres; start this as an ordinary user") from None
