import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import {
  type BenchSettings,
  documentOf,
  type FinishedRun,
  framesOf,
  learnPaper,
  type MadeRun,
  runBench,
  takingTurns,
  velocitySource,
} from '@fastflow/bench'
import { fillNormal, linearSchedule, memoryPolicyStore, type Velocity } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { psnr, ssim } from '@fastflow/proxies'
import { fixtures } from '@fastflow/testkit'
import { expect, test } from 'vitest'

const velocity: Velocity<Float32Array> = (x, sigma) =>
  x.map((value, k) => value * Math.sin((3 + (k % 5)) * sigma))
const source = velocitySource({
  model: 'waves',
  velocity,
  schedule: linearSchedule,
  noise: (seed) => fillNormal(new Float32Array(40), seed),
})

const settings = {
  numSteps: 20,
  guidanceScale: 1,
  budgets: [6, 8],
  samples: 1,
  seed: 3,
  paperGenerations: 0,
  plans: 'none',
  exact: false,
  controls: 'none',
  oracle: false,
  tuningSamples: 0,
  environment: { browser: 'a browser', threads: 1 },
  signal: new AbortController().signal,
  now: () => 0,
} as const satisfies BenchSettings

const planned = async () =>
  (await source.calibrate({ numSteps: 20, budgets: [6, 8], evaluations: 100 })).document

test('plans that are handed over are measured, at no evaluation besides those of their runs', async () => {
  const plan = await planned()
  const { document } = await runBench(source, { ...settings, plans: plan })
  expect(document.rows.map(({ method }) => method)).toEqual(['full', 'plan-6', 'plan-8'])
  expect(document.evaluations).toEqual({ learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 34 })
  expect(document.planEvaluations).toBe(plan.calibration.evaluations)
  expect(document.environment).toMatchObject({ browser: 'a browser' })
})

test('plans for another grid are refused', async () => {
  const other = { ...settings, numSteps: 30, plans: await planned() }
  await expect(runBench(source, other)).rejects.toMatchObject({
    code: 'policy-mismatch',
    field: 'schedule.sigmas',
  })
})

test('every run is told of as soon as it is done, and what a cancelled bench made is known', async () => {
  const runs: FinishedRun[] = []
  const abort = new AbortController()
  const bench = runBench(source, {
    ...settings,
    plans: await planned(),
    signal: abort.signal,
    onRun(run) {
      runs.push(run)
      if (runs.length === 2) abort.abort()
    },
  })
  await expect(bench).rejects.toMatchObject({ code: 'aborted' })
  expect(runs.map(({ measurement, seed }) => [measurement.method, measurement.nfe, seed])).toEqual([
    ['full', 20, 3],
    ['plan-6', 6, 3],
  ])
  expect(runs[0]!.measurement.pixels).not.toEqual(runs[1]!.measurement.pixels)
  expect(() => framesOf(runs[0]!.flow, runs[0]!.measurement.pixels)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', field: 'toImage' }),
  )
})

test('progress is told after every evaluation, and ends with all of them', async () => {
  const seen: (readonly [number, number])[] = []
  const onProgress = (done: number, total: number): void => void seen.push([done, total])
  await runBench(source, { ...settings, plans: await planned(), onProgress })
  const counts = seen.map(([done]) => done)
  expect(new Set(counts)).toEqual(new Set(Array.from({ length: 35 }, (_, n) => n)))
  expect(counts).toEqual([...counts].sort((a, b) => a - b))
  expect(seen.at(-1)).toEqual([34, 34])
})

test('pictures made elsewhere become a document, held against the first; nothing is evaluated', () => {
  const image = (shade: number) => ({
    width: 16,
    height: 16,
    data: new Uint8Array(768).map((_, n) => (n * 7 + shade * (n % 3)) % 256),
  })
  const made = (method: string, nfe: number, ...shades: number[]): MadeRun => ({
    method,
    nfe,
    passes: nfe,
    decisions: 'C'.repeat(nfe).padEnd(10, 'S'),
    modelMs: nfe,
    overheadMs: 1,
    wallMs: 2 * nfe,
    frames: shades.map(image),
  })
  const terms = {
    model: 'm',
    steps: 10,
    seed: 5,
    guidanceScale: 1,
    environment: { threads: 2, backend: 'wasm', eventLoopLagP99Ms: 0 },
  }
  const { rows, evaluations } = documentOf(terms, [made('full', 10, 0, 0), made('plan-5', 5, 2, 9)])
  expect(rows[0]).toMatchObject({ method: 'full', psnr: { mean: 100 }, ssim: { mean: 1 }, speedup: 1 })
  const mean = (of: typeof psnr): number => (of(image(2), image(0)) + of(image(9), image(0))) / 2
  expect(rows[1]!.psnr.mean).toBeCloseTo(mean(psnr), 9)
  expect(rows[1]!.ssim!.mean).toBeCloseTo(mean(ssim), 9)
  expect(rows[1]).toMatchObject({ method: 'plan-5', nfe: 5, speedup: 2, skips: { 0: 4, 5: 1 } })
  expect(evaluations.samples).toBe(15)
  expect(documentOf(terms, []).rows).toEqual([])
})

test('learning goes on from a policy, with the next noise and whose turn it is', async () => {
  const path = fileURLToPath(new URL('models/words', fixtures))
  const pipe = await loadPipeline(path, { backend: nodeBackend(), store: memoryPolicyStore() })
  try {
    const turns = takingTurns(pipe, [{ subject: 'a red fox' }, { subject: 'a blue bird' }])
    const terms = { numSteps: 12, guidanceScale: 1, signal: new AbortController().signal }
    const whole = await learnPaper(turns, { ...terms, generations: 3 })
    const first = await learnPaper(turns, { ...terms, generations: 1 })
    const learned: number[] = []
    const rest = await learnPaper(turns, {
      ...terms,
      generations: 2,
      policy: first.document,
      turn: 1,
      onGeneration: async (_, nfe, { state }) => {
        await Promise.resolve()
        learned.push(nfe, state.generations)
      },
    })
    expect(rest.state).toEqual(whole.state)
    expect([...first.curve.nfe, ...rest.curve.nfe]).toEqual(whole.curve.nfe)
    expect(learned).toEqual([whole.curve.nfe[1], 2, whole.curve.nfe[2], 3])
  } finally {
    await pipe.dispose()
  }
})

test('two that learn at once with what is stored lose nothing of each other', async () => {
  const path = fileURLToPath(new URL('models/words', fixtures))
  const pipe = await loadPipeline(path, { backend: nodeBackend(), store: memoryPolicyStore() })
  try {
    const turns = takingTurns(pipe, [{ subject: 'a red fox' }])
    const terms = { numSteps: 12, guidanceScale: 1, signal: new AbortController().signal }
    const learn = () => learnPaper(turns, { ...terms, generations: 2, policy: 'stored' })
    await Promise.all([learn(), learn()])
    expect((await learnPaper(turns, { ...terms, generations: 1, policy: 'stored' })).state.generations).toBe(
      5,
    )
  } finally {
    await pipe.dispose()
  }
})
