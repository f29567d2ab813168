import type { ModelRunner } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { describe, expect, it } from 'vitest'
import { type MemoryMode, openParts, type Part } from '../src/family/parts.ts'
import { failure } from './support/failure.ts'
import { gate, type PartFolder, type PartFolderOptions, partFolder } from './support/part-folder.ts'

const names = ['text_encoder', 'transformer', 'vae_decoder']
const paths = names.map((name) => `${name}/model.onnx`)

async function open(mode: MemoryMode, options?: PartFolderOptions, memory?: number) {
  const folder = partFolder(options)
  const parts = openParts(folder.folder, {}, mode, memory)
  const [encoder, transformer, decoder] = await Promise.all(names.map((name) => parts.open(name)))
  return { ...folder, folder, parts, encoder: encoder!, transformer: transformer!, decoder: decoder! }
}

const run = (runner: ModelRunner) => runner.run({})

/** A generation: each network in its turn. */
async function generate(parts: readonly Part[], signal?: AbortSignal): Promise<void> {
  for (const part of parts) for (let pass = 0; pass < 3; pass++) await part.use(run, signal)
}

/** Waits until a network begins to load, which then waits for the gate. */
function heldLoad(folder: PartFolder, path: string) {
  const [begun, end] = [gate(), gate()]
  folder.onLoad = async (loaded, { signal }) => {
    if (loaded !== path) return
    begun.open()
    await end.passed
    throwIfAborted(signal, `loading ${path}`)
  }
  return { begun: begun.passed, end: () => end.open() }
}

describe('networks of a folder', () => {
  it('in sequence are loaded when they are used, and one is in memory at a time', async () => {
    const { encoder, transformer, decoder, parts, loads, most, present } = await open('sequential')
    expect(await parts.ready()).toBe(false)
    expect(loads).toEqual([])
    await generate([encoder, transformer, decoder])
    await generate([encoder, transformer, decoder])
    expect(loads).toEqual([...paths, ...paths])
    expect(most()).toBe(1)
    await parts.dispose()
    expect(present()).toEqual([])
  })

  it('resident are loaded once, all at the start', async () => {
    const { encoder, transformer, decoder, parts, loads, present } = await open('resident')
    expect(await parts.ready()).toBe(true)
    expect(loads).toEqual(paths)
    await generate([encoder, transformer, decoder])
    expect(loads).toEqual(paths)
    expect(present()).toEqual(paths)
    await parts.dispose()
    expect(present()).toEqual([])
  })

  it.each<[string, PartFolderOptions, number | undefined, boolean]>([
    ['half of the memory', { size: 100 }, 600, true],
    ['more than half of it', { size: 100 }, 599, false],
    ['no one knows how much memory', { size: 100 }, undefined, true],
    ['bytes that nobody knows', {}, 1, true],
  ])('take %s: resident or not by themselves', async (_, options, memory, resident) => {
    const { parts, loads } = await open('auto', options, memory)
    expect(await parts.ready()).toBe(resident)
    expect(loads).toEqual(resident ? paths : [])
  })

  it('whose digest only loading tells are loaded for it one at a time, or once and for all', async () => {
    const opened = async (mode: MemoryMode) => {
      const folder = partFolder({ digests: false })
      const parts = openParts(folder.folder, {}, mode, undefined)
      const digests: string[] = []
      for (const name of names) digests.push((await parts.open(name)).digest)
      await parts.ready()
      expect(digests).toEqual(paths.map((path) => `digest of ${path}`))
      expect(folder.loads).toEqual(paths)
      return folder.most()
    }
    expect(await opened('sequential')).toBe(1)
    expect(await opened('resident')).toBe(3)
  })

  it.each<[MemoryMode, boolean | undefined, boolean]>([
    ['sequential', undefined, true],
    ['resident', undefined, false],
    ['sequential', false, false],
    ['resident', true, true],
  ])('%s: weights stay in their files where mapWeights is %s: %s', async (mode, mapWeights, expected) => {
    const folder = partFolder()
    const seen: unknown[] = []
    folder.onLoad = async (_, options) => void seen.push(options.mapWeights)
    const options = mapWeights === undefined ? {} : { mapWeights }
    const part = await openParts(folder.folder, options, mode, undefined).open('transformer')
    await part.use(run)
    expect(seen).toEqual([expected])
  })

  it('that are missing are named', async () => {
    const { folder } = partFolder()
    const parts = openParts(folder, {}, 'sequential', undefined)
    expect(await failure(() => parts.open('missing'))).toMatchObject({
      code: 'model-not-found',
      field: 'missing/model.onnx',
    })
  })
})

describe('several generations on networks in sequence', () => {
  it('share what both use, and none is freed at work', async () => {
    const { encoder, transformer, decoder, loads, present } = await open('sequential')
    await Promise.all([
      generate([encoder, transformer, decoder]),
      generate([encoder, transformer, decoder]),
      generate([transformer, encoder, decoder]),
    ])
    expect(new Set(loads)).toEqual(new Set(paths))
    expect(present().length).toBe(1)
  })

  it('load a network once that both wait for', async () => {
    const { encoder, folder, loads } = await open('sequential')
    const load = heldLoad(folder, paths[0]!)
    const both = Promise.all([encoder.use(run), encoder.use(run)])
    await load.begun
    load.end()
    await both
    expect(loads).toEqual([paths[0]])
  })

  it('free what has come beside the network of another one as soon as its work ends', async () => {
    const { encoder, transformer, present } = await open('sequential')
    const work = gate()
    const first = encoder.use(() => work.passed)
    await transformer.use(async (runner) => {
      expect(present()).toEqual([paths[0], paths[1]])
      await run(runner)
    })
    expect(present()).toEqual([paths[0]])
    work.open()
    await first
    expect(present()).toEqual([paths[0]])
  })

  it('go on where one of them is aborted that was loading for both', async () => {
    const { encoder, folder, loads } = await open('sequential')
    const load = heldLoad(folder, paths[0]!)
    const controller = new AbortController()
    const aborted = failure(() => encoder.use(run, controller.signal))
    const other = encoder.use(run)
    await load.begun
    controller.abort()
    load.end()
    expect(await aborted).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(await other).toMatchObject({ outputs: {} })
    expect(loads).toEqual([paths[0], paths[0]])
  })

  it('do no work where one waited for another one to load and was aborted', async () => {
    const { encoder, folder } = await open('sequential')
    const load = heldLoad(folder, paths[0]!)
    const controller = new AbortController()
    const other = encoder.use(run)
    const aborted = failure(() => encoder.use(() => Promise.reject(new Error('worked')), controller.signal))
    await load.begun
    controller.abort()
    load.end()
    expect(await aborted).toMatchObject({ code: 'aborted', field: 'signal' })
    await other
  })
})

describe('networks that do not load', () => {
  it('are loaded again when they are used again, after a failure', async () => {
    const { encoder, folder, loads } = await open('sequential')
    folder.onLoad = () => Promise.reject(new Error('the disk is gone'))
    await expect(encoder.use(run)).rejects.toThrow('the disk is gone')
    await expect(encoder.use(run)).rejects.toThrow('the disk is gone')
    folder.onLoad = async () => {}
    await encoder.use(run)
    expect(loads.length).toBe(3)
  })

  it('are loaded again after an abort, and the others stay usable', async () => {
    const { encoder, transformer, folder, present } = await open('sequential')
    await encoder.use(run)
    const load = heldLoad(folder, paths[1]!)
    const controller = new AbortController()
    const aborted = failure(() => transformer.use(run, controller.signal))
    await load.begun
    controller.abort()
    load.end()
    expect(await aborted).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(present()).toEqual([])
    await generate([encoder, transformer])
    expect(present()).toEqual([paths[1]])
  })

  it('are freed where they are not what their family needs, and looked at again the next time', async () => {
    const { folder, present, loads } = partFolder()
    const parts = openParts(folder, {}, 'sequential', undefined)
    let fits = false
    const part = await parts.open('transformer', (_, path) => {
      if (!fits) throw new Error(`${path} does not fit`)
    })
    await expect(part.use(run)).rejects.toThrow('transformer/model.onnx does not fit')
    expect(present()).toEqual([])
    fits = true
    await part.use(run)
    expect(loads.length).toBe(2)
  })

  it.each<MemoryMode>(['sequential', 'resident'])(
    'while the pipeline is disposed of are freed: %s',
    async (mode) => {
      const { encoder, parts, folder, present } = await open(mode)
      const load = heldLoad(folder, paths[0]!)
      const used = failure(() => encoder.use(run))
      await load.begun
      const disposed = parts.dispose()
      load.end()
      await disposed
      expect(await used).toMatchObject({ code: 'runner-disposed', field: paths[0] })
      expect(present()).toEqual([])
      expect(await failure(() => encoder.use(run))).toMatchObject({ code: 'runner-disposed' })
      expect(folder.loads).toEqual([paths[0]])
    },
  )
})
