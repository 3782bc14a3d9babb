"""How the admin panel looks: its names, colours and sidebar, as django-unfold reads them. Knows nothing of what the pages do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def mark(request: HttpRequest) -> str:
    return static("mark.svg")


def own_script(request: HttpRequest) -> str:
    return static("panel.js")


def _may(permission: str) -> Any:
    return lambda request: request.user.has_perm(permission)


def _link(title: Any, icon: str, view: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(view), "permission": _may(permission)}


def _tab(title: Any, view: str, permission: str) -> dict[str, Any]:
    return {"title": title, "link": reverse_lazy(view), "permission": _may(permission)}


# The page's accent, #1d5bb8 by light and #6ea8fa by dark, and what lies around it.
BLUES = {
    "50": "#eff5fd", "100": "#dfeafa", "200": "#d3e2f7", "300": "#a9c9f5", "400": "#6ea8fa", "500": "#3c7fdd",
    "600": "#1d5bb8", "700": "#194e9e", "800": "#1e3353", "900": "#16294a", "950": "#0a1424",
}  # fmt: skip

LOOK: dict[str, Any] = {
    "SITE_TITLE": "Logitscope",
    "SITE_HEADER": "Logitscope",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
    "SCRIPTS": [own_script],
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": BLUES},
    "TABS": [
        {
            "models": ["quotas.limit", "classroom.roomlimit"],
            "items": [
                _tab(_("People"), "admin:quotas_limit_changelist", "quotas.view_limit"),
                _tab(_("Rooms"), "admin:classroom_roomlimit_changelist", "classroom.view_roomlimit"),
            ],
        },
    ],
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Playground"),
                "items": [
                    _link(_("Now"), "monitoring", "panel-now", "runs.view_run"),
                    _link(_("Models"), "deployed_code", "admin:catalog_model_changelist", "catalog.view_model"),
                    _link(_("Presets"), "tune", "admin:catalog_preset_changelist", "catalog.view_preset"),
                    _link(_("Limits"), "speed", "admin:quotas_limit_changelist", "quotas.view_limit"),
                    _link(_("Rooms"), "co_present", "admin:classroom_room_changelist", "classroom.view_room"),
                    _link(_("Moderation"), "shield", "admin:moderation_wordlist_changelist", "moderation.view_wordlist"),
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
