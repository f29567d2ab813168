import { FastFlowError, invalidArgument } from '@fastflow/core'
import { machineMemory } from './machine-memory.ts'

/** Where a network lives: in a thread of this process, or in a process of its own that can be ended. */
export type Isolation = 'thread' | 'process'

/** What a network may take. `Infinity` takes a limit away. */
export interface Limits {
  /** Seconds that loading may take, the start of thread or process included; 600 by default. */
  readonly loadSeconds?: number
  /** Seconds that one run may take once its turn has come; 600 by default in a process, no limit in a thread. */
  readonly runSeconds?: number
  /** Seconds that `dispose` waits for calls under way while none of them ends; 10 by default. */
  readonly disposeSeconds?: number
  /**
   * Bytes of memory that each process of a network may use, weights and onnxruntime (about 100 MB) included: at least
   * 256 MiB; half of the machine's by default. Threads share the memory of this process and can have no such limit.
   */
  readonly memoryBytes?: number
}

export interface IsolationOptions {
  /**
   * `thread` by default. `process` is for models one did not make: what crashes, hangs or takes too much memory is
   * ended and reported, and this process goes on.
   */
  readonly isolation?: Isolation
  readonly limits?: Limits
}

export interface CheckedIsolation {
  readonly isolation: Isolation
  readonly limits: Required<Limits>
}

const isolations: readonly unknown[] = ['thread', 'process']

/** Timers count at most 2^31 milliseconds, and end at once where they are told more. */
const maxSeconds = 2_000_000

/** Node and onnxruntime with an empty model take 100 MB. */
const minMemoryBytes = 2 ** 28

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkIsolation({ isolation = 'thread', limits = {} }: IsolationOptions): CheckedIsolation {
  if (!isolations.includes(isolation)) {
    throw invalidArgument('isolation', `must be 'thread' or 'process', got ${JSON.stringify(isolation)}`)
  }
  if (typeof limits !== 'object' || limits === null) {
    throw invalidArgument('limits', `must be an object such as { loadSeconds: 60 }, got ${String(limits)}`)
  }
  const defaults = defaultsOf(isolation)
  const unknown = Object.keys(limits).find((name) => !Object.hasOwn(defaults, name))
  if (unknown !== undefined) {
    throw invalidArgument(`limits.${unknown}`, `is no limit; there are ${Object.keys(defaults).join(', ')}`)
  }
  if (isolation === 'thread' && limits.memoryBytes !== undefined) {
    throw invalidArgument(
      'limits.memoryBytes',
      "needs isolation: 'process'; threads share the process's memory",
    )
  }
  const { loadSeconds, runSeconds, disposeSeconds, memoryBytes } = { ...defaults, ...limits }
  return {
    isolation,
    limits: {
      loadSeconds: seconds('loadSeconds', loadSeconds),
      runSeconds: seconds('runSeconds', runSeconds),
      disposeSeconds: seconds('disposeSeconds', disposeSeconds),
      memoryBytes: memory(memoryBytes),
    },
  }
}

function defaultsOf(isolation: Isolation): Required<Limits> {
  const inProcess = isolation === 'process'
  return {
    loadSeconds: 600,
    runSeconds: inProcess ? 600 : Infinity,
    disposeSeconds: 10,
    memoryBytes: inProcess ? Math.max(minMemoryBytes, Math.floor(machineMemory() / 2)) : Infinity,
  }
}

function seconds(name: keyof Limits, value: number): number {
  if (value === Infinity || (typeof value === 'number' && value > 0 && value <= maxSeconds)) return value
  throw invalidArgument(
    `limits.${name}`,
    `must be seconds above 0 and up to ${maxSeconds}, or Infinity, got ${String(value)}`,
  )
}

function memory(value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= minMemoryBytes)) return value
  throw invalidArgument(
    'limits.memoryBytes',
    `must be a whole number of bytes from ${minMemoryBytes} (256 MiB), or Infinity, got ${String(value)}`,
  )
}

/** What each limit is about, and what becomes of the network that passes it. */
const passed: Readonly<Record<keyof Limits, (value: number) => string>> = {
  loadSeconds: (value) => `loading took longer than limits.loadSeconds, ${value} s`,
  runSeconds: (value) => `a run took longer than limits.runSeconds, ${value} s`,
  disposeSeconds: (value) => `dispose waited limits.disposeSeconds, ${value} s, and no run came to an end`,
  memoryBytes: (value) => `it needs more memory than limits.memoryBytes, ${value} bytes`,
}

/** What a network gets that takes more than it may. */
export function limitExceeded(
  limit: keyof Limits,
  { isolation, limits }: CheckedIsolation,
  file: string,
): FastFlowError {
  const outcome =
    isolation === 'process'
      ? 'it was ended'
      : "it was given up, but a thread cannot be ended: its work goes on until it or this process ends. Load what may hang with isolation: 'process'"
  const fix = `if you trust the model, allow more by limits.${limit}`
  return new FastFlowError({
    code: 'limit-exceeded',
    field: `limits.${limit}`,
    message: `${file}: ${passed[limit](limits[limit])}; ${outcome}; ${fix}`,
  })
}
