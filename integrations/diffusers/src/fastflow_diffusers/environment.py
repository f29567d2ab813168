"""Set before the libraries load: none asks a hub, and ONNX Runtime keeps no record of its use under the home folder."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
