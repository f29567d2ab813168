import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processBackend } from '@fastflow/backend-process'
import type { ModelRunner } from '@fastflow/core'
import { describeBackend, describeModelRunner, fixtures } from '@fastflow/testkit'
import { afterAll } from 'vitest'

// What every runner and every backend must do, over the frames of another process with onnxruntime in it.

const worker = fileURLToPath(new URL('fixtures/ort-worker.mjs', import.meta.url))
const ofFolder = processBackend({ command: [process.execPath, worker] })
const ofBytes = processBackend({ command: [process.execPath, worker, 'bytes'] })
const place = await mkdtemp(join(tmpdir(), 'fastflow-'))
afterAll(async () => {
  await Promise.all([ofFolder.close(), ofBytes.close()])
  await rm(place, { recursive: true })
})

let written = 0
const opened = ofBytes.open(place)

async function create(model: Uint8Array): Promise<ModelRunner> {
  const name = `${written++}.onnx`
  await writeFile(join(place, name), model)
  return (await opened).load(name)
}

describeModelRunner('a worker process', {
  create,
  fixture: async (name) => new Uint8Array(await readFile(new URL(name, fixtures))),
  sha256: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
})

describeBackend('worker processes', {
  create: () => ofFolder,
  fixtures: fileURLToPath(fixtures),
  missing: join(tmpdir(), 'fastflow-no-such-folder'),
  emptyStore: () => join(place, `store-${written++}`),
})
