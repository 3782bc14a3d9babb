"""Rooms and their limits in the panel. What changes a room is done by the teacher's own services, so that everybody in it hears of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display

from inference.eventlog.protocol import LogUnavailable
from playground.classroom import limits, rooms
from playground.classroom.models import Room, RoomLimit
from playground.quotas.services import tokens_today

MOST = {"capacity": rooms.MOST_PEOPLE, "max_tokens": rooms.MOST_TOKENS}
SHOWN_OF_AN_ID = 12
format_html_lazy = lazy(format_html, str)
BOUNDS = ["active_runs", "waiting_runs", "tokens_per_day"]
COUNTED = _("Counted are the students' own runs, those of the whole class together. The teacher's runs do not count. A student's own limits hold, too.")
STATES = {"open": _("open"), "locked": _("locked"), "ended": _("ended"), "expired": _("expired")}
COLOURS = {"open": "success", "locked": "warning", "ended": "default", "expired": "default"}


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    def clean_expires(self) -> Any:
        """What was not touched may lie in the past."""
        expires, now = self.cleaned_data["expires"], timezone.now()
        if "expires" in self.changed_data and expires <= now:
            raise forms.ValidationError(gettext("This lies in the past. To close the room, end the lecture."))
        if "expires" in self.changed_data and expires > now + timedelta(hours=rooms.MOST_HOURS):
            raise forms.ValidationError(gettext("A room stays open for at most a week from now."))
        return expires


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        going = Q(ended=None, expires__gt=timezone.now())
        wanted = {
            "open": going & Q(locked=False), "locked": going & Q(locked=True),
            "ended": Q(ended__isnull=False), "expired": Q(ended=None, expires__lte=timezone.now()),
        }  # fmt: skip
        return queryset.filter(wanted.get(self.value() or "", Q()))


class Bounded:
    """A bound that is empty shows what holds instead."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        if db_field.name in BOUNDS:
            otherwise = getattr(limits.of_room(None), db_field.name)
            field.widget.attrs["placeholder"] = "∞" if otherwise is None else otherwise
        return field


class LimitInline(Bounded, StackedInline):  # type: ignore[misc]  # not subscriptable at run time
    model = RoomLimit
    fieldsets = [(None, {"fields": BOUNDS, "description": format_html_lazy('<span class="block px-3 pb-2">{}</span>', COUNTED)})]
    max_num = 1
    hide_title = True
    can_delete = False
    verbose_name = verbose_name_plural = _("Limits of this room (empty: as every room)")


@admin.register(Room)
class RoomAdmin(ModelAdmin):  # type: ignore[misc]
    form = RoomForm
    change_form_outer_before_template = "panel/room_place.html"
    inlines = [LimitInline]
    list_display = ["code", "title", "taught_by", "language", "pinned", "people", "runs", "tokens", "state", "created"]
    list_display_links = ["code", "title"]
    list_filter = [StateFilter, "language", ("model", admin.AllValuesFieldListFilter)]
    list_per_page = 50
    search_fields = ["code", "title", "teacher"]
    actions = ["end"]
    readonly_fields = ["code", "title", "teacher", "language", "pinned", "created", "nicknames"]
    fieldsets = [
        (None, {"fields": [("code", "title"), ("teacher", "created"), ("language", "pinned")]}),
        (_("What an operator may change"), {"fields": ["expires", ("capacity", "max_tokens"), ("locked", "forks_muted")]}),
        (_("People"), {"fields": ["nicknames"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        rows: QuerySet[Room] = super().get_queryset(request)
        return rows.annotate(people_count=Count("participants", filter=Q(participants__removed=False)))

    @admin.display(description=_("teacher"), ordering="teacher")
    def taught_by(self, room: Room) -> str:
        """The whole id is on the room's page."""
        return Truncator(room.teacher).chars(SHOWN_OF_AN_ID)

    @admin.display(description=_("pinned model"), ordering="model", empty_value="–")
    def pinned(self, room: Room) -> str | None:
        return room.model or None

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, room: Room) -> str:
        return f"{room.people_count}\u00a0/\u00a0{room.capacity}"  # type: ignore[attr-defined]

    @admin.display(description=_("runs now"), empty_value="–")
    def runs(self, room: Room) -> int | None:
        try:
            return None if rooms.is_over(room) else limits.taken(room.pk).active_runs
        except LogUnavailable:
            return None

    @admin.display(description=_("tokens today"))
    def tokens(self, room: Room) -> int:
        return tokens_today(limits.name_of(room.pk))

    @display(description=_("state"), label=COLOURS)  # type: ignore[untyped-decorator]
    def state(self, room: Room) -> tuple[str, Any]:
        name = "ended" if room.ended else "expired" if rooms.is_over(room) else "locked" if room.locked else "open"
        return name, STATES[name]

    @admin.display(description=_("nicknames"), empty_value="–")
    def nicknames(self, room: Room) -> str | None:
        """Nicknames alone: who somebody is, is nobody's business here."""
        seats = [(seat.nickname, f" ({gettext('removed')})" if seat.removed else "") for seat in room.participants.all()]
        return format_html_join(", ", "<bdi>{}</bdi>{}", seats) if seats else None

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in MOST:
            options |= {"min_value": 1, "max_value": MOST[db_field.name]}
        return super().formfield_for_dbfield(db_field, request, **options)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rooms are opened where they are taught."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        """What has ended stays as it was."""
        return bool(super().has_change_permission(request, obj)) and not (obj and obj.ended)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        """Only what was changed: meanwhile the teacher may have changed the rest."""
        rooms.change(obj.pk, {name: form.cleaned_data[name] for name in form.changed_data})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        rooms.ring_soon(form.instance.pk)

    def delete_model(self, request: HttpRequest, obj: Room) -> None:
        rooms.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset:
            rooms.delete(room.pk)

    def get_deleted_objects(self, objs: Sequence[Room], request: HttpRequest) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The rooms, and how many people's names go with them; not each of their votes."""
        found = Room.objects.filter(pk__in=[room.pk for room in objs]).annotate(names=Count("participants"))
        lines = [gettext("%(room)s, with all names, votes and scores; people: %(count)d") % {"room": room, "count": room.names} for room in found]
        return lines, {str(self.opts.verbose_name_plural): len(lines)}, set(), []

    @admin.action(description=_("End the lectures in the selected rooms"), permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        going = list(queryset.filter(ended=None))
        for room in going:
            rooms.end(room.pk)
            rooms.ring_soon(room.pk)
            self.log_change(request, room, gettext_noop("Ended."))
        self.message_user(request, gettext("Lectures ended: %(count)d.") % {"count": len(going)}, messages.SUCCESS)


@admin.register(RoomLimit)
class RoomLimitAdmin(Bounded, ModelAdmin):  # type: ignore[misc]
    list_display = ["__str__", "at_once", "waiting", "per_day", "today"]
    search_fields = ["room__code", "room__title"]
    list_before_template = "panel/room_limits.html"
    readonly_fields = ["room"]
    list_select_related = ["room"]

    @admin.display(description=_("runs at once"))
    def at_once(self, row: RoomLimit) -> int:
        return limits.of_room(row.room).active_runs

    @admin.display(description=_("runs that wait"))
    def waiting(self, row: RoomLimit) -> int:
        return limits.of_room(row.room).waiting_runs

    @admin.display(description=_("tokens per day"), empty_value="∞")
    def per_day(self, row: RoomLimit) -> int | None:
        return limits.of_room(row.room).tokens_per_day

    @admin.display(description=_("tokens today"), empty_value="")
    def today(self, row: RoomLimit) -> int | None:
        return tokens_today(limits.name_of(row.room_id)) if row.room_id else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those of a single room are set on its page."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: RoomLimit | None = None) -> list[tuple[None, dict[str, Any]]]:
        named = [] if obj and obj.room_id is None else ["room"]
        return [(None, {"fields": [*named, *BOUNDS], "description": COUNTED})]

    def has_delete_permission(self, request: HttpRequest, obj: RoomLimit | None = None) -> bool:
        """Every room's row is what the others fall back on."""
        return super().has_delete_permission(request, obj) and not (obj and obj.room_id is None)

    def save_model(self, request: HttpRequest, obj: RoomLimit, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.room_id:
            rooms.ring_soon(obj.room_id)
