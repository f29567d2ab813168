import type { ModelRunner } from '@fastflow/core'
import { FastFlowError } from '@fastflow/core'
import {
  type Argument,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { expect, it } from 'vitest'
import * as backend from '../src/index.ts'

// Runs in Node too, where nothing can be loaded: arguments are checked before that is tried.

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})

/** Loads as far as this host can; what is wrong with an argument is said before. */
async function load(source: never, given: never): Promise<void> {
  try {
    const runner: ModelRunner = await backend.createModelRunner(source, given)
    await runner.dispose()
  } catch (error) {
    if (!FastFlowError.isInstance(error) || !['unsupported', 'model-unreadable'].includes(error.code))
      throw error
  }
}

const callback = optional(only(['function'], () => undefined))
const runtime = {
  executionProviders: optional(made(() => ['wasm'], [], ['cuda'], 'wasm')),
  threads: optional(whole(1, 0, 2000)),
  runtime: optional(only(['text'], '/runtime/', '')),
  worker: optional(
    only(['function'], () => {
      throw new Error('no worker here')
    }),
  ),
  startTimeout: optional({ ...real(1000, 0), wrong: [NaN, -1, 0] }),
  onNotice: callback,
}
const cache = optional(only(['flag'], true))
const location = only(['text'], '/models/', '')
const key = only(['text'], 'a-key', '', 'A', '../a', 'a b')
const document = only(['null', 'number', 'text', 'flag', 'list', 'object'], {})
const store = backend.webBackend().policyStore('somewhere')
const folder = await backend.webBackend({ filesOf: () => ['affine.onnx'] }).open('https://models.example/m')
const path = { ...only([], 'affine.onnx', '', '..', '/etc/hosts'), takes: ['text'] } as const

describeMisuse('@fastflow/backend-web', backend, {
  createModelRunner: row(load, {
    source: {
      ...made(() => Uint8Array.of(1), '', 'http://', new Float32Array(1), Object.create(null)),
      takes: ['text'],
    },
    options: optional(
      options({
        ...runtime,
        name: optional(only(['text'], 'mine', '')),
        onProgress: callback,
        signal: optional(made(() => ({ aborted: false }), { aborted: 1 })),
        cache,
      }),
    ),
  }),
  indexedDbPolicyStore: row(backend.indexedDbPolicyStore, { location }),
  webBackend: row(backend.webBackend, {
    options: optional(options({ ...runtime, cache, filesOf: callback })),
  }),

  'Backend.open': row(backend.webBackend({ filesOf: () => [] }).open, {
    location: { ...only(['text'], 'https://models.example/m', '', 'http://'), named: /location/ },
  }),
  'Backend.policyStore': row(backend.webBackend().policyStore, { location }),
  'ModelFolder.has': row(folder.has, { path }),
  'ModelFolder.read': row(
    (given: never) =>
      folder.read(given).catch((error) => {
        if (error.code !== 'model-unreadable') throw error
      }),
    { path },
  ),
  'PolicyStore.load': row(store.load, { key }),
  'PolicyStore.save': row(store.save, { key, document }),
})

it('a relative location says what it would be relative to', async () => {
  const opening = backend.webBackend().open('http://')
  await expect(opening).rejects.toMatchObject({ code: 'invalid-argument', field: 'location' })
})
