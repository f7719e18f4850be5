"""The ethics statement of a study, for the methods paragraph of its reports."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0014_last_seen")]

    operations = [
        migrations.AddField(
            model_name="study",
            name="ethics",
            field=models.TextField(
                blank=True,
                default="",
                help_text="For the report's methods, in whole sentences: who approved the study, and under "
                "which reference",
                verbose_name="ethics statement",
            ),
            preserve_default=False,
        ),
    ]
