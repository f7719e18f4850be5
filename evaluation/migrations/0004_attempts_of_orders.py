from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0003_reports_name_nobody'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='attempt',
            field=models.PositiveIntegerField(default=0, help_text='How often a worker has taken it'),
        ),
    ]
