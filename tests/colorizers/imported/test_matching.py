"""Which photo a file is of: no guess is made, and whatever is in doubt is told with all names."""

import unicodedata

import pytest

from colorizers.models import DeliveryOutcome
from colorizers.services.matching import KnownPhoto, Listed, match, parse_table
from colorizers.services.photo_sources import ImportRefused


def photos(*names):
    return [
        KnownPhoto(number, name, f"{number:064x}", f"{number + 1000:064x}")
        for number, name in enumerate(names, start=1)
    ]


def listed(table):
    return {file: Listed(photo) for file, photo in table.items()}


def verdicts(found):
    return {one.name: one.photo or one.outcome.value for one in found}


def test_names_match_without_folder_ending_and_case_and_in_any_form_of_unicode():
    known = photos("Café.JPG", "b.png", "straße.tif")
    files = ["out/CAFÉ.png", unicodedata.normalize("NFD", "x/b.webp"), "STRASSE.png"]
    found = match([unicodedata.normalize("NFD", files[0]), *files[1:]], known)
    assert [one.photo for one in found.files] == [1, 2, 3]
    assert not found.photos


def test_a_file_may_be_called_by_the_digest_of_the_photo_or_of_its_original():
    known = photos("a.jpg", "b.jpg")
    found = match([f"{1:064x}.png", f"{1002:064X}.png"], known)
    assert [one.photo for one in found.files] == [1, 2]


def test_files_of_no_photo_and_photos_without_a_file_are_told_one_by_one():
    found = match(["a.png", "dog.png"], photos("a.jpg", "cat.jpg"))
    assert verdicts(found.files) == {"a.png": 1, "dog.png": "unmatched"}
    assert found.files[1].reason == "No photo of the set is called dog."
    assert found.photos[0].outcome == DeliveryOutcome.MISSING
    assert found.photos[0].reason == "No file is called cat, with any ending."


def test_two_files_of_one_photo_are_both_told():
    found = match(["x/a.png", "y/A.jpg", "b.png"], photos("a.jpg", "b.jpg"))
    assert verdicts(found.files) == {"x/a.png": "double", "y/A.jpg": "double", "b.png": 2}
    assert "x/a.png, y/A.jpg" in found.files[0].reason
    assert not found.photos


def test_two_photos_that_one_name_may_mean_are_both_listed():
    found = match(["a.webp"], photos("a.jpg", "a.png"))
    assert found.files[0].outcome == DeliveryOutcome.DOUBLE
    assert "a.jpg, a.png" in found.files[0].reason
    assert [(one.name, one.outcome.value) for one in found.photos] == [
        ("a.jpg", "double"),
        ("a.png", "double"),
    ]
    assert "a.jpg, a.png" in found.photos[0].reason


def test_a_table_tells_photos_of_one_stem_apart():
    table = {"1.png": "a.jpg", "2.png": "a.png"}
    found = match(["1.png", "2.png"], photos("a.jpg", "a.png"), listed(table))
    assert [one.photo for one in found.files] == [1, 2]


def test_a_table_names_photos_by_name_stem_or_digest_and_files_by_path_or_name():
    known = photos("a.jpg", "b.jpg", "c.jpg")
    table = {"run/1.png": "a.jpg", "2.png": "B", "3.png": f"{3:064X}"}
    found = match(["run/1.png", "deep/2.png", "3.png"], known, listed(table))
    assert [one.photo for one in found.files] == [1, 2, 3]


def test_what_a_table_has_wrong_is_told():
    known = photos("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    table = {"1.png": "a.jpg", "2.png": "a.jpg", "gone.png": "b.jpg", "3.png": "nobody.jpg"}
    found = match(["1.png", "2.png", "3.png", "4.png"], known, listed(table))
    assert verdicts(found.files) == {
        "1.png": "double", "2.png": "double", "3.png": "unmatched", "4.png": "unmatched",
    }  # fmt: skip
    reasons = {one.name: one.reason for one in [*found.files, *found.photos]}
    assert reasons["3.png"] == "The table says that it is of nobody.jpg, which is not in the set."
    assert reasons["b.jpg"] == "The table gives it the file gone.png, which is not there."
    assert reasons["c.jpg"] == "The table does not name it."


def test_a_bare_file_name_in_a_table_is_no_guess_between_two_folders():
    found = match(["x/1.png", "y/1.png"], photos("a.jpg"), listed({"1.png": "a.jpg"}))
    assert verdicts(found.files) == {"x/1.png": "unmatched", "y/1.png": "unmatched"}


def test_a_table_is_read_from_what_spreadsheets_write():
    table = parse_table("\ufeffPhoto;File\ncafé.jpg;out\\cafe.png\n;;\n".encode(), called="t.csv")
    assert table == {"out/cafe.png": Listed("café.jpg")}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name,file\n", "no column “photo”"),
        (b"photo,file\na,1.png\nb,1.png\n", "says two things of the file 1.png: a, b"),
        (b"photo,file,sample\na,1.png,first\n", "the sample of 1.png is no number, but 'first'"),
        (b"photo,file\n\0", "NUL"),
        (b"photo,file\n\xff\xfe", "not UTF-8"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(data, said):
    with pytest.raises(ImportRefused, match=said):
        parse_table(data, called="t.csv")


def test_a_number_at_the_end_is_the_sample_unless_a_photo_is_called_so():
    known = photos("cat.jpg", "dog_2.jpg")
    found = match(["cat_1.png", "Cat_02.png", "cat_0.png", "dog_2.png", "dog_2_3.png"], known)
    assert [(one.photo, one.sample) for one in found.files] == [(1, 1), (1, 2), (1, 0), (2, 1), (2, 3)]
    assert verdicts(match(["cat-2.png", "cat_x.png"], known).files) == {
        "cat-2.png": "unmatched",
        "cat_x.png": "unmatched",
    }


def test_two_files_of_one_sample_are_told_as_doubled():
    found = match(["cat.png", "cat_1.png", "x/cat_2.png", "y/cat_2.png", "cat_3.png"], photos("cat.jpg"))
    assert [one.outcome and one.outcome.value for one in found.files] == ["double"] * 4 + [None]
    assert "sample 2 of the photo cat.jpg: x/cat_2.png, y/cat_2.png" in found.files[2].reason


def test_a_table_may_number_samples():
    table = parse_table(b"photo,file,sample\na.jpg,1.png,1\na.jpg,2.png,2\n", called="t.csv")
    found = match(["1.png", "2.png"], photos("a.jpg"), table)
    assert [(one.photo, one.sample) for one in found.files] == [(1, 1), (1, 2)]


def test_many_names_are_matched_in_a_moment():
    names = [f"photo-{number:05d}.jpg" for number in range(20_000)]
    found = match([name.replace(".jpg", ".png") for name in names], photos(*names))
    assert [one.photo for one in found.files] == list(range(1, 20_001))
