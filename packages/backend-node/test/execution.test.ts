import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fixtures } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import {
  createModelRunner,
  type ExecutionProviderConfig,
  executionSupport,
  type Notice,
  nodeBackend,
} from '../src/index.ts'
import { loadOnFirst } from '../src/probe/choose.ts'
import { checkAnswer, probe } from '../src/probe/probe.ts'
import { probeInput, probeOutput } from '../src/probe/probe-model.ts'
import { whyNot } from '../src/probe/remedies.ts'
import { loadRuntime } from '../src/runtime.ts'
import { dividesWhileLoading } from './support/hostile-models.ts'

const isolations = ['thread', 'process'] as const
const affine = fileURLToPath(new URL('affine.onnx', fixtures))
const row = { x: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) } } as const
/** One that no published build for this system has. */
const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
const support = await executionSupport()
const cuda = support.find(({ executionProvider }) => executionProvider === 'cuda')!

describe('execution providers', () => {
  it('are refused by a name that is none, with the nearest that is one', () => {
    const refused = (name: string, words: string): void => {
      const refusal = {
        code: 'invalid-argument',
        field: 'executionProviders[1]',
        message: expect.stringContaining(words),
      }
      expect(() => nodeBackend({ executionProviders: ['cpu', name as 'cpu'] })).toThrow(
        expect.objectContaining(refusal),
      )
    }
    refused('cudda', 'did you mean cuda? available: cpu, webgpu, cuda, tensorrt, coreml, dml, openvino')
    refused('WebGPU', 'did you mean webgpu?')
    refused('abacus', 'no execution provider; available: cpu')
  })

  it('are all told, each with a reason', () => {
    expect(support.map(({ executionProvider }) => executionProvider)).toEqual([
      'cpu',
      'webgpu',
      'cuda',
      'tensorrt',
      'coreml',
      'dml',
      'openvino',
    ])
    expect(support[0]).toEqual({
      executionProvider: 'cpu',
      works: true,
      reason: expect.stringMatching(/^onnxruntime-node 1\.\S+ ran a small network on it$/),
    })
    const here = `${process.platform} ${process.arch}`
    const refusal = support.find(({ executionProvider }) => executionProvider === absent)!
    expect(refusal).toMatchObject({
      works: false,
      reason: expect.stringContaining(`has no ${absent} on ${here}`),
    })
    for (const { reason } of support) expect(reason).not.toMatch(/\n|onnxruntime_src/)
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64' && !cuda.works)(
    'without CUDA say what to install',
    () => {
      expect(cuda.reason).toContain('ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node')
      expect(cuda.reason).toContain('NVIDIA driver')
    },
  )

  it.each(isolations)('are passed over for the next of the list, isolation %s', async (isolation) => {
    const notices: Notice[] = []
    const executionProviders = [{ name: absent, deviceId: 1 }, 'openvino', 'cpu'] as const
    const backend = nodeBackend({
      isolation,
      executionProviders,
      workers: 2,
      onNotice: (one) => notices.push(one),
    })
    const folder = await backend.open(fileURLToPath(fixtures))
    const runners = [await folder.load('affine.onnx'), await folder.load('affine.onnx')]
    const ordinary = await createModelRunner(affine)
    for (const runner of runners) {
      expect(runner.executionProvider).toBe('onnxruntime-node/cpu')
      expect(runner.digest).toBe(ordinary.digest)
      expect((await runner.run(row)).outputs.y?.data).toEqual(Float32Array.of(3, 5, 7))
    }
    // Said once.
    const message = `networks run on onnxruntime-node/cpu. Not used: ${absent}: `
    expect(notices).toEqual([{ kind: 'execution-provider', message: expect.stringContaining(message) }])
    expect(notices[0]!.message).toContain('; openvino: ')
    const { chosen, tried } = await backend.support()
    expect(chosen).toBe(tried.at(-1))
    expect(tried.map(({ executionProvider, works }) => [executionProvider, works])).toEqual([
      [absent, false],
      ['openvino', false],
      ['cpu', true],
    ])
    await Promise.all([ordinary, ...runners].map((runner) => runner.dispose()))
  })

  it.each(isolations)(
    'that do not work at all are an error that says why, isolation %s',
    async (isolation) => {
      const options = { isolation, executionProviders: [absent, 'openvino'] } as const
      const message = expect.stringMatching(
        new RegExp(`${absent}: .*; openvino: .*build onnxruntime from source`),
      )
      const refusal = { code: 'unsupported', field: 'executionProviders', message }
      await expect(createModelRunner(affine, options)).rejects.toMatchObject(refusal)
      await expect(nodeBackend(options).support()).rejects.toMatchObject(refusal)
    },
  )

  it('leave a damaged model what it is', async () => {
    const whole = await readFile(affine)
    const model = new Uint8Array(whole.subarray(0, whole.length / 2))
    const refusal = { code: 'model-unreadable' }
    for (const executionProviders of [undefined, ['openvino', 'cpu'], ['cpu']] as const)
      await expect(
        createModelRunner(model, { ...(executionProviders && { executionProviders }) }),
      ).rejects.toMatchObject(refusal)
  })

  it('are the processor, of which nothing is said, where none is asked for', async () => {
    const notices: Notice[] = []
    const runner = await createModelRunner(affine, { onNotice: (notice) => notices.push(notice) })
    expect([runner.executionProvider, notices]).toEqual(['onnxruntime-node/cpu', []])
    await runner.dispose()
  })
})

describe('a network that its execution provider refuses', () => {
  const executionProviders: ExecutionProviderConfig[] = [{ name: 'cpu', useArena: false }, { name: 'cpu' }]
  const request = {
    kind: 'load',
    source: '',
    file: 'm.onnx',
    threads: 1,
    spin: false,
    executionProviders,
  } as const
  const atOnce = <Result>(work: () => Promise<Result>): Promise<Result> => work()

  it('is loaded on the next', async () => {
    const { loaded, execution } = await loadOnFirst(loadRuntime(), request, atOnce, async ({ useArena }) => {
      if (useArena === false) throw new Error('too large')
      return 'loaded'
    })
    const reason = 'm.onnx cannot be loaded by onnxruntime: too large'
    expect(loaded).toBe('loaded')
    expect(execution).toEqual({
      executionProvider: 'cpu',
      index: 1,
      refused: [{ executionProvider: 'cpu', reason }],
    })
  })

  it('is unreadable where there is no next', async () => {
    const loading = loadOnFirst(loadRuntime(), request, atOnce, () => Promise.reject(new Error('too large')))
    await expect(loading).rejects.toMatchObject({ failure: { code: 'model-unreadable', field: 'm.onnx' } })
  })
})

describe('the small network', () => {
  const right = probeOutput(probeInput())
  const changed = (place: number, y: number): Float64Array =>
    right.map((value, index) => (index === place ? y : value))

  it('has the answer that onnxruntime gives on the processor', async () => {
    await expect(probe(loadRuntime(), { name: 'cpu' })).resolves.toBeUndefined()
    expect(() => checkAnswer(right)).not.toThrow()
  })

  it.each([
    ['nothing', [], 'no numbers'],
    ['something that is no number', changed(3, NaN), 'no numbers'],
    ['one wrong number', changed(3, right[3]! + 0.1), 'off by'],
    ['numbers of eight bits', Float64Array.from(right, (y) => Math.round(y * 24) / 24), 'off by'],
  ])('refuses a provider that answers %s', (_, answer, words) => {
    expect(() => checkAnswer(answer)).toThrow(words)
  })

  it('takes the rounding of half precision', () => {
    const rounded = Float64Array.from(right, (y) => y * (1 + 2 ** -11))
    expect(() => checkAnswer(rounded)).not.toThrow()
  })

  it('tells a provider that leaves it to the processor', () => {
    const error = new Error(
      'nodes are assigned to the default CPU EP, but fallback to CPU EP has been disabled',
    )
    expect(whyNot('cuda', error)).toBe('it left a small network to the processor')
  })
})

describe('session options', () => {
  it.each([
    ['intraOpNumThreads', { intraOpNumThreads: 2 }, 'threads'],
    ['executionProviders', { executionProviders: ['cpu'] }, 'beside'],
    ['graphOptimisationLevel', { graphOptimisationLevel: 'all' }, 'did you mean graphOptimizationLevel?'],
    ['graphOptimizationLevel', { graphOptimizationLevel: 'most' }, 'disabled, basic, extended, layout, all'],
    ['interOpNumThreads', { interOpNumThreads: 2 }, "executionMode: 'parallel'"],
    ['enableProfiling', { enableProfiling: true }, 'available: graphOptimizationLevel'],
  ])('refuse %s', (name, sessionOptions, words) => {
    const refusal = {
      code: 'invalid-argument',
      field: `sessionOptions.${name}`,
      message: expect.stringContaining(words),
    }
    expect(() => nodeBackend({ sessionOptions: sessionOptions as object })).toThrow(
      expect.objectContaining(refusal),
    )
  })

  it.each(isolations)('leave the answer what it is, isolation %s', async (isolation) => {
    const sessionOptions = {
      graphOptimizationLevel: 'disabled',
      executionMode: 'parallel',
      interOpNumThreads: 2,
      enableCpuMemArena: false,
      enableMemPattern: false,
    } as const
    const runner = await createModelRunner(affine, { isolation, sessionOptions })
    expect((await runner.run(row)).outputs.y?.data).toEqual(Float32Array.of(3, 5, 7))
    await runner.dispose()
  })

  it.runIf(process.arch === 'x64')(
    'reach onnxruntime: it folds no constants where it is told not to',
    async () => {
      const load = (graphOptimizationLevel: 'all' | 'disabled') =>
        createModelRunner(dividesWhileLoading(), {
          isolation: 'process',
          sessionOptions: { graphOptimizationLevel },
        })
      await expect(load('all')).rejects.toMatchObject({ code: 'model-failed' })
      await (await load('disabled')).dispose()
    },
  )
})
