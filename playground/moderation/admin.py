"""Moderation lists in the panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from inference.moderation.matching import search
from playground.moderation.models import LANGUAGES, WordList

TRY = "moderation_wordlist_save_and_try"  # the button's name, as django-unfold makes it of app, model and action


class ListForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    sample = forms.CharField(
        label=_("Text to try"), required=False, widget=UnfoldAdminTextareaWidget({"rows": 2}), help_text=_("“Save and try” says whether the list forbids it. The text is not kept.")
    )


def _again(request: HttpRequest, row: WordList) -> HttpResponse | None:
    """Whoever tries a list stays at it."""
    return redirect("admin:moderation_wordlist_change", row.pk) if TRY in request.POST else None


@admin.register(WordList)
class ListAdmin(ModelAdmin):  # type: ignore[misc]  # not subscriptable at run time
    form = ListForm
    list_display = ["name", "kind", "count", "on_prompt", "on_output", "whole_words", "ignore_case", "enabled"]
    list_filter = ["enabled", "kind"]
    search_fields = ["name", "entries"]
    fieldsets = [
        (None, {"fields": ["name", "enabled", "kind", "entries", "whole_words", "ignore_case"]}),
        (_("Where it looks"), {"fields": ["on_prompt", "on_output"]}),
        (_("At a hit"), {"fields": ["says", "says_zh_hant", "says_zh_hans"]}),
        (_("Try it"), {"fields": ["sample"]}),
    ]
    actions_submit_line = ["save_and_try"]

    @admin.display(description=_("entries"))
    def count(self, row: WordList) -> int:
        return len(row.lines)

    def log_change(self, request: HttpRequest, obj: WordList, message: Any) -> Any:
        """The sample is no part of the list."""
        for part in message if isinstance(message, list) else ():
            fields = part.get("changed", {}).get("fields", [])
            fields[:] = [field for field in fields if field != str(ListForm.base_fields["sample"].label)]
        return super().log_change(request, obj, message)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """A new list can be tried too."""
        context = extra_context or {}
        if object_id is None:
            context["actions_submit_line"] = self.get_actions_submit_line(request, object_id)
        return super().changeform_view(request, object_id, form_url, context)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name in LANGUAGES.values():
            field.widget.attrs["rows"] = 2
        return field

    def response_add(self, request: HttpRequest, obj: WordList, post_url_continue: str | None = None) -> HttpResponse:
        return _again(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: WordList) -> HttpResponse:
        return _again(request, obj) or super().response_change(request, obj)

    @action(description=_("Save and try"))  # type: ignore[untyped-decorator]
    def save_and_try(self, request: HttpRequest, obj: WordList) -> None:
        sample = request.POST.get("sample", "")
        entry = search(obj.filter, sample)
        if entry is None:
            self.message_user(request, gettext("Nothing forbidden in “%(text)s”.") % {"text": sample[:200]}, messages.SUCCESS)
        else:
            named = {"text": sample[:200], "entry": entry}
            self.message_user(request, gettext("Forbidden: “%(text)s” holds “%(entry)s”.") % named, messages.WARNING)
