import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { baselineFromConfig, readConfig } from '@fastflow/core'
import * as family from '@fastflow/pipelines/family'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { afterAll } from 'vitest'
import { openParts } from '../src/family/parts.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable => ({
  call,
  arguments: fields,
})

const path = join(fileURLToPath(new URL('fixtures/families', import.meta.url)), 'sd3', 'pipeline')
const folder = await nodeBackend({ threads: 1 }).open(path)
const parts = openParts(folder, {}, 'sequential', undefined)
afterAll(() => parts.dispose())
const index = await readConfig(folder, 'model_index.json')
const config = await readConfig(folder, 'transformer/config.json')
const vae = await readConfig(folder, 'vae_decoder/config.json')
const source: family.FamilySource = { folder, index, parts, options: {} }

const channels = config.whole('in_channels', { least: 1, most: 64 })
const side = config.whole('sample_size', { least: 1, most: 64 })
const planeOptions = { patch: 2, side, numSteps: 28, guidanceScale: 7 }
const planes = await family.openPlanes(source, config, planeOptions)
const { defaults, scheduler } = planes
const shape = planes.shape({})
const text = await family.openText(source, 'text_encoder')
const encoder = await parts.open('vae_encoder')
const decoder = await parts.open('vae_decoder')

const floats = (length: number) => () => new Float32Array(length)
const latentFlow = (changes: object = {}): object => ({
  ...planes,
  ...{ task: 'text-to-image', options: ['prompts'], fps: undefined, roles: [], tokenizers: [] },
  others: [text.part],
  baseline: () => baselineFromConfig(scheduler, 4, { grid: 'scheduler' }),
  guidance: (settings: object) => family.guidanceAboveOne(settings, defaults),
  encode: async () => [],
  time: (_: number, timestep: number) => timestep,
  ...changes,
})
const tensor = (dims: readonly number[]) => ({
  type: 'float32' as const,
  dims,
  data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)),
})
const wrongTensors = [
  { ...tensor([1]), dims: 5 },
  { ...tensor([1]), data: 5 },
]
const reading = { part: 'text_encoder', maxLength: 8, tokens: { length: 2, unknown: [] } }
const picture = (changes: object = {}): object => ({
  ...{ channels: 3, width: shape.width, height: shape.height },
  data: new Float32Array(3 * shape.width * shape.height),
  ...changes,
})

const sources = made(
  () => source,
  { ...source, folder: 5 },
  { ...source, index: {} },
  { ...source, parts: { open: 5 } },
)
const folders = made(() => folder)
const part = made(() => decoder)
// Options of a run are checked before they come here.
const settings: Argument = { ...made(() => ({})), takes: ['object'] }
const ownDefaults = called(
  /defaults|own/,
  made(() => defaults, { ...defaults, numSteps: 0 }, { ...defaults, guidanceScale: '7' }),
)
const configs = (valid: unknown): Argument => made(() => valid)
const plane = made(
  () => ({ height: 4, width: 2 }),
  { height: 4 },
  { height: 0, width: 2 },
  { height: 3, width: 2 },
)
const tokens = made(floats(16), new Float32Array(7), new Float64Array(16), new ArrayBuffer(64))
const signal = optional(made(() => ({ aborted: false }), { aborted: 1 }))
const statisticsArgument = made(
  () => ({ shift: [0.5], scaling: [2] }),
  { shift: 5, scaling: [2] },
  { shift: [0.5], scaling: ['2'] },
  { shift: [0.5], scaling: [] },
  { shift: [0.5], scaling: [2, 3] },
)
const latents = made(floats(8), new Float64Array(8))
const count = whole(2, 0)
const length = whole(2)

describeMisuse(
  '@fastflow/pipelines/family',
  family,
  {
    readAutoencoder: row(family.readAutoencoder, {
      folder: folders,
      part: only([], 'vae_decoder', 'vae'),
      channels: whole(channels, 0),
      field: optional(only(['text'], 'latent_channels', '')),
    }),
    scaleOf: row(family.scaleOf, {
      config: configs(vae),
      field: optional(only(['text'], 'block_out_channels', '')),
    }),
    decodePart: row(family.decodePart, {
      part,
      latents: made(() => tensor([1, ...shape.dims]), ...wrongTensors),
      shape: made(() => shape, { ...shape, width: '8' }, { ...shape, height: 0 }, { ...shape, numFrames: 0 }),
      signal,
      more: { ...optional(made(() => ({}))), takes: ['object', 'undefined'] },
    }),
    embeddedGuidance: row(family.embeddedGuidance, {
      settings,
      defaults: ownDefaults,
      embedded: optional(only(['flag'], true)),
    }),
    encodePart: row(family.encodePart, {
      part: made(() => encoder),
      picture: made(
        picture,
        ...[
          { data: [1] },
          { data: new Float32Array(3) },
          { channels: 0 },
          { width: '8' },
          { height: NaN },
        ].map(picture),
      ),
      channels: whole(channels, 0),
      options: optional(options({ seed: optional(whole(1, 2 ** 32)), signal })),
    }),
    guidanceAboveOne: row(family.guidanceAboveOne, { settings, defaults: ownDefaults }),
    rescaled: row(family.rescaled, { share: real(0.5, 1.5) }),
    rowNorms: row(family.rowNorms, { length: count }),
    latentModel: row(family.latentModel, {
      source: sources,
      flow: made(
        latentFlow,
        ...[
          ...['shape', 'baseline', 'guidance', 'encode', 'time', 'decode', 'transformer', 'defaults'],
          ...['options', 'roles', 'others', 'tokenizers', 'task', 'sign', 'join', 'picture', 'feeds'],
          ...['timeTokens', 'check', 'preview'],
        ].map((name) => latentFlow({ [name]: 5 })),
        latentFlow({ others: [5] }),
      ),
    }),
    maskedText: row(family.maskedText, {
      prompt: made(
        () => ({ embeddings: tensor([1, 2, 4]), mask: tensor([1, 2]), readings: [reading] }),
        { embeddings: tensor([1, 2, 4]), mask: 5, readings: [] },
        { embeddings: wrongTensors[0], mask: tensor([1, 2]), readings: [] },
        { embeddings: tensor([1, 2, 4]), mask: tensor([1, 2]), readings: 5 },
      ),
    }),
    openPacked: row(family.openPacked, {
      source: sources,
      options: options({
        defaults: ownDefaults,
        channels: count,
        scale: count,
        toDecoder: only(['function'], (x: Float32Array) => x),
        frameAxis: optional(only(['flag'], true)),
      }),
    }),
    checkStrength: row(family.checkStrength, { strength: real(0.5, 0, 1.5) }),
    pictureOf: row(family.pictureOf, {
      image: made(
        () => ({ width: 4, height: 4, data: new Uint8Array(48) }),
        { width: 4, height: 4, data: new Float32Array(48) },
        { width: 5, height: 4, data: new Uint8Array(48) },
      ),
      size: made(() => ({ width: 8, height: 8 }), { width: 8 }, { width: 0, height: 8 }),
      field: optional(only(['text'], 'image', '')),
    }),
    openPlanes: row(family.openPlanes, {
      source: sources,
      config: configs(config),
      options: options({
        patch: count,
        side: count,
        numSteps: whole(28, 0),
        guidanceScale: real(7),
        blocks: optional(only(['text'], 'block_out_channels', '')),
      }),
    }),
    readDefaults: row(family.readDefaults, { config: configs(config), own: ownDefaults }),
    gridIds: row(family.gridIds, {
      rows: count,
      columns: count,
      axes: whole(3, 2, 65),
      index: optional(whole(1)),
    }),
    textIds: row(family.textIds, {
      tokens: length,
      axes: whole(3, 0, 65),
      counted: optional(only(['flag'], true)),
    }),
    idsTensor: row(family.idsTensor, {
      ids: made(
        () => family.textIds(2, 3, true),
        { axes: 0, data: new Float32Array(6) },
        { axes: 3, data: [1] },
        { axes: 3, data: new Float32Array(4) },
      ),
      more: called(
        /ids/,
        made(() => family.gridIds(1, 2, 3), family.textIds(2, 4, true)),
      ),
    }),
    readScheduler: row(family.readScheduler, { folder: folders }),
    sizeOfRun: row(family.sizeOfRun, {
      settings,
      defaults: called(
        /defaults|width|height/,
        made(() => defaults, { width: '8', height: 8 }),
      ),
      multiple: whole(4, 0),
    }),
    openText: row(family.openText, {
      source: sources,
      name: only(['text'], 'text_encoder', ''),
      options: optional(options({ paddingSide: optional(only([], 'right', 'top')) })),
    }),
    readingNotes: row(family.readingNotes, {
      readings: made(() => [reading], [5], [{ ...reading, tokens: 5 }], [{ ...reading, tokens: {} }]),
    }),
    packPatches: row(family.packPatches, { latents: tokens, plane }),
    unpackPatches: row(family.unpackPatches, { tokens, plane }),
    packTokens: row(family.packTokens, { latents: tokens, channels: whole(4, 0) }),
    unpackTokens: row(family.unpackTokens, { tokens, channels: whole(4, 0) }),
    fromEncoder: row(family.fromEncoder, { latents, statistics: statisticsArgument }),
    toDecoder: row(family.toDecoder, { state: latents, statistics: statisticsArgument }),
    readChannelStatistics: row(family.readChannelStatistics, {
      config: configs(await channelConfig()),
      channels: whole(16, 0),
      required: only(['text'], 'copy it', ''),
    }),
    readScaling: row(family.readScaling, {
      config: configs(vae),
      otherwise: optional({ ...real(1), wrong: [NaN, Infinity] }),
    }),
  },
  { normAtMost: 'joins velocities at every evaluation, and is handed to latentModel, not called' },
)

/** Of a model whose statistics go by channel. */
async function channelConfig(): Promise<unknown> {
  const clips = await nodeBackend().open(path.replace('sd3', 'wan2.2'))
  return readConfig(clips, 'vae_decoder/config.json')
}
