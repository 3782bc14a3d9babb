from django.contrib import admin

from playground.catalog.models import Model


@admin.register(Model)
class ModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = ["name", "title", "source", "dtype", "quantization", "device", "enabled"]
    list_filter = ["enabled", "dtype", "quantization"]
    search_fields = ["name", "title", "source"]
