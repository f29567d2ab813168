import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeMisuse, made, only, optional, options } from '@fastflow/testkit'
import { afterAll } from 'vitest'
import * as store from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'fastflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const model = join(import.meta.dirname, '../../testkit/fixtures/models/words')

type Call = (...values: never[]) => unknown
const call = (of: (...values: never[]) => unknown): Call => of

describeMisuse('@fastflow/model-store', store, {
  addModel: {
    call: call(store.addModel),
    arguments: {
      source: only(['text'], model, '', 'ftp://host/model', 'https://'),
      options: options({
        folder: only(['text'], join(folder, 'a'), ''),
        name: optional(only(['text'], 'words', '../words', '.words', '')),
        sha256: optional(made(() => undefined, 'ab', 'g'.repeat(64))),
        registry: optional(only(['text'], 'https://registry.npmjs.org')),
        cwd: optional(only(['text'], folder)),
        signal: optional(made(() => AbortSignal.any([]))),
        onProgress: optional(only(['function'], () => {})),
      }),
    },
  },
  addedModels: { call: call(store.addedModels), arguments: { folder: only(['text'], folder, '') } },
  modelManifest: {
    call: call(store.modelManifest),
    arguments: { folder: only(['text'], model, ''), name: only(['text'], 'words', '') },
  },
  removeModel: {
    call: async (place: string, name: string) => {
      if (name === 'words') await store.addModel(model, { folder: place })
      return store.removeModel(place, name)
    },
    arguments: { folder: only(['text'], join(folder, 'b'), ''), name: only([], 'words', '', '../words') },
  },
})
