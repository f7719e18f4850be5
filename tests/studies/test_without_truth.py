"""No study can be made of photographs whose true colours nobody knows."""

import pytest

from colorizers.models import PhotoSet
from studies.models import StudyState
from studies.services import lifecycle, validation
from studies.services.readiness import NotReady
from tests.builders import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    made = make_study()
    PhotoSet.objects.filter(pk=made.photo_set_id).update(is_monochrome=True)
    made.refresh_from_db()
    return made


def test_the_readiness_says_why(study):
    problems = [str(problem) for problem in validation.check(study).problems]
    assert [text for text in problems if "'meadow' holds photographs without colour" in text]


def test_a_launch_is_refused_and_the_study_stays_a_draft(study):
    with pytest.raises(NotReady, match="nobody knows their true colours"):
        lifecycle.launch(study=study)
    study.refresh_from_db()
    assert study.state == StudyState.DRAFT
