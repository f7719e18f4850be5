"""The form by which finished pictures come in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings as installation
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from colorizers.admin.forms import SeveralFiles, UploadField, as_archive, check_one_archive, too_large
from colorizers.models import PhotoSet, PictureImport
from colorizers.pictures.delivered import AS_DELIVERED, REPLACE_LIGHTNESS, RULES
from colorizers.services.deliveries import drafted
from colorizers.services.registering import ColorizerRefused

COMMAND = "import_colorizations FOLDER --set NAME --name SLUG"
SETTINGS = ("treatment", "resample", "stretch", "model_version", "command")
ACCEPTED = ".zip,.csv,image/*,.heic,.heif,.avif"


class WholeFolder(SeveralFiles):
    """The same field once more: a browser chooses either files or a folder with one input."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class PicturesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which pictures of which photos by which model, and what is to become of them."""

    pictures = UploadField(
        label=_("Pictures"),
        help_text=_(
            "A zip archive, or many files. A picture is called as its photo is: cat.png is of cat.jpg. Where "
            "names do not match, add a CSV file with the columns photo and file."
        ),
        widget=WholeFolder(attrs={"accept": ACCEPTED}),
    )
    treatment = forms.ChoiceField(
        label=_("Treatment"),
        choices=[
            (AS_DELIVERED, _("As delivered: people judge all that the model made")),
            (REPLACE_LIGHTNESS, _("With the photo's own lightness: people judge colours alone")),
        ],
        initial=AS_DELIVERED,
        widget=forms.RadioSelect,
    )
    resample = forms.ChoiceField(
        label=_("Pictures of another size than their photo"),
        choices=[("", _("are refused"))] + [(rule, _("are resampled: %s") % rule) for rule in RULES],
        required=False,
    )
    stretch = forms.BooleanField(
        label=_("Also stretch pictures of another shape, such as squeezed squares"), required=False
    )
    model_version = forms.CharField(
        label=_("Version of the model"), required=False, max_length=200, help_text=_("Such as a commit")
    )
    command = forms.CharField(label=_("Command that made the pictures"), required=False, max_length=2000)

    class Meta:
        model = PictureImport
        fields = ["photo_set", "slug", "title", "origin", "licence"]
        labels = {"photo_set": _("Photo set"), "title": _("Title of the model")}
        help_texts = {"title": _("As the workbench and reports show it. Empty: the short name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo_set"].queryset = PhotoSet.objects.exclude(photos=None).distinct()  # type: ignore[attr-defined]

    def clean_pictures(self) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = self.cleaned_data["pictures"]
        size = sum(file.size or 0 for file in files)
        if size > installation.UPLOAD_MAX_MB * 2**20:
            raise forms.ValidationError(too_large(size, COMMAND))
        check_one_archive(files)
        return files

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        chosen = {name: self.cleaned_data[name] for name in SETTINGS}
        try:
            self.instance.settings = drafted(slug=self.cleaned_data["slug"], settings=chosen).settings
        except ColorizerRefused as refusal:
            self.add_error("slug" if "called" in str(refusal) else None, str(refusal))

    def as_archive(self) -> File[bytes]:
        """What was uploaded, as one zip archive."""
        return as_archive(self.cleaned_data["pictures"])

    @property
    def about_the_model(self) -> list[forms.BoundField]:
        """What is remembered of the model, and may stay empty."""
        return [self[name] for name in ("title", "origin", "licence", "model_version", "command")]
