import type { ModelRunner } from '@fastflow/core'
import { afterAll, beforeAll } from 'vitest'
import type { RuntimeOptions } from '../../src/index.ts'
import { createPool, type Lease } from '../../src/pool.ts'
import { loadRunner } from '../../src/runner.ts'

/** Loads models in one worker that stays for all tests of the file: starting one takes seconds with WebGPU. */
export function sharedWorker(options: RuntimeOptions): (model: Uint8Array) => Promise<ModelRunner> {
  const pool = createPool(options)
  let lease: Lease | undefined
  beforeAll(async () => {
    lease = await pool.acquire()
  })
  afterAll(() => lease?.release())
  return (model) => loadRunner(pool, model, { file: 'the model', name: 'the model' })
}
