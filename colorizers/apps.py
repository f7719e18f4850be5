from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ColorizersConfig(AppConfig):
    name = "colorizers"
    verbose_name = _("Photos and colorizers")

    def ready(self) -> None:
        from colorizers import guards

        guards.connect()
