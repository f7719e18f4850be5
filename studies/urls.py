"""Addresses of the participant's side; docs/runner.md lists them."""

from django.urls import URLPattern, URLResolver, path

from studies.views import checks, debrief, landing, participation, picture, withdrawal

app_name = "studies"
urlpatterns: list[URLPattern | URLResolver] = [
    path("s/<str:slug>/", landing.landing, name="landing"),
    path("s/<str:slug>/begin/", landing.begin, name="begin"),
    path("s/<str:slug>/i/<uuid:code>/", landing.invitation, name="invitation"),
    path("s/<str:slug>/preview/", landing.preview, name="preview"),
    path("p/<uuid:code>/", participation.page, name="participation"),
    path("p/<uuid:code>/display/", checks.display, name="check_display"),
    path("p/<uuid:code>/plate/<int:number>/", checks.plate, name="check_plate"),
    path("p/<uuid:code>/plates/<uuid:token>/", checks.plate_picture, name="plate"),
    path("p/<uuid:code>/debrief/", debrief.debrief, name="debrief"),
    path("p/<uuid:code>/state/", participation.state, name="state"),
    path("p/<uuid:code>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("p/<uuid:code>/device/", participation.device, name="device"),
    path("t/<uuid:code>/response/", participation.record_response, name="response"),
    path("i/<uuid:token>/", picture.picture, name="picture"),
]
