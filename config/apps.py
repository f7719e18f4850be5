from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Once the last app has its tables and rights, the group that needs them is made."""
        from config import researchers

        post_migrate.connect(researchers.make_group, sender=apps.get_app_config("evaluation"))
