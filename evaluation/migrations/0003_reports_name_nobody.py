"""Reports held the codes of participants who missed vigilance trials; some of them may have withdrawn since."""

from django.db import migrations


def forget_codes(apps, schema_editor):
    Report = apps.get_model("evaluation", "Report")
    for pk in Report.objects.values_list("pk", flat=True):
        report = Report.objects.only("results").get(pk=pk)
        if (report.results.get("analysis") or {}).pop("attention_excluded", None) is not None:
            report.save(update_fields=["results"])


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0002_orders'),
    ]

    operations = [
        migrations.RunPython(forget_codes, migrations.RunPython.noop),
    ]
