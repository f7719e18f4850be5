"""Who may do what in the workbench: a ready group, no link into a refusal, and refusals that help."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import Resolver404, resolve, reverse

from colorizers.models import Colorizer, GenerationRun, PhotoImport, PhotoSet
from config import researchers
from evaluation.models import Order, OrderKind, Population
from studies.models import Study
from tests import as_browser, builders
from tests.conftest import colourful_pixels, png_bytes
from tests.workbench_pages import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_queue")]

A_TIME = re.compile(
    r"(?<![\w:+])\d{1,2}:\d\d(?::\d\d)?\b(?!\sUTC|:)|\b\d{1,2}(?::\d\d)?\s[ap]\.m\.|\bnoon\b|\bmidnight\b"
)
# Pages of one kind differ by their rows only; two of each are enough.
OF_EACH_KIND = 2


def links_of(page: str, address: str) -> list[str]:
    found = [unescape(link) for link in re.findall(r'<a\b[^>]*?href="([^"#]+)', page)]
    inside = [urljoin(address, link) for link in found if not re.match(r"(?:mailto|https?|blob|data):", link)]
    return [link for link in dict.fromkeys(inside) if "logout" not in link]


def times_without_zone(page: str) -> list[str]:
    """The times of day in what a page shows to read, where no zone follows."""
    text = re.sub(r"<(script|style|template|pre)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return A_TIME.findall(unescape(text))


def walk(client, start: str) -> tuple[dict[str, int], dict[str, str], dict[str, list[str]]]:
    """All pages that links lead to from here: their status, the actions of their forms, their bare times."""
    seen, forms, times, kinds, waiting = {}, {}, {}, Counter(), [start]
    while waiting:
        address = waiting.pop(0)
        try:
            kind = resolve(urlsplit(address).path).view_name
        except Resolver404:
            continue
        kinds[kind] += 1
        if address in seen or kinds[kind] > OF_EACH_KIND:
            continue
        reply = client.get(address)
        seen[address] = reply.status_code
        if reply.status_code in {301, 302}:
            waiting.append(urljoin(address, reply.url))
        elif reply.status_code == 200 and reply["Content-Type"].startswith("text/html"):
            page = reply.content.decode()
            waiting += links_of(page, address)
            if found := times_without_zone(page):
                times[address] = found
            for form in as_browser.forms_of(page):
                if form.method == "post" and form.has_button:
                    forms.setdefault(urljoin(address, form.action or address), address)
    return seen, forms, times


@pytest.fixture
def world(root):
    """One of everything, made by the administrator."""
    study = builders.launched_study(owner=root)
    draft = builders.make_study("draft", owner=root, catalogue=False)
    PhotoImport.objects.create(photo_set=study.photo_set)
    GenerationRun.objects.update(state="running")
    return study, draft


def give(person, kind: str):
    """The rights of one kind of colleague."""
    if kind == "in the group":
        builders.with_rights(person)
    elif kind == "looking only":
        person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))


@pytest.mark.parametrize("kind", ["without rights", "looking only", "in the group"])
def test_no_link_leads_a_colleague_into_a_refusal_and_no_time_lacks_its_zone(client, ben, world, kind):
    give(ben, kind)
    for study in world:
        study.researchers.add(ben)
    client.force_login(ben)
    seen, forms, times = walk(client, reverse("admin:index"))
    assert len(seen) > 12
    assert {address: status for address, status in seen.items() if status not in {200, 301, 302}} == {}
    assert times == {}
    refused = {
        action: page for action, page in forms.items() if "logout" not in action
        and client.post(action, {}).status_code in {403, 404}
    }  # fmt: skip
    assert refused == {}


def test_the_group_of_researchers_is_there_and_stays_as_an_administrator_leaves_it():
    group = Group.objects.get(name=researchers.RESEARCHERS)
    held = {f"{right.content_type.app_label}.{right.codename}" for right in group.permissions.all()}
    assert held == set(researchers.rights())
    group.permissions.remove(Permission.objects.get(codename="add_colorizer"))
    call_command("migrate", verbosity=0)
    assert not group.permissions.filter(codename="add_colorizer").exists()


def test_a_colleague_in_the_group_uploads_registers_colours_and_makes_a_study(client, ben):
    give(ben, "in the group")
    client.force_login(ben)
    as_browser.submit(client, reverse("admin:colorizers_photoset_add"), name="yard")
    yard = PhotoSet.objects.get()
    address = reverse("admin:colorizers_photoset_import", args=[yard.pk])
    files = [SimpleUploadedFile("a.png", png_bytes(colourful_pixels(1)))]
    assert as_browser.submit(client, address, button="photographs", photographs=files).status_code == 302
    yard.photos.set(builders.make_photo_set(2).photos.all())
    address = reverse("admin:colorizers_colorizer_add") + "?method=random"
    as_browser.submit(client, address, slug="random", reference_set=yard.pk)
    address = reverse("admin:colorizers_photoset_colour") + f"?set={yard.pk}"
    as_browser.submit(client, address, button="colorizers", colorizers=[Colorizer.objects.get().pk])
    assert GenerationRun.objects.get().created_by == ben
    reply = as_browser.submit(
        client, reverse("admin:studies_study_add"), rows=1, title="Yard", slug="yard", photo_set=yard.pk,
        information="You will see pairs.", consent="I agree.",
        **{"conditions-0-colorizer": Colorizer.objects.get().pk, "conditions-0-kind": "vigilance"},
    )  # fmt: skip
    assert any("added successfully" in str(message) for message in get_messages(reply.wsgi_request))
    study = Study.objects.get()
    assert (study.owner, study.conditions.get().kind) == (ben, "vigilance")


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("/admin/colorizers/photoset/add/", "Can add photo set"),
        ("/admin/colorizers/colorizer/add/", "Can add colorizer"),
        ("/admin/colorizers/photoset/colour/", "Can add colouring run"),
        ("/admin/colorizers/photo/", "Can view photo"),
        ("/catalogue/", "Can view photo set"),
    ],
)
def test_a_refusal_says_which_right_is_missing_and_who_can_give_it(client, ada, root, address, right):
    client.force_login(ada)
    reply = client.get(address)
    page = reply.content.decode()
    assert reply.status_code == 403
    assert f"<b>{right}</b>; the group <b>Researchers</b> has it" in page
    assert "<li>root" in page
    assert reverse("admin:studies_study_changelist") in page


def test_a_refusal_outside_of_the_group_names_the_right_alone(client, ada, root):
    client.force_login(ada)
    page = client.get("/admin/auth/user/").content.decode()
    assert "<b>Can view user</b>." in page


# What every account of the workbench may open: it shows nothing of others, or only studies of one's own.
FOR_ALL = {
    "admin:index", "admin:app_list", "admin:search", "admin:password_change", "admin:password_change_done",
    "admin:studies_study_add", "admin:studies_study_from_file", "evaluation:plan",
    "evaluation:together",
    *(
        f"admin:studies_{model}_changelist{part}"
        for model in ("study", "participation") for part in ("", ", search", ", second page")
    ),
}  # fmt: skip


def test_each_page_asks_for_a_log_in_and_a_right_or_a_part_in_the_study(client, ben, world):
    Order.objects.create(study=world[0], population=Population.PEOPLE, kind=OrderKind.REPORT)
    asked = dict(pages())
    open_to_all = [name for name, address in asked.items() if client.get(address).status_code == 200]
    client.force_login(ben)
    found = {name for name, address in asked.items() if client.get(address).status_code == 200}
    assert (open_to_all, found) == ([], FOR_ALL)
