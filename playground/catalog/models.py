"""Models that people can run, and presets of settings. A model's row names a source; the worker loads it."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from playground.catalog import checking, rules
from playground.runs.models import new_id

NAME = RegexValidator(r"^[\w.\-]{1,64}$", _("Letters, digits, '.', '_' and '-' only, 64 at most."))


class Model(models.Model):
    """One entry of the model picker, and the ``model`` of a run."""

    class Dtype(models.TextChoices):
        AUTO = "auto", _("as stored")
        FLOAT32 = "float32", "float32"
        BFLOAT16 = "bfloat16", "bfloat16"
        FLOAT16 = "float16", "float16"

    class Quantization(models.TextChoices):
        NONE = "none", _("none")
        INT8 = "int8", "int8"
        INT4 = "int4", "int4"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody")
        SIGNED_IN = "signed_in", _("whoever is logged in")
        GROUPS = "groups", _("groups")

    name = models.CharField(_("name"), max_length=64, unique=True, validators=[NAME])
    title = models.CharField(_("title"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=1024, help_text=_("bundled:NAME, a folder under an allowed root, or a Hub id."))
    revision = models.CharField(_("revision"), max_length=128, blank=True)
    dtype = models.CharField(_("dtype"), max_length=16, choices=Dtype.choices, default=Dtype.AUTO)
    quantization = models.CharField(
        _("quantization"), max_length=16, choices=Quantization.choices, default=Quantization.NONE, help_text=_("Bits that a weight is kept in: less memory, less exact.")
    )
    device = models.CharField(_("device"), max_length=32, default="auto")
    root = models.CharField(max_length=1024, blank=True, editable=False)  # set by `addmodel`: whoever has the shell may allow a folder
    context = models.PositiveIntegerField(
        _("context limit"), null=True, blank=True, validators=[MinValueValidator(8)], help_text=_("In tokens, prompt and answer together. Empty: all that the model has.")
    )
    chat_template = models.TextField(
        _("chat template"), blank=True, help_text=_("In Jinja, in place of the model's own. It runs in a sandbox, and is tried when you save.")
    )
    defaults = models.JSONField(
        _("default settings"), default=dict, blank=True, help_text=_('What a run takes where it says nothing else, as in {"temperature": 0.7, "max_tokens": 100}.')
    )
    maxima = models.JSONField(
        _("maximum settings"), default=dict, blank=True, help_text=_('A run above one of these is refused, as in {"max_tokens": 200, "n": 2}.')
    )
    audience = models.CharField(_("who may use it"), max_length=16, choices=Audience.choices, default=Audience.EVERYBODY)
    groups = models.ManyToManyField("auth.Group", verbose_name=_("groups"), blank=True, help_text=_("Only these, where it is for groups."))
    queue = models.CharField(
        _("queue"), max_length=64, default=checking.QUEUE, validators=[NAME], help_text=_("Workers that take runs from it must be there: manage.py worker --queues.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    default = models.BooleanField(_("default"), default=False, editable=False)  # at most one; none: the configured one
    order = models.JSONField(default=dict, editable=False)  # what was last asked of the workers: box, action, and at its end the report
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["created", "id"]
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def clean(self) -> None:
        """Raises ``ValidationError`` with the reason at the field where the model may not be loaded, or not so."""
        checking.check(
            {
                "name": self.name, "source": self.source, "revision": self.revision or None, "dtype": self.dtype, "device": self.device,
                "quantization": self.quantization, "root": self.root or None,
            }
        )  # fmt: skip
        self.defaults, self.maxima = self.defaults or {}, self.maxima or {}  # a field that was emptied
        rules.check(self.defaults, self.maxima)
        checking.check_template(self.chat_template)
        checking.check_queue(self.queue)

    def __str__(self) -> str:
        return self.title or self.name


class Preset(models.Model):
    """Settings under a name, to begin with. What is empty is called as the site calls it, or by its name."""

    name = models.CharField(_("name"), max_length=64, unique=True, validators=[NAME])
    title = models.CharField(_("title"), max_length=60, blank=True)
    title_zh_hant = models.CharField(_("title, Traditional Chinese"), max_length=60, blank=True)
    title_zh_hans = models.CharField(_("title, Simplified Chinese"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    description_zh_hant = models.CharField(_("description, Traditional Chinese"), max_length=200, blank=True)
    description_zh_hans = models.CharField(_("description, Simplified Chinese"), max_length=200, blank=True)
    sampling = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_('Of sampling and penalties, as in {"temperature": 0.7, "top_p": 0.9}. What is not named is off.')
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100, help_text=_("Smaller ones come first."))
    enabled = models.BooleanField(_("enabled"), default=True)
    starting = models.BooleanField(_("starting point"), default=False, help_text=_("The page opens with the first of these."))

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("preset")
        verbose_name_plural = _("presets")

    def clean(self) -> None:
        """Raises ``ValidationError`` with the reason at the field."""
        self.sampling = self.sampling or {}
        rules.check_preset(self.sampling)

    def __str__(self) -> str:
        return self.title or self.name


class OwnPreset(models.Model):
    """Settings that a person keeps under a name of their own."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=60)
    sampling = models.JSONField(_("settings"), default=dict)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["created", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_preset_of_a_name")]

    def __str__(self) -> str:
        return self.name
