"""Trials of earlier releases are of the pair test: their treatment is their condition, and every fake its arm."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    trials = apps.get_model("studies", "Trial").objects
    slug = apps.get_model("studies", "Condition").objects.filter(pk=OuterRef("condition_id")).values("slug")
    trials.filter(treatment="", condition__isnull=False).update(treatment=Subquery(slug))
    arm = trials.filter(pk=OuterRef("trial_id")).values("condition_id")
    pictures = apps.get_model("studies", "TrialPicture").objects
    fakes = pictures.filter(condition=None, stimulus__colorization__isnull=False)
    fakes.update(condition_id=Subquery(arm))


class Migration(migrations.Migration):

    dependencies = [
        ('studies', '0017_arms'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
