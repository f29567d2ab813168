/** Not in the types of ES2022; Node has it since 20. */
interface Resizable extends ArrayBuffer {
  resize(bytes: number): void
}

const Buffers = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Resizable

/** Memory that {@link giveBack} frees at once; that of other arrays waits for the garbage collector, which sees no need. */
export function returnableBytes(size: number): Uint8Array {
  return new Uint8Array(new Buffers(size, { maxByteLength: size }))
}

/** Frees memory of {@link returnableBytes}; the array is empty from then on. */
export function giveBack(bytes: Uint8Array): void {
  ;(bytes.buffer as Resizable).resize(0)
}
