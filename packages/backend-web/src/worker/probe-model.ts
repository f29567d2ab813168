/** `y = 2 x + 1` and the sum of `y` over each row, as the ONNX model `affine.onnx` of `training/fixtures.py`. */
const AFFINE =
  'CAgSCGZhc3RmbG93OugBChYKAXgKA3R3bxIHZG91YmxlZCIDTXVsChYKB2RvdWJsZWQKA29uZRIBeSIDQWRkCiwKAXkKBGF4aXMSBXRvdGFsIglSZWR1Y2VTdW0qDwoIa2VlcGRpbXMYAKABAhIGYWZmaW5lKg0QAUIDdHdvSgQAAABAKg0QAUIDb25lSgQAAIA/KhQIARAHQgRheGlzSggBAAAAAAAAAFoYCgF4EhMKEQgBEg0KBxIFYmF0Y2gKAggDYhgKAXkSEwoRCAESDQoHEgViYXRjaAoCCANiGAoFdG90YWwSDwoNCAESCQoHEgViYXRjaEIECgAQEQ=='

export function probeModel(): Uint8Array {
  return Uint8Array.from(atob(AFFINE), (character) => character.charCodeAt(0))
}
