"""Whether a row of the catalog names a model that may be loaded, told before anybody waits for it. Torch-free; knows nothing of the database.

Nothing of the model is run: names, JSON and file sizes are all that is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import ValidationError as NotASource

from inference import ModelError, check_folder
from inference.sources import SourceError, locate
from inference.spec import ModelSource
from playground.catalog.chat import MAX_TEMPLATE_BYTES
from playground.prompts.renderer import Renderer, TemplateFailed

HUB_ID = re.compile(r"[A-Za-z0-9][\w.\-]*(/[A-Za-z0-9][\w.\-]*)?", re.ASCII)
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


QUEUE = "decode"  # the one that every worker takes runs from
TRIED = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Why?"}]


def roots(own: str) -> list[Path]:
    """The folders under which a local model may lie; ``own`` is what ``addmodel`` allowed for one row, or empty."""
    return [*settings.CONFIG.model_roots, *([Path(own)] if own else [])]


def check(fields: Mapping[str, Any]) -> None:
    """Raises Django's ``ValidationError`` with the reason at the field. ``fields`` are those of ``ModelSource``."""
    try:
        ModelSource.model_validate(fields)
    except NotASource as error:
        raise ValidationError({str(problem["loc"][0]): problem["msg"] for problem in error.errors() if problem["loc"]}) from error
    if not DEVICE.fullmatch(fields["device"]):
        raise ValidationError({"device": _("Not a device: auto, cpu, mps, cuda, or cuda with a number as in cuda:1.")})
    check_source(fields["source"], fields["root"] or "")


def check_source(source: str, root: str) -> None:
    """Raises ``ValidationError`` at ``source`` where it names no model, or one that must not be loaded."""
    try:
        folder = locate(source, roots(root))
        if folder is not None:
            check_folder(folder)
        elif not HUB_ID.fullmatch(source):
            raise SourceError(_("%(source)r is neither a folder nor a Hub id (owner/name).") % {"source": source})
    except ModelError as error:
        raise ValidationError({"source": error.message}) from error
    except (SourceError, OSError) as error:
        raise ValidationError({"source": str(error).removeprefix("source: ")}) from error


def check_template(template: str) -> None:
    """Raises ``ValidationError`` at ``chat_template`` where it makes no text of a short conversation."""
    if not template:
        return
    if len(template.encode()) > MAX_TEMPLATE_BYTES:
        raise ValidationError({"chat_template": _("At most %(most)d bytes.") % {"most": MAX_TEMPLATE_BYTES}})
    renderer = Renderer()
    try:
        renderer.render(template, TRIED, {})
    except TemplateFailed as error:
        raise ValidationError({"chat_template": _("It does not render a short conversation: %(reason)s") % {"reason": error}}) from error
    finally:
        renderer.close()


def check_queue(queue: str) -> None:
    """Raises ``ValidationError`` at ``queue`` where nobody could take a run from it."""
    if queue != QUEUE and settings.CELERY_BROKER_URL.startswith("memory://"):
        raise ValidationError({"queue": _("The one worker of this site takes runs from %(queue)s only.") % {"queue": QUEUE}})
