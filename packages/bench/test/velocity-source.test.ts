import { calibrate, fillNormal, linearSchedule, type Velocity } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { type BenchSettings, runBench, type VelocitySourceOptions, velocitySource } from '../src/index.ts'

/** Data from a normal distribution whose parts spread differently: the flow is linear, and steps matter. */
const velocity: Velocity<Float32Array> = (x, sigma) =>
  x.map((value, k) => {
    const spread = 0.1 + 0.2 * (k % 5)
    const variance = sigma ** 2 + ((1 - sigma) * spread) ** 2
    return (value * (sigma - (1 - sigma) * spread ** 2)) / variance
  })
const noise = (seed: number): Float32Array => fillNormal(new Float32Array(40), seed)
const options: VelocitySourceOptions = { model: 'linear', velocity, schedule: linearSchedule, noise }

const settings = {
  numSteps: 20,
  guidanceScale: 1,
  budgets: [6, 8],
  samples: 3,
  seed: 1,
  paperGenerations: 0,
  plans: 'calibrated',
  exact: true,
  controls: 'all',
  oracle: false,
  tuningSamples: 1,
  environment: { node: 'v0', threads: 1 },
  signal: new AbortController().signal,
  now: () => 0,
} as const satisfies BenchSettings

describe('a bench of a plain velocity', () => {
  it('has every method at every budget, counted exactly, without a picture to speak of', async () => {
    let counted = 0
    const counting: Velocity<Float32Array> = (x, sigma, call) => {
      counted++
      return velocity(x, sigma, call)
    }
    const { document, learning } = await runBench(
      velocitySource({ ...options, velocity: counting }),
      settings,
    )
    const spent = Object.values(document.evaluations).reduce((sum, part) => sum + part, 0)
    expect(spent).toBe(counted)
    expect(document).toMatchObject({ model: 'linear', steps: 20, samples: 3 })
    expect(learning).toBeUndefined()
    const names = document.rows.map(({ method }) => method)
    for (const name of ['full', 'floor', 'plan-6', 'plan-8', 'plan1-6', 'plan-exact-8', 'ab2-6', 'uniform-8'])
      expect(names).toContain(name)
    for (const row of document.rows) expect(row.ssim).toBeUndefined()
    const psnr = (name: string): number => document.rows.find(({ method }) => method === name)!.psnr.mean
    expect(psnr('full')).toBe(100)
    expect(psnr('plan-8')).toBeGreaterThan(psnr('uniform-8'))
  })

  it('measures decibels against the range that is given', async () => {
    const few = {
      ...settings,
      budgets: [8],
      plans: 'none',
      controls: 'ab2',
      exact: false,
      tuningSamples: 0,
    } as const
    const psnrOf = async (range: number): Promise<number> => {
      const { document } = await runBench(velocitySource({ ...options, range }), few)
      return document.rows.find(({ method }) => method === 'ab2-8')!.psnr.mean
    }
    expect((await psnrOf(20)) - (await psnrOf(2))).toBeCloseTo(20, 3)
  })

  it('plans as core does for the same velocity', async () => {
    const plan = await velocitySource(options).calibrate({ numSteps: 20, budgets: [6], evaluations: 200 })
    const own = await calibrate({
      velocity,
      schedule: linearSchedule(20),
      noise,
      budgets: [6],
      evaluations: 200,
    })
    expect(plan.document).toEqual(own.document)
  })

  it.each([
    [{ paperGenerations: 1 }, 'paperGenerations'],
    [{ plans: 'own' as const }, 'plans'],
  ])('refuses what needs a model that generates: %j', async (changes, field) => {
    await expect(runBench(velocitySource(options), { ...settings, ...changes })).rejects.toMatchObject({
      code: 'invalid-argument',
      field,
    })
  })

  it.each<[Partial<Record<keyof VelocitySourceOptions, unknown>>, string]>([
    [{ velocity: undefined }, 'velocity'],
    [{ schedule: 50 }, 'schedule'],
    [{ noise: undefined }, 'noise'],
    [{ range: 0 }, 'range'],
    [{ model: '' }, 'model'],
    [{ shcedule: linearSchedule } as object, 'shcedule'],
  ])('refuses %j', (changes, field) => {
    const create = () => velocitySource({ ...options, ...changes } as VelocitySourceOptions)
    expect(create).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
  })
})
