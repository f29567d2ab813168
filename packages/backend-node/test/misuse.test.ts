import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelRunner } from '@fastflow/core'
import {
  type Argument,
  called,
  describeMisuse,
  fixtures,
  type Misusable,
  made,
  only,
  optional,
  options,
  whole,
} from '@fastflow/testkit'
import { afterAll } from 'vitest'
import * as backend from '../src/index.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})
const disposing =
  (load: unknown): Misusable['call'] =>
  async (...values: never[]) =>
    (await (load as (...values: never[]) => Promise<ModelRunner>)(...values)).dispose()

const place = await mkdtemp(join(tmpdir(), 'fastflow-'))
const folder = await backend.nodeBackend({ threads: 1 }).open(fileURLToPath(fixtures))
const runner = await folder.load('affine.onnx')
afterAll(async () => {
  await runner.dispose()
  await rm(place, { recursive: true })
})

const threads = optional(whole(1, 0, 2000))
const callback = optional(only(['function'], () => undefined))
const signal = optional(made(() => ({ aborted: false }), { aborted: 1 }))
const threading = { threads, workers: threads, spin: optional(only(['flag'], false)) }
const execution = {
  executionProviders: optional(
    called(
      /^executionProviders/,
      made(() => ['cpu'], [], ['gpu'], [{ name: 'cpu', deviceId: -1 }], [{ name: 'cpu', hook: () => {} }]),
    ),
  ),
  sessionOptions: optional(
    called(
      /^sessionOptions/,
      made(
        () => ({}),
        { intraOpNumThreads: 2 },
        { graphOptimizationLevel: 'most' },
        { executionMode: 'parallel', interOpNumThreads: 0 },
        { interOpNumThreads: 2 },
        { enableMemPattern: 1 },
      ),
    ),
  ),
  onNotice: callback,
}
const location = only(['text'], place, '')
const key = only(['text'], 'a-key', '', 'A', '../a', 'a b')
const document = only(['null', 'number', 'text', 'flag', 'list', 'object'], {})
const path = only([], 'affine.onnx', '', '..', '/etc/hosts')
const tensor = () => ({ type: 'float32', dims: [1, 3], data: new Float32Array(3) })
const wrong = [
  { ...tensor(), dims: 5 },
  { ...tensor(), data: [1, 2, 3] },
  { ...tensor(), type: 'float' },
]
const store = backend.nodeBackend().policyStore(place)
const journal = backend.fileJournal(place)

describeMisuse('@fastflow/backend-node', backend, {
  cacheFolder: row(backend.cacheFolder, {
    env: optional(only(['object'], { HOME: '/home/me' })),
  }),
  checkFolder: row(backend.checkFolder, { folder: only(['text'], place, '') }),
  createModelRunner: row(disposing(backend.createModelRunner), {
    source: {
      ...made(
        () => fileURLToPath(new URL('affine.onnx', fixtures)),
        '',
        new URL('https://example.org/m.onnx'),
      ),
      takes: ['text'],
    },
    options: optional(
      options({
        ...threading,
        ...execution,
        name: optional(only(['text'], 'mine', '')),
        onProgress: callback,
        mapWeights: optional(only(['flag'], true)),
        signal,
      }),
    ),
  }),
  executionSupport: row(backend.executionSupport),
  fileJournal: row(backend.fileJournal, { folder: location }),
  filePolicyStore: row(backend.filePolicyStore, { folder: location }),
  installedModel: row(backend.installedModel, {
    name: only(['text'], '@fastflow/models-none'),
    folder: optional(only(['text'], place)),
  }),
  nodeBackend: row(backend.nodeBackend, { options: optional(options({ ...threading, ...execution })) }),
  pathOf: row((location: string) => backend.pathOf(location, 'location', 'a model folder'), {
    location: only(['text'], place, '', 'https://example.org/model'),
  }),
  readRegularFile: row(backend.readRegularFile, {
    path: only(['text'], fileURLToPath(new URL('affine.onnx', fixtures)), ''),
    most: whole(1e6),
  }),
  replaceFile: row(backend.replaceFile, {
    path: only(['text'], join(place, 'file'), '', place),
    data: only(['text'], 'text', [1], new Float32Array(1)),
    commit: optional(only(['function'], () => true)),
  }),

  'Backend.open': row(backend.nodeBackend().open, { location: { ...location, takes: ['text'] } }),
  'Backend.write': row(backend.nodeBackend().write!, {
    path: only(['text'], join(place, 'made', 'a.bin'), '', 'https://host/a.png'),
    bytes: made(() => new Uint8Array(2), new Uint16Array(2)),
  }),
  'Backend.policyStore': row(backend.nodeBackend().policyStore, {
    location: called(/location|folder/, location),
  }),
  'ModelFolder.has': row(folder.has, { path: { ...path, takes: ['text'] } }),
  'ModelFolder.read': row(folder.read, { path: { ...path, takes: ['text'] } }),
  'ModelFolder.digest': row(folder.digest!, { path: { ...path, takes: ['text'] } }),
  'ModelFolder.size': row(folder.size!, { path: { ...path, takes: ['text'] } }),
  'ModelFolder.load': row(disposing(folder.load), {
    path: { ...path, takes: ['text'] },
    options: optional(
      options({ threads, onProgress: callback, mapWeights: optional(only(['flag'], true)), signal }),
    ),
  }),
  'ModelRunner.run': row(runner.run, {
    feeds: called(
      /feeds|five|^[xz]$/,
      made(() => ({ x: tensor() }), {}, { x: null }, ...wrong.map((x) => ({ x })), {
        x: tensor(),
        z: tensor(),
      }),
    ),
    options: optional(
      options({
        fetches: optional(
          called(
            /fetches|^[5x]$/,
            made(() => ['y'], [], ['x'], 'y'),
          ),
        ),
        into: optional(
          called(
            /into|five|^[xy]$/,
            made(() => ({ y: tensor() }), { x: tensor() }, { y: null }, ...wrong.map((y) => ({ y }))),
          ),
        ),
      }),
    ),
  }),
  'PolicyStore.load': row(store.load, { key }),
  'PolicyStore.save': row(store.save, { key, document }),
  'UpdateJournal.append': row(journal.append, { key, document }),
  'UpdateJournal.read': row(journal.read, { key }),
  'UpdateJournal.compact': row(journal.compact, { key, fold: only(['function'], () => ({})) }),
})
