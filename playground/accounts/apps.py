from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "playground.accounts"

    def ready(self) -> None:
        from playground.accounts.roles import give

        post_migrate.connect(give, sender=apps.get_app_config("auth"))  # an app without tables is not told
