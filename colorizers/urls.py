from django.urls import URLPattern, URLResolver, path

from colorizers.views import catalogue as views

app_name = "colorizers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue/", views.catalogue_index, name="catalogue_index"),
    path("catalogue/<str:name>/", views.catalogue, name="catalogue"),
    path("catalogue/photo/<str:digest>/", views.photo_picture, name="photo"),
    path("catalogue/photo/<str:digest>/thumbnail/", views.photo_thumbnail, name="photo_thumbnail"),
    path("catalogue/photo/<str:digest>/large/", views.photo_large, name="photo_large"),
    path("catalogue/colorization/<str:digest>/", views.colorization_picture, name="colorization"),
    path(
        "catalogue/colorization/<str:digest>/thumbnail/",
        views.colorization_thumbnail,
        name="colorization_thumbnail",
    ),
    path("catalogue/colorization/<str:digest>/large/", views.colorization_large, name="colorization_large"),
    path("catalogue/run/<uuid:code>/progress/", views.run_progress, name="run_progress"),
    path("catalogue/import/<uuid:code>/progress/", views.import_progress, name="import_progress"),
    path(
        "catalogue/pictures/<uuid:code>/progress/",
        views.picture_import_progress,
        name="picture_import_progress",
    ),
]
