from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = _("Studies")

    def ready(self) -> None:
        from studies import guards, limits

        guards.connect()
        register(limits.check_proxies)
