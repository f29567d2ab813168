/** `y = x w + b` for `x` of [4, 8], as an ONNX model of 409 bytes. */
const MODEL =
  'CAg6jgMKEQoBeAoBdxIBcCIGTWF0TXVsCg4KAXAKAWISAXkiA0FkZBIFcHJvYmUqjAIICAgIEAFCAXdKgAIuGQK/UHHJPSZDsL6KS4Y+3qc4vsE62j6KS4a8MgTrvvwUFz78FJe+tHmfPopLBr7raPM+iksGPQjW0b5QcUk+pM17vt6nuD5t3qe9iksGP23epz3ep7i+pM17PlBxSb4I1tE+iksGveto876KSwY+tHmfvvwUlz78FBe+MgTrPopLhjzBOtq+3qc4PopLhr4mQ7A+UHHJvS4ZAj+KS4Y9lwzBvjIEaz7BOlq+UHHJPlBxSb2kzfu+MgTrPW3ep75DsI4+bd4nvnqf4j4AAAAAep/ivm3eJz5DsI6+bd6nPjIE672kzfs+UHFJPVBxyb7BOlo+MgRrvpcMwT6KS4a9KikICBABQgFiSiC3bdu+JUmSPiVJEr4lSRI/JUkSPiVJkr63bds+AAAAAFoTCgF4Eg4KDAgBEggKAggECgIICGITCgF5Eg4KDAgBEggKAggECgIICEIECgAQEQ=='

/** `y = x + x` for `x` of [4] in float16. */
const HALF = 'CAg6OQoOCgF4CgF4EgF5IgNBZGQSBXByb2JlWg8KAXgSCgoICAoSBAoCCARiDwoBeRIKCggIChIECgIIBEIECgAQEQ=='

export function halfModel(): Uint8Array {
  return new Uint8Array(Buffer.from(HALF, 'base64'))
}

/** 1, -3, 0.5 and 1000 as float16, and twice of each. */
export const halfInput: readonly number[] = [0x3c00, 0xc200, 0x3800, 0x63d0]
export const halfOutput: readonly number[] = [0x4000, 0xc600, 0x3c00, 0x67d0]

export function probeModel(): Uint8Array {
  return new Uint8Array(Buffer.from(MODEL, 'base64'))
}

export const probeDims: readonly number[] = [4, 8]

const [rows, width] = [4, 8]

/** The input of the probe: no number that half of the digits would write exactly. */
export function probeInput(): Float32Array {
  return Float32Array.from({ length: rows * width }, (_, index) => (((index * 11) % 32) - 15) / 13)
}

/** Its output, reckoned in doubles; what `w` and `b` are is written once here and once in the model. */
export function probeOutput(x: Float32Array): Float64Array {
  const y = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      let sum = (((column * 5) % width) - 3) / 7
      for (let inner = 0; inner < width; inner++)
        sum += (x[row * width + inner]! * ((((inner * width + column) * 37) % 64) - 31)) / 61
      y[row * width + column] = sum
    }
  }
  return y
}
