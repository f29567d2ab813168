import {
  type Checkpoint,
  calibrate,
  type Frontier,
  joinRecordings,
  linearSchedule,
  mergeCalibrations,
  planRecordings,
  recordedRuns,
  type StoredTrajectory,
} from '@fastflow/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { record, small } from './support/plan.ts'

const schedule = linearSchedule(10)
const budgets = [3, 5]
const seeds = [1, 2, 3, 4, 5]
const stored = new Map<number, StoredTrajectory>()
const rehearsed = { schedule, budgets, evaluations: 0 }

let left: Checkpoint

beforeAll(async () => {
  for (const seed of seeds)
    stored.set(seed, { ...(await record(seed, schedule)), schedule, guidance: 2, dims: [24] })
  const onCheckpoint = (now: Checkpoint): void => {
    left = now
  }
  await calibrate({ ...rehearsed, recorded: [stored.get(1)!], onCheckpoint })
})

/** What machines hold, each a few seeds in any order, some of them twice. */
const machines = fc
  .tuple(
    fc.shuffledSubarray(seeds, { minLength: seeds.length }),
    fc.array(fc.subarray([0, 1, 2], { minLength: 1 }), { minLength: 5, maxLength: 5 }),
  )
  .map(([order, owners]) =>
    [0, 1, 2]
      .map((machine) => order.filter((_, n) => owners[n]!.includes(machine)))
      .filter((runs) => runs.length > 0),
  )

/** What a calibration of these runs leaves, without planning again for every machine. */
function checkpointOf(runs: readonly number[]): Checkpoint {
  return { ...left, runs: runs.map((seed) => ({ seed, gram: [...stored.get(seed)!.gram] })) }
}

describe('calibrations of several machines', () => {
  it('make the plan that one machine with all runs makes, however they are shared out', async () => {
    const recorded = seeds.map((seed) => stored.get(seed)!)
    const expected = await calibrate({ ...rehearsed, recorded })
    await fc.assert(
      fc.asyncProperty(machines, async (parts) => {
        const [first, ...others] = parts.map(checkpointOf)
        const merged = mergeCalibrations(first!, ...others)
        const made = await calibrate({ ...rehearsed, recorded: recordedRuns(merged) })
        expect(made.toJSON()).toEqual(expected.toJSON())
      }),
      { numRuns: 10 },
    )
  })

  it('merge in any order and grouping, and change none of what they are made of', () => {
    const parts = [
      [4, 1],
      [2, 3],
      [5, 1],
    ].map(checkpointOf)
    // As if something had been walked and measured.
    const trial = {
      family: 'start',
      mode: 'fitted',
      parts: 1,
      path: [0, 10],
      weights: [[-1]],
      scores: [20],
    } as const
    const [a, b, c] = parts.map(
      (part, n): Checkpoint => ({
        ...part,
        spent: n + 1,
        floor: { fewerSteps: [30 - n], exact: [] },
        trials: [{ ...trial, scores: [20 + n] }],
      }),
    ) as [Checkpoint, Checkpoint, Checkpoint]
    const before = structuredClone([a, b, c])
    const all = mergeCalibrations(a, b, c)
    expect(mergeCalibrations(mergeCalibrations(a, b), c)).toEqual(all)
    expect(mergeCalibrations(a, mergeCalibrations(b, c))).toEqual(all)
    expect(mergeCalibrations(c, a, b)).toEqual(all)
    expect(mergeCalibrations(a)).toEqual(mergeCalibrations(mergeCalibrations(a)))
    expect(all.runs.map(({ seed }) => seed)).toEqual(seeds)
    expect(all).toMatchObject({ spent: 6, floor: { fewerSteps: [28, 29, 30] }, trials: [] })
    expect([a, b, c]).toEqual(before)
  })

  it('of the same runs keep what both have walked: each budget is planned again at no evaluation', async () => {
    const walking = { ...small, schedule, budgets: [3], seeds: [1, 2, 3], evaluations: 80 }
    const parts: Checkpoint[] = []
    const plans: Frontier[] = []
    for (const budget of budgets) {
      const onCheckpoint = (now: Checkpoint): void => {
        parts[budget] = now
      }
      plans[budget] = await calibrate({ ...walking, budgets: [budget], onCheckpoint })
    }
    const merged = mergeCalibrations(parts[3]!, parts[5]!)
    expect(mergeCalibrations(parts[5]!, parts[3]!)).toEqual(merged)
    expect(merged.trials.length).toBeGreaterThan(parts[3]!.trials.length)
    for (const budget of budgets) {
      const options = { ...walking, budgets: [budget], evaluations: merged.spent, checkpoint: merged }
      const { document } = await calibrate(options)
      expect(document.calibration.evaluations).toBe(merged.spent)
      expect(document.plans[0]!.nodes).toEqual(plans[budget]!.document.plans[0]!.nodes)
      expect(document.plans[0]!.quality.basis).toBe('leave-one-out')
    }
  })

  it('of other options, or with two runs of one seed, are refused by name', () => {
    const [one, other] = [checkpointOf([1]), checkpointOf([2])]
    expect(() => mergeCalibrations(one, { ...other, depth: 3 })).toThrow(
      'calibrations[1].depth: differs from that of the first',
    )
    const { gram } = other.runs[0]!
    const twice = { ...other, runs: [{ seed: 1, gram }] }
    expect(() => mergeCalibrations(one, twice)).toThrow(
      'calibrations[1]: is another run than calibrations[0], but both have seed 1',
    )
    expect(() => mergeCalibrations(one, {} as Checkpoint)).toThrow('checkpoint: version')
  })
})

describe('recordings of several machines', () => {
  it('are one list, whatever their order, each run once', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...seeds, ...seeds], { minLength: 7 }), (order) => {
        const given = order.map((seed) => stored.get(seed)!)
        const { runs, repeated } = joinRecordings(given)
        expect(runs).toEqual([...new Set(order)].sort().map((seed) => stored.get(seed)!))
        expect(repeated).toEqual([...order.keys()].filter((n) => order.indexOf(order[n]!) < n))
      }),
    )
    const { schedule: grid, guidance, dims, solver } = joinRecordings([stored.get(1)!])
    expect({ grid, guidance, dims, solver }).toEqual({
      grid: schedule,
      guidance: 2,
      dims: [24],
      solver: undefined,
    })
  })

  it.each<[string, Partial<StoredTrajectory>, string]>([
    ['steps', { schedule: { name: 'x', sigmas: [1, 0.5, 0] } }, 'it has 2 steps, not 10'],
    [
      'noise levels',
      { schedule: { name: 'x', sigmas: schedule.sigmas.map((s, k) => (k === 3 ? s + 0.01 : s)) } },
      'its sigma 3 is 0.71',
    ],
    ['solver', { solver: 'unipc2' }, 'its solver is unipc2, not euler'],
    ['guidance', { guidance: 3 }, 'its guidance is 3, not 2'],
    ['size', { dims: [4, 6] }, 'its latents are 4 x 6, not 24'],
  ])('of other %s are refused, by file and difference', (_, other, message) => {
    const odd = { ...stored.get(2)!, ...other }
    expect(() => joinRecordings([stored.get(1)!, odd], ['a.json', 'b.json'])).toThrow(
      `b.json: does not belong to a.json: ${message}`,
    )
  })

  it('with the same seed and another gram are refused', () => {
    const odd = { ...stored.get(2)!, seed: 1 }
    expect(() => joinRecordings([stored.get(1)!, odd], ['a.json', 'b.json'])).toThrow(
      'b.json: is another run than a.json, but both have seed 1; record it with a seed of its own',
    )
    expect(() => joinRecordings([])).toThrow('recorded: holds no run')
  })

  it('without states are planned from for a single evaluation too', async () => {
    const bare = { ...stored.get(1)!, states: [] }
    const { document } = await planRecordings(joinRecordings([bare]), { budgets: [1, 3] })
    const { key, plans } = document
    expect(plans.map(({ nodes }) => nodes.length)).toEqual([1, 3])
    expect(key).toMatchObject({ guidance: 2, dims: [24], schedule: { name: schedule.name } })
  })
})
