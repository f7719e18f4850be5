from django.urls import URLPattern, URLResolver, path

from evaluation.views import downloads, orders, report

app_name = "evaluation"
_STUDY = "studies/<str:slug>/report/"
_ONE = _STUDY + "<uuid:code>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_STUDY, report.report, name="report"),
    path(_STUDY + "new/", report.new_report, name="new-report"),
    path(_STUDY + "orders/<uuid:code>/", orders.order_progress, name="order-progress"),
    path(_STUDY + "orders/<uuid:code>/cancel/", orders.cancel_order, name="cancel-order"),
    path(_STUDY + "trials.csv", downloads.trials_csv, name="trials-csv"),
    path(_ONE, report.frozen_report, name="frozen-report"),
    path(_ONE + "chart.svg", downloads.chart_svg, name="chart-svg"),
    path(_ONE + "chart-narrow.svg", downloads.chart_svg, {"width": "narrow"}, name="chart-narrow-svg"),
    path(_ONE + "chart.png", downloads.chart_png, name="chart-png"),
    path(_ONE + "report.json", downloads.report_json, name="report-json"),
    path(_ONE + "report.html", downloads.report_html, name="report-html"),
]
