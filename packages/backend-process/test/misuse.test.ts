import { fileURLToPath } from 'node:url'
import { memoryPolicyStore } from '@fastflow/core'
import { called, describeMisuse, made, only, optional, options, real } from '@fastflow/testkit'
import { afterAll } from 'vitest'
import * as backend from '../src/index.ts'
import * as serving from '../src/serve.ts'

const worker = fileURLToPath(new URL('fixtures/worker.mjs', import.meta.url))
const command = [process.execPath, worker]
const running = backend.processBackend({ command })
const folder = await running.open('folder')
const runner = await folder.load('net/model.onnx')
afterAll(() => running.close())

const location = only(['text'], 'folder', '')
const path = { ...only([], 'net/model.onnx', '', '..', '/etc/hosts'), takes: ['text' as const] }
const tensor = () => ({ type: 'float32', dims: [1, 3], data: new Float32Array(3) })
const wrong = [
  { ...tensor(), dims: 5 },
  { ...tensor(), data: [1, 2, 3] },
  { ...tensor(), type: 'float' },
]
const seconds = optional({ ...real(1, 0, 3e6), wrong: [Number.NaN, -1, 0, 3e6] })

describeMisuse('@fastflow/backend-process', backend, {
  commandWords: {
    call: backend.commandWords,
    arguments: { text: called(/command/, only(['text'], 'a b', '', '[1]')) },
  },
  processBackend: {
    call: backend.processBackend,
    arguments: {
      options: options({
        command: only([], command, [], [''], [1], ['a\0']),
        env: optional(only([], { A: 'b' }, { A: 1 })),
        limits: optional(
          options({
            loadSeconds: seconds,
            runSeconds: seconds,
            idleSeconds: seconds,
            payloadBytes: optional({ ...real(1, 0, 1.5), wrong: [Number.NaN, -1, 0, 1.5] }),
          }),
        ),
        policyStore: optional(only(['function'], () => memoryPolicyStore())),
      }),
    },
  },
  'Backend.open': { call: running.open, arguments: { location } },
  'Backend.policyStore': { call: running.policyStore, arguments: { location } },
  'ModelFolder.has': { call: folder.has, arguments: { path } },
  'ModelFolder.read': {
    call: folder.read,
    arguments: { path: { ...only([], 'model_index.json', '', '..'), takes: ['text'] } },
  },
  'ModelFolder.load': {
    call: async (...values: never[]) =>
      (await (folder.load as (...all: never[]) => Promise<typeof runner>)(...values)).dispose(),
    arguments: {
      path,
      options: optional(
        options({
          threads: optional({ ...real(1, 0, 1.5), wrong: [0, -1, 1.5] }),
          onProgress: optional(only(['function'], () => undefined)),
          mapWeights: optional(only(['flag'], true)),
          signal: optional(made(() => ({ aborted: false }), { aborted: 1 })),
        }),
      ),
    },
  },
  'ModelRunner.run': {
    call: runner.run,
    arguments: {
      feeds: called(
        /feeds|five|^[xz]$/,
        made(() => ({ x: tensor() }), {}, { x: null }, ...wrong.map((x) => ({ x })), {
          x: tensor(),
          z: tensor(),
        }),
      ),
    },
  },
})

describeMisuse(
  '@fastflow/backend-process/serve',
  serving,
  {},
  {
    serveNetworks:
      'it takes over the streams of the process that calls it; the tests run it in processes of their own',
  },
)
