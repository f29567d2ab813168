"""One recipe a model: what it is trained on, for how long, and how it is exported."""
