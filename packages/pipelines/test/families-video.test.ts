import { describe, expect, it } from 'vitest'
import { CHANNELS, type FakeClips, fakeClips } from './support/fake-clips.ts'

const small = { width: 32, height: 32, numFrames: 5, numSteps: 5 } as const
const smallLtx = { ...small, numFrames: 9 } as const

/** Velocity networks called, in turn, with the timestep each was fed. */
function passes(calls: FakeClips['calls']): readonly string[] {
  return calls
    .filter(({ network }) => network.startsWith('transformer'))
    .map(({ network, feeds }) => `${network} ${feeds.timestep!.data[0]}`)
}

describe('Wan', () => {
  it('makes the clips of its pipeline unless told otherwise', async () => {
    const { pipe } = await fakeClips('WanPipeline')
    expect(pipe.task).toBe('text-to-video')
    expect(pipe.defaults).toEqual({
      numSteps: 50,
      guidanceScale: 5,
      width: 832,
      height: 480,
      numFrames: 81,
    })
    const flow = await pipe.prepare('ant')
    expect(flow.noise.length).toBe(CHANNELS * 21 * 60 * 104)
    expect([flow.numFrames, flow.fps]).toEqual([81, 16])
  })

  it('hands over as many frames as asked for', async () => {
    const { pipe, calls } = await fakeClips('WanPipeline')
    const { clips, images } = await pipe.generate('ant', small)
    expect(images).toEqual([])
    expect(clips.map(({ frames, fps }) => [frames.length, frames[0]!.width, fps])).toEqual([[5, 32, 16]])
    expect(calls.at(-1)!.feeds.latent_sample!.dims).toEqual([1, CHANNELS, 2, 4, 4])
  })

  it.each([
    [{ numFrames: 80 }, 'numFrames', 'the nearest are 77 and 81'],
    [{ numFrames: 2 }, 'numFrames', 'the nearest are 1 and 5'],
    [{ numFrames: 0 }, 'numFrames', 'from 1 to 4096'],
    [{ numFrames: 5.5 }, 'numFrames', 'from 1 to 4096'],
    [{ width: 40, height: 32 }, 'width', 'the nearest are 32 and 48'],
    [{ width: 32, height: 24 }, 'height', 'the nearest are 16 and 32'],
    [{ width: 32 }, 'height', 'is missing beside width'],
  ])('refuses %j and says what is possible', async (options, field, message) => {
    const { pipe } = await fakeClips('WanPipeline')
    const made = pipe.prepare('ant', options)
    await expect(made).rejects.toMatchObject({ code: 'invalid-argument', field })
    await expect(made).rejects.toThrow(message)
  })

  it('takes sizes from the autoencoder and from tokens', async () => {
    const { pipe } = await fakeClips('WanPipeline', {
      vae: { scale_factor_spatial: 16, scale_factor_temporal: 2 },
    })
    const { noise } = await pipe.prepare('ant', { width: 64, height: 32, numFrames: 3 })
    expect(noise.length).toBe(CHANNELS * 2 * 2 * 4)
    await expect(pipe.prepare('ant', { width: 48, height: 32 })).rejects.toThrow('nearest are 32 and 64')
  })

  it.each([
    ['numFrames', [1, CHANNELS, 3, 'height', 'width'], 'pass 9, or export it for 5'],
    ['height', [1, CHANNELS, 'frames', 2, 'width'], 'pass 16, or export it for 32'],
    ['width', [1, CHANNELS, 'frames', 4, 8], 'pass 64, or export it for 32'],
  ])('refuses a %s that the decoder was not exported for before it runs', async (field, decodes, message) => {
    const { pipe, calls } = await fakeClips('WanPipeline', { decodes })
    const made = pipe.generate('ant', small)
    await expect(made).rejects.toMatchObject({ code: 'invalid-argument', field })
    await expect(made).rejects.toThrow(message)
    expect(calls).toEqual([])
  })

  it('feeds time once a token where the network takes it so', async () => {
    const { pipe, calls } = await fakeClips('WanPipeline', {
      index: { expand_timesteps: true },
      inputs: [
        { name: 'hidden_states', type: 'float32', dims: ['batch', CHANNELS, 'frames', 'height', 'width'] },
        { name: 'timestep', type: 'float32', dims: ['batch', 'tokens'] },
        { name: 'encoder_hidden_states', type: 'float32', dims: ['batch', 'length', 1] },
      ],
    })
    const { clips } = await pipe.generate('ant', { ...small, width: 64, guidanceScale: 1, numSteps: 2 })
    const times = calls.flatMap(({ feeds: { timestep } }) => timestep ?? [])
    expect(times.map(({ dims }) => dims)).toEqual([
      [1, 16],
      [1, 16],
    ])
    expect(times.map(({ data }) => [...new Set(data as Float32Array)])).toEqual([[999], [750]])
    expect(clips[0]!.fps).toBe(24)
  })

  it.each([
    [{ vae: { latents_mean: null } }, 'model-unreadable', 'copy it from vae/config.json'],
    [{ vae: { z_dim: 16 } }, 'model-unreadable', 'states have 2 channels'],
    [{ transformer: { patch_size: [2, 2, 2] } }, 'unsupported', 'available: [1, n, n]'],
    [{ index: { boundary_ratio: 2 } }, 'model-unreadable', 'from 0 to 1'],
    [{ index: { boundary_ratio: 0.9 } }, 'model-not-found', 'has no transformer_2/model.onnx'],
  ])('refuses a folder with %j', async (options, code, message) => {
    const loaded = fakeClips('WanPipeline', options)
    await expect(loaded).rejects.toMatchObject({ code })
    await expect(loaded).rejects.toThrow(message)
  })
})

describe('Wan with a network for low noise', () => {
  const two = (ratio: number) =>
    fakeClips('WanPipeline', { index: { boundary_ratio: ratio }, networks: ['transformer_2'] })

  it('changes over below the boundary, by whole timesteps', async () => {
    // Timesteps 999, 923, ...: the second one is that of sigma 0.92317.
    for (const [ratio, second] of [
      [0.923, 'transformer'],
      [0.9231, 'transformer_2'],
    ] as const) {
      const { pipe, calls } = await two(ratio)
      await pipe.generate('ant', { ...small, guidanceScale: 1 })
      const rest = ['transformer_2 818', 'transformer_2 667', 'transformer_2 429']
      expect(passes(calls)).toEqual(['transformer 999', `${second} 923`, ...rest])
    }
  })

  it('guides each network at its own scale', async () => {
    const { pipe, calls } = await two(0.9)
    const velocityAt = async (index: number, options: object) => {
      const flow = await pipe.prepare('ant', { ...small, ...options })
      const out = new Float32Array(flow.noise.length)
      const call = { index, branch: 'both', out, signal: undefined } as const
      await flow.velocity(flow.noise, flow.schedule.sigmas[index]!, call)
      return out[0]
    }
    expect(await velocityAt(0, { guidanceScale: 4, guidanceScale2: 3 })).toBe(4)
    expect(await velocityAt(4, { guidanceScale: 4, guidanceScale2: 3 })).toBe(3)
    expect(await velocityAt(4, { guidanceScale: 4 })).toBe(4)
    expect(await velocityAt(4, { guidanceScale: 4, guidanceScale2: 0.5 })).toBe(0.5)
    calls.length = 0
    expect(await velocityAt(4, { guidanceScale: 1, guidanceScale2: 3 })).toBe(1)
    expect(passes(calls)).toEqual(['transformer_2 429'])
  })

  it('is another model where the boundary is another', async () => {
    const digests = await Promise.all([0.9, 0.9, 0.875].map(async (ratio) => (await two(ratio)).pipe.digest))
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })

  it('alone takes a second scale', async () => {
    const { pipe } = await fakeClips('WanPipeline')
    await expect(pipe.prepare('ant', { ...small, guidanceScale2: 3 })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'guidanceScale2',
    })
    const other = await two(0.9)
    await expect(other.pipe.prepare('ant', { ...small, guidanceScale2: 101 })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'guidanceScale2',
    })
  })
})

describe('LTX-Video', () => {
  it('makes the clips of its pipeline unless told otherwise', async () => {
    const { pipe } = await fakeClips('LTXPipeline')
    expect(pipe.defaults).toEqual({
      numSteps: 50,
      guidanceScale: 3,
      width: 704,
      height: 512,
      numFrames: 161,
      fps: 25,
      guidanceRescale: 0,
    })
    const flow = await pipe.prepare('ant')
    expect(flow.noise.length).toBe(21 * 16 * 22 * CHANNELS)
    expect([flow.numFrames, flow.fps]).toEqual([161, 25])
  })

  it('tells its network sizes and frame rate', async () => {
    const { pipe, calls } = await fakeClips('LTXPipeline')
    const { clips } = await pipe.generate('ant', { ...smallLtx, width: 96, fps: 24, numSteps: 1 })
    const { feeds } = calls.find(({ network }) => network === 'transformer')!
    expect(feeds.hidden_states!.dims).toEqual([1, 6, CHANNELS])
    expect(feeds.num_frames).toEqual({ type: 'int64', dims: [], data: BigInt64Array.of(2n) })
    expect(feeds.height).toEqual({ type: 'int64', dims: [], data: BigInt64Array.of(1n) })
    expect(feeds.width).toEqual({ type: 'int64', dims: [], data: BigInt64Array.of(3n) })
    expect([...(feeds.rope_interpolation_scale!.data as Float32Array)]).toEqual([Math.fround(8 / 24), 32, 32])
    expect(calls.at(-1)!.feeds.latent_sample!.dims).toEqual([1, CHANNELS, 2, 1, 3])
    expect(clips.map(({ frames, fps }) => [frames.length, fps])).toEqual([[9, 24]])
  })

  it('shifts its grid by the tokens of the clip', async () => {
    const { pipe } = await fakeClips('LTXPipeline')
    const grids = [9, 17].map(async (numFrames) => {
      const { schedule } = await pipe.prepare('ant', { ...smallLtx, numFrames, width: 1024, height: 512 })
      // At mu = 0.5 + 0.65 (tokens - 256) / 3840, sigma 0.8 is shifted so.
      const mu = 0.5 + (0.65 * (512 * ((numFrames - 1) / 8 + 1) - 256)) / 3840
      const shifted = Math.exp(mu) / (Math.exp(mu) + 1 / 0.8 - 1)
      expect(schedule.sigmas[1]).toBeCloseTo(shifted, 6)
      return schedule.sigmas[1]
    })
    const [short, long] = await Promise.all(grids)
    expect(long).toBeGreaterThan(short!)
  })

  it.each([
    [{ numFrames: 160 }, 'numFrames', 'the nearest are 153 and 161'],
    [{ width: 48, height: 32 }, 'width', 'the nearest are 32 and 64'],
    [{ fps: 0 }, 'fps', '0'],
    [{ guidanceRescale: 1.5 }, 'guidanceRescale', '1.5'],
    [{ guidanceScale2: 3 }, 'guidanceScale2', 'models of two networks'],
  ])('refuses %j', async (options, field, message) => {
    const { pipe } = await fakeClips('LTXPipeline')
    const made = pipe.prepare('ant', options)
    await expect(made).rejects.toMatchObject({ code: 'invalid-argument', field })
    await expect(made).rejects.toThrow(message)
  })

  it('reads how much its autoencoder compresses', async () => {
    const said = await fakeClips('LTXPipeline', {
      vae: { spatial_compression_ratio: 16, temporal_compression_ratio: 4 },
    })
    const counted = await fakeClips('LTXPipeline', {
      vae: { patch_size: 4, patch_size_t: 1, spatio_temporal_scaling: [true, true, false, false] },
    })
    for (const { pipe } of [said, counted]) {
      const { noise } = await pipe.prepare('ant', { width: 64, height: 32, numFrames: 5 })
      expect(noise.length).toBe(2 * 2 * 4 * CHANNELS)
      // The pipeline wants multiples of 32 all the same.
      await expect(pipe.prepare('ant', { width: 48, height: 32 })).rejects.toThrow('multiple of 32 pixels')
    }
  })

  it('tells a decoder that asks for it that latents are without noise', async () => {
    const options = { vae: { timestep_conditioning: true }, decoderInputs: ['timestep'] }
    const { pipe, calls } = await fakeClips('LTXPipeline', options)
    await pipe.generate('ant', { ...smallLtx, numSteps: 1 })
    const { timestep, latent_sample } = calls.at(-1)!.feeds
    expect(timestep).toEqual({ type: 'float32', dims: [1], data: Float32Array.of(0) })
    expect(latent_sample!.dims).toEqual([1, CHANNELS, 2, 1, 1])

    const other = await fakeClips('LTXPipeline', { decoderInputs: ['timestep'] })
    await expect(other.pipe.generate('ant', { ...smallLtx, numSteps: 1 })).rejects.toMatchObject({
      code: 'model-mismatch',
      field: 'vae_decoder/model.onnx',
    })
  })

  it.each([
    [{ vae: { latents_std: undefined } }, 'model-unreadable', 'vae.latents_std.tolist()'],
    [{ transformer: { patch_size: 2 } }, 'unsupported', 'patch_size 2'],
    [{ transformer: { patch_size_t: 2 } }, 'unsupported', 'patch_size_t 2'],
  ])('refuses a folder with %j', async (options, code, message) => {
    const loaded = fakeClips('LTXPipeline', options)
    await expect(loaded).rejects.toMatchObject({ code })
    await expect(loaded).rejects.toThrow(message)
  })
})
