"""Forms of the workbench: an upload of photographs, an order of pictures."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from colorizers.models import Colorizer, PhotoImport, PhotoSet
from colorizers.pictures.photo_containers import PICTURE_ENDINGS, RAW_ENDINGS
from colorizers.services.companions import COMPANION_ENDINGS
from colorizers.services.deliveries import METHOD as IMPORTED
from colorizers.services.photo_sources import SIDECAR
from colorizers.tools.command_line import MANAGE

MOST_NAMES = 5
TAKEN = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP and GIF pictures, one zip archive, and a list photos.csv"
# The import tells of each of these what it is; a file without an ending is known by its bytes.
EXPLAINED_ENDINGS = PICTURE_ENDINGS | RAW_ENDINGS | COMPANION_ENDINGS | {".zip", ".db", ".ini", ""}


def too_large(size: int, command: str = "import_photos FOLDER --set NAME") -> str:
    """The sentence that refuses an upload of so many bytes; the command takes it instead."""
    return (
        f"The upload has {size / 2**20:.0f} MB; at most {settings.UPLOAD_MAX_MB} MB are taken at once. "
        f"Upload it in parts, or put the files on the server and run: {MANAGE} {command}"
    )


def not_taken(names: list[str]) -> str:
    """The sentence that refuses files of a kind that nobody here can read."""
    shown, more = ", ".join(names[:MOST_NAMES]), len(names) - MOST_NAMES
    others = f" and {more} more" if more > 0 else ""
    return f"Not taken: {shown}{others}. Only these kinds of files are: {TAKEN}."


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadField(forms.FileField):
    """One or more files, cleaned to a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > 1:
            # An empty one among them is refused by name when they are imported, as any broken file is.
            return files
        return [super().clean(files[0] if files else None, initial)]


class UploadForm(forms.ModelForm):  # type: ignore[type-arg]
    photographs = UploadField(
        label=_("Photographs"),
        help_text=_(
            "One zip archive, or several pictures (JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP, GIF). A file "
            "photos.csv among them may give file, licence, author, year, source and title of each."
        ),
        widget=SeveralFiles(
            attrs={
                "accept": ".zip,.csv,image/*,.heic,.heif,.avif",
                "data-endings": " ".join(sorted(EXPLAINED_ENDINGS)).strip(),
                "data-sidecar": SIDECAR,
            }
        ),
    )

    class Meta:
        model = PhotoImport
        fields = ["licence", "author", "source", "max_side"]
        help_texts = {
            "licence": _("Of all photos that are not listed in photos.csv, such as “CC BY 4.0”"),
            "source": _("Where the photos come from, such as an address"),
        }

    def clean_photographs(self) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = self.cleaned_data["photographs"]
        size = sum(file.size or 0 for file in files)
        if size > settings.UPLOAD_MAX_MB * 2**20:
            raise forms.ValidationError(too_large(size))
        if unknown := [file.name or "" for file in files if not _is_known(file)]:
            raise forms.ValidationError(not_taken(unknown))
        if all(PurePosixPath(file.name or "").name.lower() == SIDECAR for file in files):
            raise forms.ValidationError(_("photos.csv describes pictures: upload it together with them."))
        check_one_archive(files)
        return files

    def as_archive(self) -> File[bytes]:
        """What was uploaded, as one zip archive."""
        return as_archive(self.cleaned_data["photographs"])


def as_archive(files: list[UploadedFile[Any]]) -> File[bytes]:
    """Uploaded files as one zip archive, which one of them may be already."""
    if len(files) == 1 and _is_archive(files[0]):
        return files[0]
    # Closed, and so removed, once it has been copied to the storage.
    packed = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    taken: set[str] = set()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for number, file in enumerate(files):
            name = PurePosixPath(file.name or "").name or f"file-{number}"
            name = f"{number}/{name}" if name in taken else name
            taken.add(name)
            with archive.open(name, "w", force_zip64=True) as member:
                for chunk in file.chunks():
                    member.write(chunk)
    packed.seek(0)
    return File(packed)


def check_one_archive(files: list[UploadedFile[Any]]) -> None:
    """Raise ValidationError if an archive comes together with other files."""
    if len(files) > 1 and any(_is_archive(file) for file in files):
        raise forms.ValidationError(_("Upload one zip archive, or several pictures, but not both at once."))


def _is_known(file: UploadedFile[Any]) -> bool:
    """Whether the name promises a picture, an archive or the list of facts; what it holds is seen later."""
    path = PurePosixPath((file.name or "").lower())
    return path.suffix in EXPLAINED_ENDINGS or path.name == SIDECAR


def _is_archive(file: UploadedFile[Any]) -> bool:
    return (file.name or "").lower().endswith(".zip")


class ColourForm(forms.Form):
    """Which colorizers are to colour which sets."""

    sets = forms.ModelMultipleChoiceField(PhotoSet.objects.all(), widget=forms.MultipleHiddenInput)
    colorizers = forms.ModelMultipleChoiceField(
        Colorizer.objects.exclude(method=IMPORTED),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one colorizer.")},
    )
