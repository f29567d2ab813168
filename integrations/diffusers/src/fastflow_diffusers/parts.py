"""Which parts a pipeline has."""

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import ExportError
from .families import family_of
from .folder import declared
from .network import Part


def choose(index: Mapping[str, Any], names: Sequence[str]) -> list[Part]:
    """The parts of the pipeline's family that it has; those that are named, where some are."""
    parts = family_of(index["_class_name"]).parts
    unknown = sorted(set(names) - {part.name for part in parts})
    if unknown:
        raise ExportError(
            f"{index['_class_name']} has no part called {', '.join(unknown)}",
            fix=f"Known: {', '.join(part.name for part in parts)}",
        )
    present = []
    for part in parts:
        if names and part.name not in names:
            continue
        if declared(index, part.component):
            present.append(part)
        elif not part.optional or names:
            raise ExportError(
                f"model_index.json declares no {part.component}",
                part=part.name,
                fix="Save the pipeline with all its components",
            )
    return present
