"""The three roles that every site has, and what each may do in the panel. Knows nothing of the pages that ask for it.

They are written here and set after every migration, so that what comes with a new version reaches those who need it. Whoever
wants other rights makes a role of their own beside them.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

TEACHER = ["catalog.view_model", "runs.view_run", "runs.view_promptsession", "runs.change_promptsession", "classroom.add_room"]
SITE = "playground.*"  # whatever the site's own apps keep
OPERATOR = [*TEACHER, SITE, "admin.view_logentry"]
ADMIN = [*OPERATOR, "auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user", "auth.view_group"]
ROLES = {"teacher": TEACHER, "operator": OPERATOR, "admin": ADMIN}


def give(using: str, apps: Any = installed, **signal: Any) -> None:
    """Make the roles, or bring them up to date. A receiver of ``post_migrate``."""
    try:
        groups, permissions = (apps.get_model("auth", name).objects.using(using) for name in ("Group", "Permission"))
    except LookupError:
        return  # migrated back to before there were any
    for config in installed.get_app_configs():  # not all of them had their turn yet
        create_permissions(config, verbosity=0, using=using, apps=apps)
    rights = list(permissions.values_list("pk", "content_type__app_label", "codename"))
    own = {config.label for config in installed.get_app_configs() if config.name.startswith("playground.")}
    for role, wanted in ROLES.items():
        group, _ = groups.get_or_create(name=role)
        group.permissions.set(
            [key for key, label, codename in rights if f"{label}.{codename}" in wanted or (SITE in wanted and label in own)]
        )
