import { FastFlowError, type Feeds, type ModelRunner, type RunOptions } from '@fastflow/core'
import { afterAll, describe, expect, it } from 'vitest'
import { float32, int64 } from './tensors.ts'

export interface RunnerUnderTest {
  /** Loads the bytes of a model. */
  create(model: Uint8Array): Promise<ModelRunner>
  /** Bytes of a file in `packages/testkit/fixtures`; what each computes is told in `training/fixtures.py`. */
  fixture(name: string): Promise<Uint8Array>
  /** SHA-256, lower-case hex. */
  sha256(bytes: Uint8Array): Promise<string>
  /**
   * What the hardware it runs on does not do: arithmetic on half or double floats, or failing where an index is out of
   * range.
   */
  readonly lacks?: readonly ('float16' | 'float64' | 'index-checks')[]
  /** Length of the loop that shows whether the event loop goes on turning; 200 by default. */
  readonly rounds?: number
}

/** What every `ModelRunner` must do; an adapter's tests only call this. */
export function describeModelRunner(name: string, adapter: RunnerUnderTest): void {
  const opened: ModelRunner[] = []
  const load = async (model: string): Promise<ModelRunner> => {
    const runner = await adapter.create(await adapter.fixture(`${model}.onnx`))
    opened.push(runner)
    return runner
  }
  // Tests that dispose of nothing use the same networks one after another: what one leaves behind, another would meet.
  const loaded = new Map<string, Promise<ModelRunner>>()
  const share = (model: string): Promise<ModelRunner> => {
    const runner = loaded.get(model) ?? load(model)
    loaded.set(model, runner)
    return runner
  }

  describe(`ModelRunner: ${name}`, () => {
    afterAll(async () => {
      await Promise.all(opened.map((runner) => runner.dispose()))
    })

    describeMetadata(share, adapter)
    describeRuns(share)
    describeTypes(share, adapter)
    describeMisuse(share, adapter)
    describeLoadErrors(adapter)
    describeLifetime(load, adapter)
  })
}

type Load = (model: string) => Promise<ModelRunner>

const row = float32([1, 2, 3], [1, 3])

function describeMetadata(load: Load, adapter: RunnerUnderTest): void {
  it('tells names, types and shapes, with names for free dimensions', async () => {
    const runner = await load('affine')
    expect(runner.version).toBe(1)
    expect(runner.executionProvider).not.toBe('')
    expect(runner.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['batch', 3] }])
    expect(runner.outputs.map((output) => output.name)).toEqual(['y', 'total'])
  })

  it('has the SHA-256 of the model as its digest', async () => {
    const runner = await load('affine')
    expect(runner.digest).toBe(await adapter.sha256(await adapter.fixture('affine.onnx')))
  })
}

function describeRuns(load: Load): void {
  it('gives all outputs for any batch, and batches may change from call to call', async () => {
    const runner = await load('affine')
    for (const batch of [1, 4, 2, 1]) {
      const values = Array.from({ length: 3 * batch }, (_, index) => index - 2)
      const { outputs, timing } = await runner.run({ x: float32(values, [batch, 3]) })
      expect(outputs.y).toEqual(
        float32(
          values.map((value) => 2 * value + 1),
          [batch, 3],
        ),
      )
      expect(outputs.total?.dims).toEqual([batch])
      expect(timing.ms).toBeGreaterThanOrEqual(0)
    }
  })

  it('gives only what is fetched', async () => {
    const runner = await load('affine')
    const { outputs } = await runner.run({ x: row }, { fetches: ['total'] })
    expect(outputs).toEqual({ total: float32([15]) })
  })

  it('writes into arrays of the caller', async () => {
    const runner = await load('affine')
    const y = float32([0, 0, 0], [1, 3])
    const { outputs } = await runner.run({ x: row }, { into: { y } })
    expect(outputs.y).toBe(y)
    expect([...y.data]).toEqual([3, 5, 7])
    expect(outputs.total).toEqual(float32([15]))
  })

  it('gives arrays that no later call changes', async () => {
    const runner = await load('affine')
    const first = await runner.run({ x: row })
    await runner.run({ x: float32([9, 9, 9], [1, 3]) })
    expect(first.outputs.y).toEqual(float32([3, 5, 7], [1, 3]))
  })

  it('serves overlapping calls in order, and feeds may change once run has returned', async () => {
    const runner = await load('affine')
    const x = float32([0, 0, 0], [1, 3])
    const settled: number[] = []
    const calls = Array.from({ length: 10 }, async (_, call) => {
      x.data.fill(call as never)
      const { outputs } = await runner.run({ x }, { fetches: ['total'] })
      settled.push(call)
      return outputs.total?.data[0]
    })
    expect(await Promise.all(calls)).toEqual(calls.map((_, call) => 6 * call + 3))
    expect(settled).toEqual(calls.map((_, call) => call))
  })

  it('reads feeds from the middle of a larger buffer', async () => {
    const runner = await load('affine')
    const data = new Float32Array([8, 8, 1, 2, 3, 8]).subarray(2, 5)
    const { outputs } = await runner.run({ x: { type: 'float32', dims: [1, 3], data } })
    expect(outputs.y).toEqual(float32([3, 5, 7], [1, 3]))
  })

  it('passes NaN on as the model gives it', async () => {
    const runner = await load('nan')
    const { outputs } = await runner.run({ x: float32([1, 2]) })
    expect(outputs.y).toEqual(float32([Number.NaN, Number.NaN]))
  })

  it('follows outputs whose size depends on values', async () => {
    const runner = await load('positions')
    for (const x of [
      [1, 0, 1],
      [1, 1, 1],
      [0, 0, 0],
      [0, 1, 0],
    ]) {
      const found = x.flatMap((value, index) => (value === 0 ? [] : [index]))
      const { outputs } = await runner.run({ x: float32(x) })
      expect(outputs.index).toEqual(int64(found, [1, found.length]))
    }
  })
}

function describeTypes(load: Load, { lacks = [] }: RunnerUnderTest): void {
  it('carries int64', async () => {
    const runner = await load('lookup')
    const { outputs } = await runner.run({ id: int64([3, 0]) })
    expect(outputs).toEqual({ row: float32([3, 3.5, 0, 0.5], [2, 2]), next: int64([4, 1]) })
  })

  if (!lacks.includes('float16')) {
    it('carries float16 as raw bits', async () => {
      const runner = await load('half')
      const [one, minusThree, two, minusSix] = [0x3c00, 0xc200, 0x4000, 0xc600]
      for (let call = 0; call < 2; call++) {
        const { outputs } = await runner.run({
          x: { type: 'float16', dims: [2], data: Uint16Array.of(one, minusThree) },
        })
        expect(outputs.y).toEqual({ type: 'float16', dims: [2], data: Uint16Array.of(two, minusSix) })
      }
    })
  }

  it('carries int32, bool, uint8 and scalars', async () => {
    const runner = await load('kinds')
    const { outputs } = await runner.run({
      count: { type: 'int32', dims: [2], data: Int32Array.of(-5, 7) },
      flag: { type: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) },
      byte: { type: 'uint8', dims: [2], data: Uint8Array.of(255, 3) },
      scalar: float32([4], []),
    })
    expect(outputs).toEqual({
      more: { type: 'int32', dims: [2], data: Int32Array.of(-4, 8) },
      not: { type: 'bool', dims: [3], data: Uint8Array.of(0, 1, 0) },
      bytes: { type: 'uint8', dims: [4], data: Uint8Array.of(255, 3, 255, 3) },
      negative: float32([-4], []),
    })
  })
}

function describeMisuse(load: Load, { lacks = [] }: RunnerUnderTest): void {
  const wrong: readonly (readonly [string, string, Feeds, RunOptions, readonly string[]])[] = [
    ['a missing feed', 'x', {}, {}, ['x', 'float32 [batch, 3]']],
    ['an unknown feed', 'z', { x: row, z: row }, {}, ['z', 'x']],
    ['a wrong type', 'x', { x: int64([1, 2, 3], [1, 3]) }, {}, ['int64', 'float32 [batch, 3]']],
    ['a wrong rank', 'x', { x: float32([1, 2, 3]) }, {}, ['[3]', '[batch, 3]']],
    ['a wrong fixed dimension', 'x', { x: float32([1, 2], [1, 2]) }, {}, ['[1, 2]', '[batch, 3]']],
    ['a negative dimension', 'x', { x: { ...row, dims: [-1, 3] } }, {}, ['[batch, 3]']],
    ['data of another length', 'x', { x: { ...row, dims: [2, 3] } }, {}, ['6', '3']],
    ['data of another kind', 'x', { x: { ...row, data: new Int32Array(3) } }, {}, ['Float32Array']],
    ['an unknown fetch', 'w', { x: row }, { fetches: ['w'] }, ['y, total']],
    ['no fetch at all', 'fetches', { x: row }, { fetches: [] }, ['y, total']],
    ['an into that is not fetched', 'y', { x: row }, { fetches: ['total'], into: { y: row } }, ['total']],
    ['an into of another type', 'y', { x: row }, { into: { y: int64([0, 0, 0], [1, 3]) } }, ['int64']],
    [
      'an into of another shape',
      'y',
      { x: row },
      { into: { y: float32([0, 0, 0, 0, 0, 0], [2, 3]) } },
      ['[2, 3]'],
    ],
  ]
  it.each(wrong)('refuses %s', async (_, field, feeds, options, words) => {
    const runner = await load('affine')
    const error = await failure(runner.run(feeds, options))
    expect(error).toMatchObject({ code: 'model-mismatch', field })
    for (const word of words) expect(error.message).toContain(word)
    expect((await runner.run({ x: row })).outputs.total).toEqual(float32([15]))
  })

  if (lacks.includes('index-checks')) return
  it('reports a failure inside the network, and goes on', async () => {
    const runner = await load('lookup')
    for (let call = 0; call < 2; call++) {
      const error = await failure(runner.run({ id: int64([9]) }))
      expect(error.code).toBe('model-failed')
      expect(error.message).not.toContain('\n')
      expect((await runner.run({ id: int64([1]) })).outputs.next).toEqual(int64([2]))
    }
  })
}

function describeLoadErrors(adapter: RunnerUnderTest): void {
  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['text', () => new TextEncoder().encode('<!doctype html><title>Not Found</title>')],
    ['a Git LFS pointer', () => new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n')],
    ['a PNG', () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
  ])('refuses %s', async (_, bytes) => {
    expect((await failure(adapter.create(bytes()))).code).toBe('model-unreadable')
  })

  it('refuses a model that was cut short, wherever it was cut', async () => {
    const whole = await adapter.fixture('affine.onnx')
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = whole.slice(0, Math.floor(share * whole.length))
      expect((await failure(adapter.create(cut))).code).toBe('model-unreadable')
    }
  })

  it('refuses tensor types it cannot carry, and names the input', async () => {
    const error = await failure(adapter.create(await adapter.fixture('double.onnx')))
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain(adapter.lacks?.includes('float64') ? 'Neg' : 'x is float64')
  })

  it('refuses weights outside the model where only bytes are given', async () => {
    const error = await failure(adapter.create(await adapter.fixture('external.onnx')))
    expect(error.code).toBe('model-unreadable')
    expect(error.message).toContain('weights.bin')
  })
}

function describeLifetime(load: Load, adapter: RunnerUnderTest): void {
  it('finishes running calls on dispose, refuses later ones, and may be disposed of twice', async () => {
    const runner = await load('affine')
    const calls = [1, 2, 3, 4].map(() => runner.run({ x: row }, { fetches: ['total'] }))
    const disposal = runner.dispose()
    const refused = await failure(runner.run({ x: row }))
    expect(refused.code).toBe('runner-disposed')
    for (const { outputs } of await Promise.all(calls)) expect(outputs.total).toEqual(float32([15]))
    await disposal
    await runner.dispose()
  })

  it('can be created again after dispose', async () => {
    const model = await adapter.fixture('affine.onnx')
    for (let round = 0; round < 3; round++) {
      const runner = await adapter.create(model)
      expect((await runner.run({ x: row })).outputs.total).toEqual(float32([15]))
      await runner.dispose()
    }
  })

  it('does not block the event loop while the network runs', async () => {
    const runner = await load('slow')
    let settled = false
    const rounds = int64([adapter.rounds ?? 200], [])
    const call = runner.run({ x: float32([1.5], []), rounds }).finally(() => {
      settled = true
    })
    let turns = 0
    while (!settled) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      turns += 1
    }
    expect((await call).outputs.y?.data[0]).toBeCloseTo(1.5, 4)
    expect(turns).toBeGreaterThan(5)
  })
}

async function failure(promise: Promise<unknown>): Promise<FastFlowError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!FastFlowError.isInstance(error)) throw new Error(`expected a FastFlowError, got ${String(error)}`)
  return error
}
