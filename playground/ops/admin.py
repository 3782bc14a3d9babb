"""The audit log in the panel: who did what, and when. Nobody writes it by hand or takes anything out of it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin


@admin.register(LogEntry)
class AuditAdmin(ModelAdmin):  # type: ignore[misc]  # not subscriptable at run time
    list_display = ["when", "user", "done", "kind", "which"]
    fields = ["when", "user", "done", "kind", "which", "object_id"]
    list_filter = ["action_flag", "content_type", ("user", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["object_repr", "object_id", "user__username"]
    date_hierarchy = "action_time"
    list_select_related = ["user", "content_type"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """For nobody, whoever they are. So an account that stands in the log cannot be deleted either, only blocked."""
        return False

    @admin.display(description=_("when"), ordering="action_time")
    def when(self, entry: LogEntry) -> datetime:
        return entry.action_time

    @admin.display(description=_("what was done"), ordering="action_flag")
    def done(self, entry: LogEntry) -> str:
        """What Django writes is translated by it; what an action of this site writes is a text of its catalogue."""
        said = entry.get_change_message()
        return gettext(said) if said else entry.get_action_flag_display()

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        return entry.content_type.name if entry.content_type else ""

    @admin.display(description=_("which"), ordering="object_repr")
    def which(self, entry: LogEntry) -> str:
        """Leads there, unless it is gone."""
        address = entry.get_admin_url() if entry.action_flag != DELETION else None
        return format_html('<a class="underline" href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr
