"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from config import views

handler404 = views.not_found
handler403 = views.forbidden
handler500 = views.server_error
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz/", views.health, name="health"),
    path("admin/", admin.site.urls),
    path("", include("colorizers.urls")),
    path("", include("studies.urls")),
    path("", include("evaluation.urls")),
]
