from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0008_possible_from")]

    operations = [
        migrations.AddField(
            model_name="study",
            name="archived_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Out of the list of studies since then; empty: not archived",
                null=True,
            ),
        ),
    ]
