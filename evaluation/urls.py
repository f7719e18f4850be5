from django.urls import URLPattern, URLResolver, path

from evaluation.views import downloads, exports, orders, planning, report, together

app_name = "evaluation"
_STUDY = "studies/<str:slug>/report/"
_EXPORTS = "studies/<str:slug>/exports/"
_ONE = _STUDY + "<uuid:code>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("planning/", planning.plan, name="plan"),
    path("studies/<str:slug>/planning/", planning.plan, name="plan-study"),
    path("reports/together/", together.together, name="together"),
    path(_STUDY, report.report, name="report"),
    path(_STUDY + "new/", report.new_report, name="new-report"),
    path(_STUDY + "orders/<uuid:code>/", orders.order_progress, name="order-progress"),
    path(_STUDY + "orders/<uuid:code>/cancel/", orders.cancel_order, name="cancel-order"),
    path(_STUDY + "orders/<uuid:code>/dismiss/", orders.dismiss_order, name="dismiss-order"),
    path(_STUDY + "trials.csv", downloads.trials_csv, name="trials-csv"),
    path(_EXPORTS, exports.exports, name="exports"),
    path(_EXPORTS + "new/", exports.new_export, name="new-export"),
    path(_EXPORTS + "<uuid:code>/", exports.export_file, name="export-file"),
    path(_EXPORTS + "<uuid:code>/cancel/", exports.cancel_export, name="cancel-export"),
    path(_EXPORTS + "<uuid:code>/delete/", exports.delete_export, name="delete-export"),
    path(_ONE, report.frozen_report, name="frozen-report"),
    path(_ONE + "charts/<str:name>.svg", downloads.chart_svg, name="chart-svg"),
    path(_ONE + "charts/<str:name>.png", downloads.chart_png, name="chart-png"),
    path(_ONE + "report.json", downloads.report_json, name="report-json"),
    path(_ONE + "report.html", downloads.report_html, name="report-html"),
    path(_ONE + "report.pdf", downloads.report_pdf_file, name="report-pdf"),
    path(_ONE + "report.tex", downloads.report_tex, name="report-tex"),
]
