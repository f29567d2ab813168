"""Exports Diffusers pipelines as ONNX folders that FastFlow runs."""

from . import environment  # noqa: F401
from .errors import ExportError
from .export import ExportOptions, check_folder, export_folder
from .fixtures import write_fixtures

__all__ = ["ExportError", "ExportOptions", "check_folder", "export_folder", "write_fixtures"]
