"""The models that come with the site, so that it can be used seconds after set-up."""

from django.db import migrations

BUNDLED = [
    {"name": "stories", "title": "Logitscope Stories", "source": "bundled:main"},
    {"name": "stories-draft", "title": "Logitscope Stories, draft", "source": "bundled:draft"},
]


def add(apps, schema_editor):
    for row in BUNDLED:
        apps.get_model("catalog", "Model").objects.get_or_create(name=row["name"], defaults=row)


def remove(apps, schema_editor):
    apps.get_model("catalog", "Model").objects.filter(name__in=[row["name"] for row in BUNDLED], source__startswith="bundled:").delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
