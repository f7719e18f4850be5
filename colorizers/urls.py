from django.urls import URLPattern, URLResolver

app_name = "colorizers"
urlpatterns: list[URLPattern | URLResolver] = []
