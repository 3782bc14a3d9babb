"""Limits in the panel: one row for everybody, and one for each person who may do more or less."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from playground.quotas.models import EVERYBODY, Limit
from playground.quotas.services import of_person, tokens_today


@admin.register(Limit)
class LimitAdmin(ModelAdmin):  # type: ignore[misc]  # not subscriptable at run time
    list_display = ["__str__", "at_once", "waiting", "per_day", "today"]
    search_fields = ["person"]
    fields = ["person", "active_runs", "waiting_runs", "tokens_per_day"]

    @admin.display(description=_("runs at once"))
    def at_once(self, row: Limit) -> int:
        return of_person(row.person).active_runs

    @admin.display(description=_("runs that wait"))
    def waiting(self, row: Limit) -> int:
        return of_person(row.person).waiting_runs

    @admin.display(description=_("tokens per day"), empty_value="∞")
    def per_day(self, row: Limit) -> int | None:
        return of_person(row.person).tokens_per_day

    @admin.display(description=_("tokens today"), empty_value="")
    def today(self, row: Limit) -> int | None:
        return tokens_today(row.person) if row.person != EVERYBODY else None

    def get_readonly_fields(self, request: HttpRequest, obj: Limit | None = None) -> tuple[str, ...]:
        return ("person",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Limit | None = None) -> list[str]:
        return self.fields[1:] if obj and obj.person == EVERYBODY else self.fields

    def has_delete_permission(self, request: HttpRequest, obj: Limit | None = None) -> bool:
        """Everybody's row is what the others fall back on."""
        return super().has_delete_permission(request, obj) and not (obj and obj.person == EVERYBODY)
