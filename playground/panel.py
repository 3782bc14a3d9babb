"""How the admin panel looks: its names, colours and sidebar, as django-unfold reads them. Knows nothing of what the pages do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def mark(request: HttpRequest) -> str:
    return static("mark.svg")


def _may(permission: str) -> Any:
    return lambda request: request.user.has_perm(permission)


def _link(title: Any, icon: str, view: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(view), "permission": _may(permission)}


LOOK: dict[str, Any] = {
    "SITE_TITLE": "Logitscope",
    "SITE_HEADER": "Logitscope",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Playground"),
                "items": [
                    _link(_("Models"), "deployed_code", "admin:catalog_model_changelist", "catalog.view_model"),
                    _link(_("API keys"), "key", "admin:api_apikey_changelist", "api.view_apikey"),
                    _link(_("Sessions"), "edit_note", "admin:runs_promptsession_changelist", "runs.view_promptsession"),
                    _link(_("Runs"), "play_circle", "admin:runs_run_changelist", "runs.view_run"),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    _link(_("Accounts"), "person", "admin:auth_user_changelist", "auth.view_user"),
                    _link(_("Roles"), "group", "admin:auth_group_changelist", "auth.view_group"),
                    _link(_("Audit log"), "history", "admin:admin_logentry_changelist", "admin.view_logentry"),
                ],
            },
        ],
    },
}
