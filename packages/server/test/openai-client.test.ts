import { decodeImage, encodePng } from '@fastflow/media'
import type { Pipeline } from '@fastflow/pipelines'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serving, serving, tiny } from './support/serving.ts'

let words: Pipeline
let edit: Pipeline
let live: Serving

beforeAll(async () => {
  ;[words, edit] = await Promise.all([tiny('words'), tiny('words-edit')])
  live = await serving({ models: { words, edit } })
})

afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([words.dispose(), edit.dispose()])
})

const decoded = (b64: string | undefined) => decodeImage(Buffer.from(b64 ?? '', 'base64'))

describe('the official client', () => {
  it('lists the models', async () => {
    const { data } = await live.client.models.list()
    expect(data.map(({ id }) => id)).toEqual(['words', 'edit'])
    expect((await live.client.models.retrieve('edit')).object).toBe('model')
  })

  it('generates images, the same as the pipeline does', async () => {
    const answer = await live.client.images.generate({
      model: 'words',
      prompt: 'red',
      n: 2,
      ...({ seed: 7, num_inference_steps: 6 } as object),
    })
    expect(answer.data).toHaveLength(2)
    const { images } = await words.generate('red', { seed: 7, count: 2, numSteps: 6 })
    const got = await Promise.all(answer.data!.map(({ b64_json }) => decoded(b64_json)))
    expect(got.map(({ data }) => [...data])).toEqual(images.map(({ data }) => [...data]))
    expect(answer).toMatchObject({ size: '16x16', output_format: 'png', background: 'opaque' })
  })
})
