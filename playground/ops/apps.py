from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "playground.ops"
    verbose_name = "Operations"
