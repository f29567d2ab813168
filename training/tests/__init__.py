"""Tests of the training code: `python -m pytest training/tests`, no data set needed."""
