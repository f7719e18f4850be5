"""Django's JSON for dumpdata and loaddata, except that times keep their microseconds."""

from datetime import datetime
from typing import Any

from django.core.serializers import json as djangos
from django.core.serializers.json import Deserializer, DjangoJSONEncoder

__all__ = ["Deserializer", "Serializer"]


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        """Django cuts times to milliseconds, as ECMAScript does: a copy would not be the original."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class Serializer(djangos.Serializer):
    """Writes objects as JSON from which each value can be read again as it was."""

    def _init_options(self) -> None:
        self.options.setdefault("cls", _Encoder)
        super()._init_options()  # type: ignore[misc]
