from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_delete


class AccountsConfig(AppConfig):
    name = "playground.accounts"

    def ready(self) -> None:
        from playground.accounts.adoption import adopt_work
        from playground.accounts.leaving import forget_work
        from playground.accounts.roles import give

        post_migrate.connect(give, sender=apps.get_app_config("auth"))  # an app without tables is not told
        user_logged_in.connect(adopt_work)
        pre_delete.connect(forget_work, sender="auth.User")
