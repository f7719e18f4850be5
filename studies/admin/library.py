"""Studies as a collection: what is archived, made from a file, or deleted."""

# unfold's decorators carry no types.
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from studies.models import Study
from studies.services import lifecycle, removal, study_files
from studies.services.study_file_format import MOST_BYTES, line_of


class ArchivedFilter(admin.SimpleListFilter):
    """The list shows what is not archived, unless it is asked for more."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Archived"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Study]) -> QuerySet[Study]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "yes")

    def choices(self, changelist: Any) -> Iterator[Any]:
        for number, choice in enumerate(super().choices(changelist)):
            yield choice if number else {**choice, "display": "Not archived"}


class StudyFileForm(forms.Form):
    """A study file, and what shall happen if there is a study of that name."""

    file = forms.FileField(
        label="Study file", help_text="A text file in TOML, as “Study file” on the page of a study saves it"
    )
    taken = forms.ChoiceField(
        label="If there is a study of the same name (slug)",
        widget=forms.RadioSelect,
        initial="refuse",
        choices=[
            ("refuse", "Make nothing, and say so"),
            ("rename", "Make another draft, with a number behind its name"),
            ("replace", "Rewrite it, if it is a draft; what it says now is lost"),
        ],
    )

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size / 2**10:.0f} kB; a study file has a few, and at most "
                f"{MOST_BYTES // 2**10}. Is it another file?"
            )
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "This is no text in UTF-8, as a study file is. “Study file” on the page of a study saves one."
            ) from None


class StudyLibrary:
    """Adds the upload of study files and the deletion of studies to their admin."""

    admin_site: Any
    opts: Any
    media: Any
    delete_confirmation_template = "admin/studies/delete_study.html"

    def get_urls(self) -> list[URLPattern]:
        own = [path("upload/", self.admin_site.admin_view(self.upload_view), name="studies_study_from_file")]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return own + urls

    @action(description="Upload a study file", icon="upload_file", url_path="go-upload")
    def upload(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:studies_study_from_file")

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        form = StudyFileForm(request.POST or None, request.FILES or None)
        errors: list[dict[str, Any]] = []
        if request.method == "POST" and form.is_valid():
            text, taken = form.cleaned_data["file"], form.cleaned_data["taken"]
            try:
                study, is_new = study_files.create_study(
                    text, owner=request.user, by=request.user,
                    replace=taken == "replace", rename=taken == "rename",
                )  # fmt: skip
            except study_files.StudyFileRefused as refusal:
                errors = [{"line": line_of(text, error), "text": error} for error in refusal.errors]
            else:
                messages.success(
                    request, f"The draft “{study}” is {'made from' if is_new else 'rewritten by'} the file."
                )
                return redirect("admin:studies_study_change", study.pk)
        refused = bool(errors or form.errors)
        return self._page(request, "upload", "Upload a study file", 422 if refused else 200,
                          form=form, errors=errors)  # fmt: skip

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask once more, with a list of what goes; or say why not, and what to do instead."""
        study = self.get_object(request, object_id)  # type: ignore[attr-defined]
        reason, status = "", 409 if request.method == "POST" else 200
        if study is not None and not self.has_delete_permission(request, study):  # type: ignore[attr-defined]
            owner = f"its owner, {study.owner}," if study.owner else "its owner"
            reason, status = f"Only {owner} or an administrator can delete this study.", 403
        elif study is not None:
            reason = removal.why_kept(study)
        if reason:
            title = "This study cannot be deleted"
            return self._page(request, "kept", title, status, study=study, reason=reason)
        extra = (extra_context or {}) | {"study": study}
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra)  # type: ignore[misc]
        except lifecycle.WrongState as error:
            # Somebody has answered while the question was on the screen.
            messages.error(request, str(error))
            return redirect("admin:studies_study_change", object_id)
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with the studies, counted; one of a kind is not told from another."""
        counts = [removal.contents(study) for study in objs]
        listed = [
            item
            for study, found in zip(objs, counts, strict=True)
            for item in (f"Study: {study}", [f"{name}: {count}" for name, count in found.items()])
            if item
        ]
        return listed, {"studies": len(counts)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Study) -> None:
        removal.remove(obj)

    def _page(
        self, request: HttpRequest, name: str, title: str, status: int, **context: Any
    ) -> TemplateResponse:
        common = self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "media": self.media,
            "list_url": reverse("admin:studies_study_changelist"),
        }
        return TemplateResponse(request, f"admin/studies/{name}.html", common | context, status=status)
