from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from inference.sources import BUNDLED_PREFIX, is_local
from playground.catalog.models import Model


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The checks of ``Model``, and one more: a Hub model is pinned, so that what was looked at is what runs."""

    def clean(self) -> None:
        super().clean()
        source, revision = self.cleaned_data.get("source", ""), self.cleaned_data.get("revision", "")
        if "source" in self.cleaned_data and not source.startswith(BUNDLED_PREFIX) and not is_local(source) and not _is_commit(revision):
            self.add_error("revision", _("A model from the Hub needs a commit here: 40 hexadecimal digits."))


def _is_commit(revision: str) -> bool:
    return len(revision) == 40 and set(revision) <= set("0123456789abcdef")


@admin.register(Model)
class CatalogAdmin(ModelAdmin):  # type: ignore[misc]
    form = ModelForm
    list_display = ["name", "title", "source", "dtype", "quantization", "device", "enabled"]
    list_filter = ["enabled", "dtype", "quantization"]
    search_fields = ["name", "title", "source"]
    fieldsets = [
        (None, {"fields": ["name", "title", "enabled"]}),
        (_("Where it is"), {"fields": ["source", "revision"]}),
        (_("How it is loaded"), {"fields": ["dtype", "quantization", "device"]}),
    ]
