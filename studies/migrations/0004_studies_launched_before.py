"""Studies launched before there were checks, voiding and questions go on without them, as they began."""

from django.db import migrations

# Only these were empty at a launch before; since then a launch writes every setting out.
AS_IT_WAS = {
    "screening": {
        "colour_vision": "off", "plates": 6, "plates_to_pass": 5, "display": "off", "touch": "allowed",
    },
    # The widest that the rules allow.
    "voiding": {
        "repeat": False, "frames_off": 10, "tolerance_ms": 1000, "hidden": False, "focus": False,
        "most_repeats": 0,
    },
    "debrief": {"comments": False, "demographics": False},
}


def write_out(apps, schema_editor):
    launched = apps.get_model("studies", "Study").objects.filter(launched_at__isnull=False)
    for name, values in AS_IT_WAS.items():
        launched.filter(**{name: {}}).update(**{name: values})


class Migration(migrations.Migration):

    dependencies = [
        ('studies', '0003_pay_participants'),
    ]

    operations = [
        migrations.RunPython(write_out, migrations.RunPython.noop),
    ]
