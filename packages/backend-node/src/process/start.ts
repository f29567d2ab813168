import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Child } from '@fastflow/backend-process/channel'
import { childEnvironment } from '../environment.ts'

/** Address space that threads and Node take without using it: what the system counts beyond `memoryBytes`. */
const reservedBytes = 2 ** 28
const reservedBytesPerThread = 2 ** 23

/**
 * Has the system refuse the process more data than that, and write no core file when it crashes. Where the shell or the
 * system has no such limit (macOS keeps none), the process still watches itself.
 */
const limited = 'ulimit -c 0; ulimit -d "$1" 2>/dev/null; shift; exec "$@"'

export function childPath(): string {
  return createRequire(import.meta.url).resolve('@fastflow/backend-node/child')
}

/** Starts a process for one network, with little of our environment and nothing of our terminal. */
export function startChild(path: string, memoryBytes: number, threads: number): Child {
  const command = [process.execPath, path, String(memoryBytes)]
  const options = { stdio: 'pipe', env: childEnvironment(), windowsHide: true } as const
  if (process.platform === 'win32') return spawn(command[0] ?? '', command.slice(1), options)
  const dataBytes = memoryBytes + reservedBytes + threads * reservedBytesPerThread
  const kilobytes = dataBytes === Infinity ? 'unlimited' : String(Math.ceil(dataBytes / 1024))
  return spawn('/bin/sh', ['-c', limited, 'sh', kilobytes, ...command], options)
}
