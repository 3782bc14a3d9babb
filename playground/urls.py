"""Every page of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from playground.accounts import first
from playground.api.site import api
from playground.catalog import panel
from playground.classroom import panel as classroom_panel
from playground.classroom import views as classroom
from playground.ops import now
from playground.ops import views as ops
from playground.prompts import views as prompts
from playground.runs import views as runs

urlpatterns: list[URLPattern | URLResolver] = [
    path("", runs.playground, name="playground"),
    path("compare", runs.compare, name="compare"),
    path("sessions", runs.own_sessions, name="sessions"),
    path("gallery", runs.gallery, name="gallery"),
    path("s/<str:session>", runs.session, name="session"),
    path("embed/<str:session>", runs.embed, name="embed"),
    path("account/", include("playground.accounts.urls")),
    path("r/", classroom.door, name="rooms"),
    path("r/open", classroom.open_room, name="open-room"),
    path("r/<str:code>", classroom.room, name="room"),
    path("r/<str:code>/screen", classroom.screen, name="room-screen"),
    path("r/<str:code>/qr.svg", classroom.qr, name="room-qr"),
    path("r/<str:code>/results.csv", classroom.as_csv, name="room-results"),
    path("r/<str:code>/replay", classroom.replay, name="replay-room"),
    path("r/<str:code>/delete", classroom.delete, name="delete-room"),
    path("prompts/tokens", prompts.tokens, name="prompt-tokens"),
    path("prompts/vocabulary", prompts.vocabulary, name="prompt-vocabulary"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=None), name="jsi18n"),
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("admin/first/", first.page, name="panel-first"),
    path("admin/login/", first.login),  # before the panel's own, which it ends in
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),  # one page for it
    path("admin/now/", admin.site.admin_view(now.page), name="panel-now"),
    path("admin/now/<str:run>/cancel", admin.site.admin_view(now.cancel), name="panel-cancel"),
    path("admin/rooms/<str:pk>/", admin.site.admin_view(classroom_panel.now), name="panel-room"),
    path("admin/rooms/<str:pk>/end", admin.site.admin_view(classroom_panel.end), name="panel-room-end"),
    path("admin/models/<int:pk>/", admin.site.admin_view(panel.orders), name="panel-model"),
    path("admin/models/<int:pk>/<str:action>", admin.site.admin_view(panel.act), name="panel-model-act"),
    path("admin/", admin.site.urls),
    path("", api.urls),
]
