"""Stimuli may be compressed: their length is kept, and their digest is that of the pixels, as it was."""

from typing import Any

from django.db import migrations, models

STORED_BLOCK = 65535


def stored_png_bytes(image_px: int) -> int:
    """Length of an uncompressed PNG of this size: what every stimulus was until now."""
    pixels = image_px * (1 + 3 * image_px)
    blocks = -(-pixels // STORED_BLOCK)
    return 8 + 25 + 13 + (12 + 2 + 5 * blocks + pixels + 4) + 12


def fill_lengths(apps: Any, schema_editor: Any) -> None:
    stimuli = apps.get_model("studies", "Stimulus").objects
    for image_px in stimuli.values_list("image_px", flat=True).distinct():
        stimuli.filter(image_px=image_px).update(file_bytes=stored_png_bytes(image_px))


class Migration(migrations.Migration):
    dependencies = [("studies", "0005_shown_before")]

    operations = [
        migrations.AddField(
            "stimulus", "file_bytes", models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.AlterField(
            "stimulus",
            "digest",
            models.CharField(
                help_text="Of the pixels, as an uncompressed PNG; whatever file holds them", max_length=64
            ),
        ),
        migrations.RunPython(fill_lengths, migrations.RunPython.noop),
    ]
