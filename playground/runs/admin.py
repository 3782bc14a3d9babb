"""Sessions and runs in the panel: to find them, and to stop showing what should not be shown. Prompts are not shown here."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from playground.runs.models import PromptSession, Run, Visibility


class Unwritten:
    """The site writes these rows; nobody does by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(PromptSession)
class SessionAdmin(Unwritten, ModelAdmin):  # type: ignore[misc]  # not subscriptable at run time
    list_display = ["__str__", "visibility", "run_count", "expires", "updated"]
    list_filter = ["visibility", "embeddable"]
    search_fields = ["id", "title", "notes", "tags"]
    fields = ["title", "notes", "tags", "owner", "visibility", "embeddable", "expires", "forked_from", "created", "updated"]
    actions = ["unpublish"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromptSession]:
        rows: QuerySet[PromptSession] = super().get_queryset(request)
        return rows.annotate(run_count=Count("runs"))

    @admin.display(description=_("runs"), ordering="run_count")
    def run_count(self, row: PromptSession) -> int:
        return row.run_count  # type: ignore[attr-defined,no-any-return]

    def has_unpublish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("runs.change_promptsession")

    @admin.action(description=_("Unpublish the selected sessions"), permissions=["unpublish"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[PromptSession]) -> None:
        shown = list(queryset.exclude(visibility=Visibility.PRIVATE))
        queryset.exclude(visibility=Visibility.PRIVATE).update(visibility=Visibility.PRIVATE)
        for session in shown:
            self.log_change(request, session, gettext_noop("Unpublished."))
        self.message_user(request, gettext("Sessions unpublished: %(count)d.") % {"count": len(shown)}, messages.SUCCESS)


@admin.register(Run)
class RunAdmin(Unwritten, ModelAdmin):  # type: ignore[misc]
    list_display = ["id", "model", "kind", "state", "reason", "tokens", "trace_bytes", "created"]
    list_filter = ["state", "reason", "model", "kind"]
    search_fields = ["id", "owner"]
    fields = ["id", "model", "kind", "state", "reason", "tokens", "trace_bytes", "owner", "session", "parent", "created"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A run goes with its session."""
        return False
