"""Words that tests with one picture at a time have in common."""

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.observers import Counting

WRONG = Counting("wrong", "right", "wrong about", "error rate")
CALLED_REAL = Averaged("Share called real", "called-real", mark=0.5)
