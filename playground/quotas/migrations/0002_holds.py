"""A run may count for several: what it holds is a row in each of their days."""

from django.db import migrations, models


def copy(source, target):
    def run(apps, editor):
        rows, copies = (apps.get_model("quotas", name).objects.using(editor.connection.alias) for name in (source, target))
        for row in rows.order_by("pk"):
            if not copies.filter(run=row.run).exists():  # on the way back a run holds in one day alone
                copies.create(run=row.run, usage_id=row.usage_id, tokens=row.tokens)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ('quotas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.CharField(max_length=64)),
                ('tokens', models.PositiveBigIntegerField()),
                ('usage', models.ForeignKey(on_delete=models.deletion.CASCADE, to='quotas.usage')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'usage'), name='one_hold_a_share')],
            },
        ),
        migrations.RunPython(copy('Reservation', 'Hold'), copy('Hold', 'Reservation')),
        migrations.DeleteModel(name='Reservation'),
    ]
