/**
 * What a thread and its owner know of each other's native code, in memory they share.
 *
 * A thread that is terminated while it is inside onnxruntime ends the whole process as soon as it comes back: the first object
 * that it makes for JavaScript fails, which node-addon-api throws where nobody catches it (SIGABRT, exit code 134). So nobody
 * terminates it there: its owner closes the gate, and the thread ends itself when it leaves.
 */
export type NativeGate = Int32Array<SharedArrayBuffer>

const INSIDE = 0
const CLOSED = 1

export function openGate(): NativeGate {
  return new Int32Array(new SharedArrayBuffer(8))
}

/** The thread's side: native work, unless the gate is closed. Where it is, the thread ends here, before or after. */
export async function throughGate<Result>(gate: NativeGate, work: () => Promise<Result>): Promise<Result> {
  Atomics.store(gate, INSIDE, 1)
  if (Atomics.load(gate, CLOSED) === 1) leave(gate)
  try {
    return await work()
  } finally {
    leave(gate)
  }
}

/** For work that waited inside: does not begin it where the gate was closed meanwhile. */
export function leaveIfClosed(gate: NativeGate, before: () => void): void {
  if (Atomics.load(gate, CLOSED) === 0) return
  before()
  leave(gate)
}

function leave(gate: NativeGate): void {
  Atomics.store(gate, INSIDE, 0)
  Atomics.notify(gate, INSIDE)
  // Ends this thread alone.
  if (Atomics.load(gate, CLOSED) === 1) process.exit()
}

/**
 * The owner's side: the thread enters native code no more.
 *
 * @returns whether it is inside; it ends itself then, and must not be terminated.
 */
export function closeGate(gate: NativeGate): boolean {
  Atomics.store(gate, CLOSED, 1)
  return Atomics.load(gate, INSIDE) === 1
}

/** Waits, without turns of the event loop, until the thread is out of native code, or for so long. */
export function awaitOutside(gate: NativeGate, milliseconds: number): void {
  Atomics.wait(gate, INSIDE, 1, milliseconds)
}
