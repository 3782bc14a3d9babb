"""Has a worker load the site's default model when it starts, rather than when the first person asks for it."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, connection

from playground.catalog import services as catalog


def preload_default(app: Any) -> None:
    """Name the default model in the settings of the worker that ``app`` is about to start. Without one there is nothing to load."""
    try:
        app.conf["logitscope"]["preload"] = catalog.resolve("", None).source.model_dump(mode="json")
    except (catalog.UnknownModel, DatabaseError):
        return  # the page says so, with the reason
    finally:
        connection.close()
