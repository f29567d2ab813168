import { fillNormal, linearSchedule, type Velocity } from '@fastflow/core'
import { expect, it } from 'vitest'
import { comparePrecision, type PrecisionSettings, velocitySource } from '../src/index.ts'
import { onFront } from '../src/precision/pareto.ts'

/** Data from a normal distribution whose parts spread differently; `off` is what rounding would do to the weights. */
const velocityOf =
  (off: number): Velocity<Float32Array> =>
  (x, sigma) =>
    x.map((value, k) => {
      const spread = 0.1 + 0.2 * (k % 5)
      const variance = sigma ** 2 + ((1 - sigma) * spread) ** 2
      return (value * (1 + off) * (sigma - (1 - sigma) * spread ** 2)) / variance
    })

const noise = (seed: number): Float32Array => fillNormal(new Float32Array(40), seed)
const source = (model: string, off: number, length = 40): ReturnType<typeof velocitySource> =>
  velocitySource({
    model,
    velocity: velocityOf(off),
    schedule: linearSchedule,
    noise: (seed) => noise(seed).subarray(0, length),
  })

const settings: PrecisionSettings = {
  numSteps: 20,
  guidanceScale: 1,
  budgets: [6, 8],
  samples: 3,
  seed: 1,
  environment: { node: 'v0', threads: 1 },
  signal: new AbortController().signal,
  now: () => 0,
}

it('holds every folder with every plan against the full run of the first', async () => {
  const progress: string[] = []
  const onProgress = (done: number, total: number, detail: string): number =>
    progress.push(`${done}/${total} ${detail}`)
  const sources = [source('whole', 0), source('rounded', 0.01)]
  const document = await comparePrecision(sources, { ...settings, onProgress })
  expect(document).toMatchObject({ version: 1, models: ['whole', 'rounded'], steps: 20, samples: 3 })
  expect(document.planEvaluations.every((made) => made > 0)).toBe(true)
  const names = document.rows.map(({ model, method }) => `${model} ${method}`)
  expect(names).toEqual([
    'whole full',
    'whole plan-6',
    'whole plan-8',
    'rounded full',
    'rounded plan-6',
    'rounded plan-8',
  ])
  expect(document.rows.map(({ nfe }) => nfe)).toEqual([20, 6, 8, 20, 6, 8])
  const psnr = document.rows.map((row) => row.psnr.mean)
  expect(psnr[0]).toBe(100)
  // What was rounded is as far off with a plan as with all steps; the plans themselves are closer than that here.
  expect(psnr[3]).toBeLessThan(60)
  expect(psnr[5]).toBeLessThan(psnr[2]!)
  expect(Math.abs(psnr[5]! - psnr[3]!)).toBeLessThan(3)
  expect(progress.at(-1)).toBe('18/18 runs')
})

it('follows the plans that are given, with nothing calibrated', async () => {
  const whole = source('whole', 0)
  const { document: plans } = await whole.calibrate({ numSteps: 20, budgets: [6, 8] })
  let calibrations = 0
  const watched = (one: typeof whole): typeof whole => ({
    ...one,
    calibrate: (options) => {
      calibrations++
      return one.calibrate(options)
    },
  })
  const sources = [watched(whole), watched(source('rounded', 0.01))]
  const { rows, planEvaluations } = await comparePrecision(sources, { ...settings, plans })
  expect(calibrations).toBe(0)
  expect(planEvaluations).toEqual([0, 0])
  expect(rows.map(({ nfe }) => nfe)).toEqual([20, 6, 8, 20, 6, 8])
})

it('marks what nothing surpasses', () => {
  const point = (time: number, mean: number): { time: number; psnr: { mean: number } } => ({
    time,
    psnr: { mean },
  })
  expect(onFront([point(1, 100), point(0.5, 40), point(0.6, 39), point(0.5, 41), point(0.1, 20)])).toEqual([
    true,
    false,
    false,
    true,
    true,
  ])
  expect(onFront([point(1, 40), point(1, 40)])).toEqual([true, true])
})

it('refuses what is no copy of one model', async () => {
  const whole = source('whole', 0)
  const refused = (sources: readonly (typeof whole)[], more: object = {}): Promise<unknown> =>
    comparePrecision(sources, { ...settings, budgets: [6], samples: 1, ...more })
  await expect(refused([whole])).rejects.toMatchObject({ code: 'invalid-argument', field: 'sources' })
  await expect(refused([whole, whole])).rejects.toThrow('two models called "whole"')
  await expect(refused([whole, source('other', 0, 20)])).rejects.toThrow('copies of one model')
  await expect(refused([whole, source('other', 0)], { budgets: [0] })).rejects.toMatchObject({
    field: 'budgets',
  })
  await expect(refused([whole, source('other', 0)], { bits: 4 })).rejects.toMatchObject({
    field: 'settings.bits',
  })
  const signal = AbortSignal.abort()
  await expect(refused([whole, source('other', 0)], { signal })).rejects.toMatchObject({ code: 'aborted' })
})
