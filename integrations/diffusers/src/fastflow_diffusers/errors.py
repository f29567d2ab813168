"""Errors that misuse raises; differences between ONNX and torch are results, not errors."""


class ExportError(Exception):
    """
    What went wrong, in which part, and what to do about it.

    part: the part of the pipeline, e.g. `transformer`; None where the whole folder is meant.
    """

    def __init__(self, message: str, *, fix: str, part: str | None = None) -> None:
        super().__init__(f"{part}: {message}. {fix}" if part else f"{message}. {fix}")
        self.part = part
        self.fix = fix


class PlanError(ValueError):
    """
    A plan that cannot be read, or a run that it was not made for; says what to do about it.

    field: what is at fault, e.g. `key.schedule.sigmas` of a plan or `strength` of a call.
    """

    def __init__(self, field: str, message: str, *, fix: str) -> None:
        super().__init__(f"{field}: {message}. {fix}")
        self.field = field
        self.fix = fix
