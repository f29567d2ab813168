"""From a trained network to a Diffusers-layout folder with an ONNX model."""
