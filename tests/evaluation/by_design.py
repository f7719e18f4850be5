"""Files of answers of designs other than the pair test, analysed as `manage.py analyse` does."""

from evaluation import designs
from evaluation.designs._design import Evidence
from evaluation.reading.files.design_files import design_of_file, read_answers


def analysis_of(path):
    """The analysis of a file, and under `task` whose it is; None for one of pair tests."""
    name = design_of_file(path)
    if name is None:
        return None
    return {"task": name} | designs.get(name).analyse(Evidence(read_answers(path).table))["analysis"]
