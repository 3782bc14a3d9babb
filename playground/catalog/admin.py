from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from inference.sources import BUNDLED_PREFIX, is_local
from playground.catalog import presets, services
from playground.catalog.models import Model, Preset


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The checks of ``Model``, and one more: a Hub model is pinned, so that what was looked at is what runs."""

    def clean(self) -> None:
        super().clean()
        source, revision = self.cleaned_data.get("source", ""), self.cleaned_data.get("revision", "")
        if "source" in self.cleaned_data and not source.startswith(BUNDLED_PREFIX) and not is_local(source) and not _is_commit(revision):
            self.add_error("revision", _("A model from the Hub needs a commit here: 40 hexadecimal digits."))
        if self.cleaned_data.get("audience") == Model.Audience.GROUPS and not self.cleaned_data.get("groups"):
            self.add_error("groups", _("Without a group nobody may use it."))


def _is_commit(revision: str) -> bool:
    return len(revision) == 40 and set(revision) <= set("0123456789abcdef")


@admin.register(Model)
class CatalogAdmin(ModelAdmin):  # type: ignore[misc]
    form = ModelForm
    change_form_outer_before_template = "panel/orders.html"
    list_display = ["name", "title", "source", "dtype", "quantization", "device", "enabled", "is_default"]
    list_filter = ["enabled", "audience", "dtype", "quantization"]
    search_fields = ["name", "title", "source"]
    fieldsets = [
        (None, {"fields": ["name", "title", "enabled"]}),
        (_("Where it is"), {"fields": ["source", "revision"]}),
        (_("How it is loaded"), {"fields": ["dtype", "quantization", "device", "context", "queue"]}),
        (_("How it is used"), {"fields": ["chat_template", "defaults", "maxima"]}),
        (_("Who may use it"), {"fields": ["audience", "groups"]}),
    ]

    @admin.display(description=_("default"), boolean=True)
    def is_default(self, row: Model) -> bool:
        return row.name == services.default_name()


@admin.register(Preset)
class PresetAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "shown", "position", "enabled", "starting"]
    list_editable = ["position", "enabled", "starting"]
    fieldsets = [
        (None, {"fields": ["name", "sampling", "position", "enabled", "starting"]}),
        (_("What it is called"), {"fields": [field + language for field in ("title", "description") for language in ("", "_zh_hant", "_zh_hans")]}),
    ]

    @admin.display(description=_("shown as"))
    def shown(self, row: Preset) -> str:
        return presets.of_row(row).title
