"""Which service makes what was ordered."""

from evaluation.models import OrderKind
from evaluation.services import exports, reports
from evaluation.services.orders import Maker

MAKERS: dict[str, Maker] = {OrderKind.REPORT: reports.fill_order, OrderKind.EXPORT: exports.fill_order}
