"""An account goes, and all that was made with it. Blocking; knows nothing of HTTP."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import transaction

from inference.eventlog.protocol import LogUnavailable
from playground.runs import people, services


class LastAdministrator(ValueError):
    """Without this account nobody could administer the site."""


def delete(user: User) -> None:
    """Raises ``LastAdministrator``. Of an account that stands in the audit log a nameless, blocked row stays."""
    with transaction.atomic():
        others = User.objects.select_for_update().filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
        if user.is_superuser and not others.exists():
            raise LastAdministrator
        if LogEntry.objects.filter(user=user).exists():
            _make_nameless(user)
        else:
            user.delete()


def forget_work(instance: User, **signal: Any) -> None:
    """A receiver of ``pre_delete``: what belongs to the account is found by its number alone."""
    from playground.catalog import own_presets  # these bring Celery, which wants all apps to be ready
    from playground.live.starting import cancel_run

    person = people.person_of_account(instance.pk)
    for run in services.live_runs(person):
        try:
            cancel_run(run)
        except LogUnavailable:
            break
    services.forget(person)
    own_presets.forget(person)


def _make_nameless(user: User) -> None:
    forget_work(user)
    user.username, user.email, user.first_name, user.last_name = f"deleted-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
