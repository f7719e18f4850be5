from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        from evaluation import designs as concluding
        from evaluation import listeners
        from studies import designs

        listeners.connect()
        designs.conclude_with(concluding.names)
