"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from config import health, views

handler404 = views.not_found
handler403 = views.forbidden
handler500 = views.server_error
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz/", health.health, name="health"),
    path("readyz/", health.ready, name="ready"),
    path("admin/", admin.site.urls),
    path("", include("colorizers.urls")),
    path("", include("studies.urls")),
    path("", include("evaluation.urls")),
]
