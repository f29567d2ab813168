import { leaveIfClosed, type NativeGate } from './native-gate.ts'

/**
 * Whose turn it is, in memory that all threads of a process share: 1 while one of them is at work.
 *
 * onnxruntime has one WebGPU device for a process and does not lock it: two threads that load, run or free networks on it at the same
 * time end the process with SIGSEGV.
 */
export type NativeTurn = Int32Array<SharedArrayBuffer>

/** Does native work that no other thread may do at the same time. */
export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

let ofProcess: NativeTurn | undefined

/** The turn of the threads that this one starts. */
export function sharedTurn(): NativeTurn {
  ofProcess ??= new Int32Array(new SharedArrayBuffer(4))
  return ofProcess
}

/** The side of a thread, inside its gate: where that was closed while it waited, it ends instead of going to work. */
export function turnsOf(turn: NativeTurn, gate: NativeGate): TakeTurn {
  return async (work) => {
    while (Atomics.compareExchange(turn, 0, 0, 1) !== 0) Atomics.wait(turn, 0, 1)
    try {
      leaveIfClosed(gate, () => release(turn))
      return await work()
    } finally {
      release(turn)
    }
  }
}

function release(turn: NativeTurn): void {
  Atomics.store(turn, 0, 0)
  Atomics.notify(turn, 0, 1)
}
