"""Accounts and roles in the panel. Nobody gives, or takes from others, what they may not do themselves.

Knows nothing of models or runs.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.utils.translation import gettext
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from playground.accounts.roles import ROLES

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # not subscriptable at run time
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _reaches(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if _of(request).is_superuser else [*own, "is_superuser", "user_permissions"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Whoever is given a role may enter the panel, where its rights are."""
        before = set(form.instance.groups.values_list("pk", flat=True))
        super().save_related(request, form, formsets, change)
        given = form.instance.groups.exclude(pk__in=before).filter(permissions__isnull=False).distinct()
        if given and not form.instance.is_staff:
            form.instance.is_staff = True
            form.instance.save(update_fields=["is_staff"])
            messages.info(request, gettext("With the role %(role)s, %(name)s may enter the panel from now on.") % {"role": ", ".join(map(str, given)), "name": form.instance})

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "groups":
            options["queryset"] = Group.objects.filter(pk__in=[group.pk for group in Group.objects.all() if _covers(_of(request), group)])
        return super().formfield_for_manytomany(db_field, request, **options)


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """The roles that come with the site stay as they are."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not _comes_with_the_site(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not _comes_with_the_site(obj)


def _comes_with_the_site(role: Group | None) -> bool:
    return role is not None and role.name in ROLES


def _of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _reaches(request: HttpRequest, account: User | None) -> bool:
    """Whether ``account`` may do nothing that the asking one may not."""
    mine = _of(request)
    if account is None or mine.is_superuser:
        return True
    theirs = User(pk=account.pk, is_active=True)  # a blocked account has no rights, but gets them back
    return not account.is_superuser and theirs.get_all_permissions() <= mine.get_all_permissions()


def _covers(account: User, role: Group) -> bool:
    held = {f"{label}.{codename}" for label, codename in role.permissions.values_list("content_type__app_label", "codename")}
    return account.is_superuser or held <= account.get_all_permissions()
