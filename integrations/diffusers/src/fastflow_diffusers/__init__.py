"""FastFlow for Diffusers: plans that skip evaluations, recordings to make them from, and export as ONNX folders."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import ExportError, PlanError
    from .export import ExportOptions, check_folder, export_folder
    from .fixtures import write_fixtures
    from .follow import sample
    from .listen import record
    from .plan import Plan, read_plan
    from .recorded import RecordedRuns
    from .report import summary
    from .scheduler import FastFlowScheduler

__all__ = [
    "ExportError",
    "ExportOptions",
    "FastFlowScheduler",
    "Plan",
    "PlanError",
    "RecordedRuns",
    "check_folder",
    "export_folder",
    "read_plan",
    "record",
    "sample",
    "summary",
    "write_fixtures",
]

MODULES = {
    "ExportError": "errors",
    "ExportOptions": "export",
    "FastFlowScheduler": "scheduler",
    "Plan": "plan",
    "PlanError": "errors",
    "RecordedRuns": "recorded",
    "check_folder": "export",
    "export_folder": "export",
    "read_plan": "plan",
    "record": "listen",
    "sample": "follow",
    "summary": "report",
    "write_fixtures": "fixtures",
}


def __getattr__(name: str) -> Any:
    # When first asked for: the exporter needs ONNX and optimum, and takes the hub offline, neither of which sampling wants.
    if name in MODULES:
        return getattr(import_module(f".{MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
