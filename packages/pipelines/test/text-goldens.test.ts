import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import type { ModelFolder, ModelRunner } from '@fastflow/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeFlux } from '../src/text/encode-flux.ts'
import { encodeFlux2Klein } from '../src/text/encode-flux2-klein.ts'
import { encodeLtx } from '../src/text/encode-ltx.ts'
import { encodeLumina2 } from '../src/text/encode-lumina2.ts'
import { encodeQwenImage } from '../src/text/encode-qwen-image.ts'
import { encodeSana } from '../src/text/encode-sana.ts'
import { encodeSd3 } from '../src/text/encode-sd3.ts'
import { encodeWan } from '../src/text/encode-wan.ts'
import { encodeZImage } from '../src/text/encode-z-image.ts'
import type { EncoderPart, MaskedPrompt, PooledPrompt } from '../src/text/encoder-part.ts'
import { readEncoderPart } from '../src/text/read-encoder.ts'
import { familyFolders, type GoldenCase, goldenCases } from './support/goldens.ts'
import { present } from './support/present.ts'

type Encoded = PooledPrompt | MaskedPrompt
type Encode = (parts: readonly EncoderPart[], prompt: string, call: Call) => Promise<readonly Encoded[]>

interface Call {
  readonly negative: boolean
  readonly maxSequenceLength: number | undefined
  readonly values: Readonly<Record<string, unknown>>
  /** The transformer's configuration. */
  readonly transformer: { readonly joint_attention_dim: number }
}

/** By `_class_name`: how a prompt is encoded, and whether the negative one stands first in the transformer's batch. */
const families: Readonly<Record<string, { readonly encode: Encode; readonly negativeFirst?: true }>> = {
  StableDiffusion3Pipeline: {
    encode: ([clipL, clipG, t5], prompt, { transformer: { joint_attention_dim: width }, ...call }) =>
      encodeSd3(
        { clipL: present(clipL!), clipG: present(clipG!), t5: t5 && present(t5), width },
        [prompt],
        call,
      ),
    negativeFirst: true,
  },
  FluxPipeline: {
    encode: ([clip, t5], prompt, call) =>
      encodeFlux({ clip: present(clip!), t5: present(t5!) }, [prompt], call),
  },
  FluxKontextPipeline: {
    encode: ([clip, t5], prompt, call) =>
      encodeFlux({ clip: present(clip!), t5: present(t5!) }, [prompt], call),
  },
  SanaPipeline: {
    encode: ([gemma], prompt, { values, ...call }) => {
      const complexHumanInstruction = (values.complex_human_instruction ?? []) as string[]
      return encodeSana(gemma!, [prompt], { ...call, complexHumanInstruction })
    },
    negativeFirst: true,
  },
  WanPipeline: { encode: ([umt5], prompt, call) => encodeWan(umt5!, [prompt], call) },
  QwenImagePipeline: { encode: ([qwen], prompt, call) => encodeQwenImage(qwen!, [prompt], call) },
  Lumina2Pipeline: { encode: ([gemma], prompt, call) => encodeLumina2(gemma!, [prompt], call) },
  ZImagePipeline: { encode: ([qwen], prompt, call) => encodeZImage(qwen!, [prompt], call) },
  LTXPipeline: { encode: ([t5], prompt, call) => encodeLtx(t5!, [prompt], call), negativeFirst: true },
  Flux2KleinPipeline: { encode: ([qwen], prompt, call) => encodeFlux2Klein(qwen!, [prompt], call) },
}

const folders = familyFolders()
const missing = folders.length === 0

it.skipIf(missing)(
  `prompts of real pipelines${missing ? ' (skipped: FASTFLOW_REFERENCE names no folder)' : ''}`,
  () => expect(folders.length).toBeGreaterThan(0),
)

describe.each(folders)('prompts as the real pipeline encodes them: %s', (family) => {
  const json = (path: string) => JSON.parse(readFileSync(join(family, 'pipeline', path), 'utf8'))
  const { encode, negativeFirst = false } = families[json('model_index.json')._class_name as string]!
  const runners: ModelRunner[] = []
  let parts: readonly EncoderPart[] = []
  beforeAll(async () => {
    const folder = await nodeBackend({ threads: 1 }).open(join(family, 'pipeline'))
    parts = await partsOf(folder, runners)
  })
  afterAll(() => Promise.all(runners.map((runner) => runner.dispose())))

  it.each(goldenCases(family))('$name', async (golden) => {
    const { call, tensor } = golden
    const half = runners.some(({ outputs }) => outputs.some(({ type }) => type === 'float16'))
    const close = (ours: ArrayLike<number>, theirs: ArrayLike<number>) =>
      expectClose(ours, theirs, half ? 5e-2 : 1e-4)
    const batch = tensor('transformer.0.in.encoder_hidden_states')!.dims[0]!
    for (const negative of [false, true]) {
      const prompt = negative ? ((call.negative_prompt ?? '') as string) : (call.prompt as string)
      const n = Number(negative)
      if (tensor(`text_encoder.${n}.in.input_ids`) === undefined) continue
      const [encoded] = await encode(parts, prompt, {
        negative,
        maxSequenceLength: call.max_sequence_length as number | undefined,
        values: call,
        transformer: json('transformer/config.json'),
      })
      expectTokens(encoded!, golden, n)
      if (negative && batch === 1) continue
      const row = batch === 1 ? 0 : n === 0 ? Number(negativeFirst) : Number(!negativeFirst)
      const states = rowOf(golden, 'encoder_hidden_states', row)!
      const { embeddings } = encoded!
      // Z-Image's texts are as long as they are: in a batch the shorter one is padded.
      close(embeddings.data, states.subarray(0, embeddings.data.length))
      expect(embeddings.dims[0]).toBe(1)
      const pooled = rowOf(golden, 'pooled_projections', row)
      if (pooled !== undefined) close('pooled' in encoded! ? encoded.pooled.data : [], pooled)
      for (const name of ['encoder_attention_mask', 'encoder_hidden_states_mask']) {
        const mask = rowOf(golden, name, row)
        if (mask === undefined) continue
        const ours = 'mask' in encoded! ? Array.from(encoded.mask.data, Number) : []
        expect(ours).toEqual(Array.from(mask.subarray(0, ours.length)))
        expect(mask.reduce((sum, bit) => sum + bit, 0)).toBe(ours.reduce((sum, bit) => sum + bit, 0))
      }
    }
  })
})

/** Text encoders of a folder, in the order of their names. */
async function partsOf(folder: ModelFolder, runners: ModelRunner[]): Promise<readonly EncoderPart[]> {
  const parts: EncoderPart[] = []
  for (const suffix of ['', '_2', '_3']) {
    const name = `text_encoder${suffix}`
    if (!(await folder.has(`${name}/model.onnx`))) continue
    const network = await folder.load(`${name}/model.onnx`)
    runners.push(network)
    parts.push(await readEncoderPart(folder, name, network, { paddingSide: 'right' }))
  }
  return parts
}

function expectTokens({ readings }: Encoded, { tensor }: GoldenCase, n: number): void {
  for (const { part, tokens } of readings) {
    expect(tokens.ids, part).toEqual(Array.from(tensor(`${part}.${n}.in.input_ids`)!.data, Number))
    const mask = tensor(`${part}.${n}.in.attention_mask`)
    if (mask !== undefined) expect(tokens.mask, part).toEqual(Array.from(mask.data, Number))
  }
}

/** A row of what the transformer was fed at first. */
function rowOf({ tensor }: GoldenCase, name: string, row: number): Float32Array | undefined {
  const found = tensor(`transformer.0.in.${name}`)
  if (found === undefined) return undefined
  const size = found.data.length / found.dims[0]!
  return Float32Array.from(found.data, Number).subarray(row * size, (row + 1) * size)
}

function expectClose(ours: ArrayLike<number>, theirs: ArrayLike<number>, share: number): void {
  expect(ours.length).toBe(theirs.length)
  let largest = 0
  let worst = 0
  for (let k = 0; k < theirs.length; k++) {
    largest = Math.max(largest, Math.abs(theirs[k]!))
    worst = Math.max(worst, Math.abs(theirs[k]! - ours[k]!))
  }
  expect(worst).toBeLessThanOrEqual(share * largest)
}
