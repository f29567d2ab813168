import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ModelRunner, Tensor } from '@fastflow/core'
import { onTestFinished } from 'vitest'
import { type ProcessBackend, type ProcessLimits, processBackend } from '../src/index.ts'

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))

/** A backend of the worker `fixtures/<worker>.mjs`, closed with the test. */
export function backendOf(
  worker: string,
  args: readonly string[] = [],
  limits: ProcessLimits = {},
): ProcessBackend {
  const backend = processBackend({ command: [process.execPath, fixture(worker), ...args], limits })
  onTestFinished(() => backend.close())
  return backend
}

export async function load(backend: ProcessBackend, network: string): Promise<ModelRunner> {
  const folder = await backend.open('folder')
  return folder.load(network)
}

export const row = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [values.length / 3, 3],
  data: Float32Array.from(values),
})

export async function valuesOf(runner: ModelRunner, x: Tensor): Promise<number[]> {
  const { outputs } = await runner.run({ x })
  return [...(outputs.y!.data as Float32Array)]
}

/** Processes whose parent is this one and that run a worker of the tests. */
export function workers(parent: number = process.pid): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(ppid) === parent && /worker\.mjs/.test(command) ? [Number(pid)] : []
  })
}
