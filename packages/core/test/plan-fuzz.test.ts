import { type Checkpoint, calibrate, parseJson, parsePlan, sample } from '@fastflow/core'
import { fuzzReader } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { checkCheckpoint } from '../src/plan/calibrate/checkpoint.ts'
import { flow, guided, noise, schedule, small } from './support/plan.ts'

const key = { model: 'ab12', guidance: 1.5, dims: [1, 24], dtype: 'float32' }
let checkpoint: Checkpoint | undefined
const planned = await calibrate({
  ...small,
  key,
  onCheckpoint: (position) => {
    checkpoint = position
  },
})
const joint = await calibrate({
  ...small,
  velocity: guided().velocity,
  guided: true,
  passes: [13],
  budgets: [5],
  evaluations: 400,
})

describe('damaged documents', () => {
  it.each([
    ['plans', planned],
    ['joint plans', joint],
  ])('%s are followed, or refused by name', async (_, { document }) => {
    const { used, refused } = await fuzzReader({
      document,
      use: async (text) => {
        const plan = parsePlan(text)
        for (const entry of [...plan.document.plans, ...(plan.document.joint ?? [])]) {
          expect(entry.nodes.length).toBe(entry.nfe)
          expect(plan.at(entry.budget).name).toMatch(/^(plan|full)/)
        }
        expect(plan.for({ psnr: 30 }).nfe).toBeGreaterThan(0)
        const budget = plan.budgets[0]!
        const velocity = plan.entry(budget)?.guidance ? guided().velocity : flow
        const { x, status } = await sample({ velocity, schedule, x: noise(1), policy: plan.at(budget) })
        // Numbers that are in range may still be too much for float32: that is an outcome, and it is told.
        if (status.kind === 'completed') expect(x.every(Number.isFinite)).toBe(true)
      },
    })
    expect(used).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(300)
  })

  it('checkpoints are gone on from, or refused by name', async () => {
    const { runs, trials } = checkpoint!
    const document = { ...checkpoint, runs: runs.slice(0, 1), trials: trials.slice(0, 8) }
    let whole = 0
    const { used, refused } = await fuzzReader({
      document,
      use: async (text) => {
        const value = parseJson(text)
        checkCheckpoint(value, checkpoint!)
        // Going on from one costs as much as all of these checks.
        if (whole++ % 100 > 0) return
        const evaluations = checkpoint!.spent + 100
        const plan = await calibrate({ ...small, evaluations, checkpoint: value as Checkpoint })
        parsePlan(JSON.stringify(plan))
      },
    })
    expect(used).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(300)
  })
})

it('plans come as text, as bytes of any kind, or as the value they say', () => {
  const text = JSON.stringify(planned)
  const bytes = new TextEncoder().encode(`\ufeff${text}`)
  for (const stored of [text, bytes, Buffer.from(text), JSON.parse(text)])
    expect(parsePlan(stored).document).toEqual(planned.document)
})

it('values nested too deep for any recursion are refused by name, wherever they stand', () => {
  let deep: unknown = []
  for (let k = 0; k < 100_000; k++) deep = k % 2 ? [deep] : { deep }
  const values = [deep, { ...planned.document, plans: deep }, { ...planned.document, key: { model: deep } }]
  for (const value of [...values, { ...planned.document, format: deep }])
    expect(() => parsePlan(value)).toThrow(expect.objectContaining({ code: 'policy-unreadable' }))
  const expected = { model: 'ab12', target: 'baseline' } as const
  expect(() =>
    parsePlan({ ...planned.document, key: { ...planned.document.key, dims: deep } }, expected),
  ).toThrow(expect.objectContaining({ field: 'key.dims' }))
})
