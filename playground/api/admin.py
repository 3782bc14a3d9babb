"""API keys in the panel. A secret is in the one answer that follows its making: never in a session, a message, a log or the database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from playground.api.models import ApiKey, Scope, all_scopes
from playground.quotas.services import tokens_today


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=Scope.choices, initial=all_scopes, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


@admin.register(ApiKey)
class KeyAdmin(ModelAdmin):  # type: ignore[misc]
    form = KeyForm
    list_display = ["name", "shown", "keeps", "max_active_runs", "max_waiting_runs", "tokens_per_day", "today", "created", "revoked"]
    list_filter = [("revoked", admin.EmptyFieldListFilter)]
    search_fields = ["name", "shown"]
    fields = ["name", "scopes", "keeps", "max_active_runs", "max_waiting_runs", "tokens_per_day"]
    actions = ["revoke"]

    @admin.display(description=_("tokens today"))
    def today(self, key: ApiKey) -> int:
        return tokens_today(key.owner)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            request.new_secret = obj.draw()  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """The page with the secret is the answer itself: nothing has to keep it until the next request."""
        secret = request.new_secret  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The new key"),
            "key": obj,
            "secret": secret,
            "opts": self.opts,
        }
        return TemplateResponse(request, "panel/new_key.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A key is revoked, so that what it did keeps its name."""
        return False

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        keys = list(queryset.filter(revoked=None))
        queryset.filter(revoked=None).update(revoked=timezone.now())
        for key in keys:
            self.log_change(request, key, gettext_noop("Revoked."))
        self.message_user(request, gettext("Keys revoked: %(count)d.") % {"count": len(keys)}, messages.SUCCESS)
