from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_migrate, pre_delete


class AccountsConfig(AppConfig):
    name = "playground.accounts"

    def ready(self) -> None:
        from playground.accounts.adoption import adopt_work
        from playground.accounts.leaving import forget_work
        from playground.accounts.roles import give
        from playground.accounts.sockets import note_change

        post_migrate.connect(give, sender=apps.get_app_config("auth"))  # an app without tables is not told
        user_logged_in.connect(adopt_work)
        for signal in (user_logged_in, user_logged_out):  # after the work has moved
            signal.connect(note_change)
        pre_delete.connect(forget_work, sender="auth.User")
