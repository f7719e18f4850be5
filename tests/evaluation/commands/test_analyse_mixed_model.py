import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.evaluation.oracles import expected, responses


def run(case, *options):
    out, err = StringIO(), StringIO()
    call_command("analyse", str(responses(case)), "--json", "-", *options, stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


def test_the_mixed_model_is_written_when_asked_for():
    found, err = run("p09_dirty", "--mixed-model")
    wanted = expected("p09_dirty")["glmm"]
    assert found["glmm"]["marginal_fool_rate"] == pytest.approx(wanted["marginal_fool_rate"], abs=0.002)
    assert set(wanted) - set(found["glmm"]) == {"seconds", "second_implementation"}
    assert "mixed model" not in err


def test_the_mixed_model_is_not_fitted_unasked():
    assert "glmm" not in run("p09_dirty")[0]


def test_a_refused_mixed_model_is_told_and_leaves_the_rest():
    found, err = run("p05_zero", "--mixed-model")
    assert found["glmm"]["fitted"] is False
    assert "the mixed model was not fitted: everybody gave the same answer under GRAY" in err
    assert found["models"]["GRAY"]["k"] == 0
