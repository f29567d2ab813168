"""Serves the networks of a Diffusers pipeline to `processBackend` of @fastflow/backend-process, without ONNX."""
