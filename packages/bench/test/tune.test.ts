import { createSchedule, emulate, euler, linearSchedule, replay, shiftedSchedule } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { runBench, velocitySource } from '../src/index.ts'
import type { Method } from '../src/method.ts'
import { nearestSteps, SHIFTS, shifted } from '../src/methods/shifts.ts'
import { type Candidate, tune, tunedMethods } from '../src/methods/tune.ts'

const shift = (name: string) => SHIFTS.find((one) => one.name === name)!

describe('shifts', () => {
  it('move a grid that is shifted by 3 back, by a third, to the uniform one', () => {
    const back = shifted(shiftedSchedule(8, 3), shift('1/3'))
    for (const [k, sigma] of back.sigmas.entries()) expect(sigma).toBeCloseTo(1 - k / 8, 12)
  })

  it('leave the ends of a grid that begins below 1 where they are', () => {
    const { sigmas } = shifted(createSchedule('half', [0.5, 0.25, 0]), shift('2'))
    expect(sigmas).toEqual([0.5, expect.closeTo(1 / 3, 12), 0])
  })

  it('pick the steps of the full grid nearest to a coarse one, each once, the first always', () => {
    const full = linearSchedule(10)
    expect(nearestSteps(full, linearSchedule(5))).toBe('CSCSCSCSCS')
    expect(nearestSteps(full, createSchedule('late', [0.7, 0.31, 0.3, 0]))).toBe('CSSSSSSCCS')
    expect(nearestSteps(full, createSchedule('end', [1, 0.03, 0.02, 0.01, 0]))).toBe('CSSSSSSCCC')
    expect(nearestSteps(full, shiftedSchedule(10, 3))).toBe('CCCCCCCCCC')
  })
})

describe('tuning', () => {
  const schedule = linearSchedule(12)
  const full: Method = { name: 'full', schedule, options: () => ({ solver: euler() }) }
  const skipping = (decisions: string): Candidate => ({
    parameter: decisions,
    method: {
      name: 'skip',
      schedule,
      options: () => ({ policy: replay(decisions), extrapolator: emulate(1) }),
    },
  })
  /** Curved where sigma is high, but for noises of odd seeds, where it is low. */
  const source = (evaluated: string[]) =>
    velocitySource({
      model: 'bent',
      schedule: linearSchedule,
      noise: (seed) => Float32Array.of(seed % 2, 1, 2),
      velocity: (x, sigma) => {
        evaluated.push(`${x[0]}`)
        const bend = x[0] === 1 ? (sigma < 0.3 ? 3 : 0) : sigma > 0.8 ? 3 : 0
        return x.map((_, k) => (k === 0 ? 0 : Math.sin(bend * sigma * 2)))
      },
    })
  const families = [
    {
      name: 'skip',
      candidates: ['CSSSSSSSSCCC', 'CCCCSSSSSSSS', 'CSSSCSSSCSCS', 'CCSSSCSSSCSS', 'CCSCSSSSSSCS'].map(
        skipping,
      ),
    },
  ]
  const terms = { full, guidanceScale: 1, budgets: [4], signal: { aborted: false } as AbortSignal }

  it('takes what is best on its noises, and says which setting that was', async () => {
    const late = await tune(source([]), families, { ...terms, seeds: [1, 3] })
    expect(tunedMethods(families, late)).toMatchObject([{ name: 'skip-4', tuned: 'CSSSSSSSSCCC' }])
    const early = await tune(source([]), families, { ...terms, seeds: [2, 4] })
    expect(tunedMethods(families, early)).toMatchObject([{ name: 'skip-4', tuned: 'CCCCSSSSSSSS' }])
  })

  it('tries all on the first noise and the best three on the others', async () => {
    const evaluated: string[] = []
    await tune(source(evaluated), families, { ...terms, seeds: [1, 2] })
    expect(evaluated.filter((first) => first === '1')).toHaveLength(12 + 5 * 4)
    expect(evaluated.filter((first) => first === '0')).toHaveLength(12 + 3 * 4)
  })

  it('says nothing where no setting keeps within the budget', async () => {
    expect(await tune(source([]), families, { ...terms, budgets: [3], seeds: [1] })).toEqual([])
  })
})

it('every rival has a row, tuned, and the evaluations that tuning takes are foreseen', async () => {
  const source = velocitySource({
    model: 'waves',
    schedule: (steps) => shiftedSchedule(steps, 3),
    noise: (seed) => Float32Array.of(1, seed % 7, 2, -1),
    velocity: (x, sigma) => x.map((value, k) => value * Math.sin((2 + k) * sigma)),
  })
  let total = 0
  const { document } = await runBench(source, {
    ...{ numSteps: 12, guidanceScale: 1, budgets: [5], samples: 1, seed: 0, paperGenerations: 0 },
    ...{ plans: 'none', exact: false, controls: 'none', oracle: false, tuningSamples: 2 },
    environment: { node: 'v0', threads: 1 },
    signal: new AbortController().signal,
    now: () => 0,
    onProgress: (_, expected, detail) => {
      if (detail.includes('tuning on noise 2 of 2')) total = expected
    },
  })
  const tuned = new Map(document.rows.map((row) => [row.method, row.tuned]))
  for (const name of ['ab2*', 'unipc2', 'uniform*', 'quadratic*', 'easycache', 'vde', 'spectrum', 'budcache'])
    expect(tuned.get(`${name}-5`), name).toMatch(/shift|reused|threshold|step|first/)
  for (const row of document.rows.filter((row) => row.tuned !== undefined))
    expect(row.nfe, row.method).toBeLessThanOrEqual(5.5)
  const spent = document.evaluations.tuning + document.evaluations.samples
  expect(total / spent).toBeGreaterThan(0.7)
  expect(total / spent).toBeLessThan(1.5)
})
