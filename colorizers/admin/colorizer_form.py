"""The form of a new colorizer: made for one method, with a field for each of its settings."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tempfile
from pathlib import Path, PurePath
from typing import Any

from django import forms
from django.conf import settings as installation
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from colorizers.methods import Method
from colorizers.models import Colorizer
from colorizers.services.checking import WeightsFile, check_format
from colorizers.services.registering import ColorizerRefused, complete, existing, try_out
from colorizers.tools.command_line import MANAGE
from colorizers.tools.nested import TooDeep, load_json
from colorizers.weights.files import TENSOR_FORMATS, WeightsRefused

PREFIX = "setting_"


def too_large(size: int) -> str:
    """The sentence that refuses weights of so many bytes."""
    return (
        f"The upload has {size / 2**20:.0f} MB; at most {installation.UPLOAD_MAX_MB} MB are taken at once. "
        f"Put the file on the server and run: {MANAGE} register_colorizer --weights FILE …"
    )


class ColorizerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new colorizer of one method, checked against it; what it is cannot be changed later."""

    chosen: Method
    weights_file: WeightsFile | None = None
    remarks: tuple[str, ...] = ()

    class Meta:
        model = Colorizer
        fields = ["slug", "title", "description", "variant", "weights", "reference_set", "seed"]
        labels = {"reference_set": _("Reference photos")}
        help_texts = {
            "title": _("As the workbench and reports show it. Empty: the short name"),
            "reference_set": _(
                "Photos that the method may take colours from; never the photo being coloured itself. "
                "Registering freezes this set: no photo can be added to it or taken out of it any more."
            ),
            "seed": _("Of whatever the method draws by chance"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reference_set" in self.fields:
            self.fields["reference_set"].required = True  # Only methods that need one have the field.

    def clean_weights(self) -> UploadedFile[Any] | None:
        upload: UploadedFile[Any] | None = self.cleaned_data["weights"]
        if upload and (upload.size or 0) > installation.UPLOAD_MAX_MB * 2**20:
            raise forms.ValidationError(too_large(upload.size or 0))
        if upload:
            try:
                check_format(upload.name or "", self.chosen)
            except WeightsRefused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return upload

    def _post_clean(self) -> None:
        self.instance.method = self.chosen.name
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        self.instance.settings = {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value != self.fields[name].initial
        }
        self.weights_file = self._received(self.cleaned_data.get("weights"))
        self._register()

    def _register(self) -> None:
        sha256 = self.cleaned_data.get("weights_sha256", "")
        try:
            complete(self.instance, self.weights_file, weights_sha256=sha256)
            if existing(self.instance) is not None:
                raise ColorizerRefused(f"The colorizer {self.instance.slug!r} is registered already.")
        except ColorizerRefused as refusal:
            self.add_error(self._field_of(str(refusal)), str(refusal))
            return
        try:
            self.remarks = tuple(try_out(self.instance, self.weights_file))
        except ColorizerRefused as refusal:
            self.add_error("weights", report(str(refusal)))

    def _field_of(self, refusal: str) -> str | None:
        """The field that a refusal speaks of, as far as its words tell."""
        first = re.match(r"(?:The setting ')?(\w+)\b", refusal)
        name = PREFIX + (first[1] if first else "")
        return name if name in self.fields else None

    def _received(self, upload: UploadedFile[Any] | None) -> WeightsFile | None:
        if upload is None:
            return None
        name = PurePath(upload.name or "weights").name
        if hasattr(upload, "temporary_file_path"):
            return WeightsFile(Path(upload.temporary_file_path()), name)
        # Small uploads are in memory only; the folder goes with the form.
        self._folder = tempfile.TemporaryDirectory(prefix="foolrate-weights-")
        path = Path(self._folder.name) / "received"
        path.write_bytes(upload.read())
        return WeightsFile(path, name)


def colorizer_form(method: Method) -> type[ColorizerForm]:
    """The form for colorizers of one method: exactly the fields that its page shows (`fieldsets`)."""
    fields: dict[str, Any] = {"chosen": method}
    if len(method.variants) > 1:
        fields["variant"] = forms.ChoiceField(
            choices=[(name, variant_label(name, count)) for name, count in method.variants.items()],
            widget=UnfoldAdminSelectWidget,
        )
    fields |= {PREFIX + name: _setting(name, default) for name, default in method.default_settings().items()}
    if method.needs_weights:
        fields["weights"] = forms.FileField(
            widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(method.weights_formats)}),
            help_text=_formats_explained(method),
        )
        fields["weights_sha256"] = forms.CharField(
            label=_("SHA-256 of the weights"),
            required=False,
            widget=UnfoldAdminTextInputWidget,
            help_text=_("If you know it, or at least its first 8 digits: another file is then refused"),
        )
    return type("ColorizerForm", (ColorizerForm,), fields)


def _formats_explained(method: Method) -> str:
    taken: object
    if method.weights_formats == TENSOR_FORMATS:
        taken = _("Best as .safetensors; .pth, .pt and .tar with nothing but tensors are taken too.")
    elif method.weights_formats:
        taken = _("As %(endings)s.") % {"endings": _(" or ").join(method.weights_formats)}
    else:
        taken = _("In the format of the method.")
    return f"{taken} {_('They are loaded once before they are registered.')}"


def fieldsets(method: Method) -> list[tuple[Any, dict[str, Any]]]:
    """The fields of a method's form, in groups."""
    settings = [PREFIX + name for name in method.default_settings()]
    needs = ["weights", "weights_sha256"] * method.needs_weights + ["reference_set"] * method.needs_reference
    variant = ["variant"] if len(method.variants) > 1 else []
    groups = [
        (None, ["slug", "title", "description"], ""),
        (_("What it is made of"), [*variant, *needs], ""),
        (_("Settings"), [*settings, "seed"], settings_explained(method)),
    ]
    return [(title, {"fields": names, "description": text}) for title, names, text in groups if names]


def variant_label(name: str, parameters: int) -> str:
    """A variant with its size, such as “l2 (32,155,458 parameters)”."""
    return f"{name} ({parameters:,} parameters)" if parameters else name


class _JsonField(forms.JSONField):
    """Refuses what is nested too deep in a sentence, like whatever else it cannot read."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value not in self.empty_values:
            try:
                load_json(value)
            except TooDeep as error:
                raise forms.ValidationError(_("This cannot be read: %s.") % error) from error
            except ValueError:
                pass  # said by the field itself
        return super().to_python(value)


def _setting(name: str, default: Any) -> forms.Field:
    kinds: dict[type, tuple[type[forms.Field], type[forms.Widget], dict[str, str]]] = {
        bool: (forms.BooleanField, UnfoldBooleanSwitchWidget, {}),
        int: (forms.IntegerField, UnfoldAdminIntegerFieldWidget, {}),
        float: (forms.FloatField, UnfoldAdminDecimalFieldWidget, {"step": "any"}),
        str: (forms.CharField, UnfoldAdminTextInputWidget, {}),
    }
    kind, widget, attributes = kinds.get(type(default), (_JsonField, UnfoldAdminTextInputWidget, {}))
    field: forms.Field = kind(
        label=name.replace("_", " ").capitalize(),
        initial=default,
        required=isinstance(default, int | float) and not isinstance(default, bool),
        widget=widget(attrs=attributes),
        help_text=format_html(
            "{}: <code>{}</code>; {} <code>{}</code>", _("Default"), _shown(default), _("in commands"), name
        ),
    )
    return field


def _shown(default: Any) -> Any:
    if isinstance(default, bool):
        return _("on") if default else _("off")
    return _("empty") if default == "" else default


def settings_explained(method: Method) -> SafeString:
    """What the settings mean, in the words of the dataclass that declares them and of those it extends."""
    declared = [kind for kind in reversed(method.settings.__mro__) if dataclasses.is_dataclass(kind)]
    # A dataclass without words of its own gets its signature for a docstring.
    texts = [
        kind.__doc__ for kind in declared if kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(")
    ]
    if not method.default_settings():
        return format_html("<p>{}</p>", _("This method has nothing to set."))
    paragraphs = [part for text in texts for part in inspect.cleandoc(text).split("\n\n")]
    return format_html_join("", '<p class="fr-soft">{}</p>', ((_with_code(part),) for part in paragraphs))


def _with_code(text: str) -> SafeString:
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped before


def report(text: str) -> SafeString:
    """A refusal of several lines, as they were written."""
    return format_html('<span class="fr-report">{}</span>', text)
