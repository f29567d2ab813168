import { paperSummary, planSummary, takingTurns } from '@fastflow/bench'
import { calibrate, fillNormal, linearSchedule } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { expect, it } from 'vitest'

it('a plan is told without its grid, with what it certifies and does', async () => {
  const frontier = await calibrate({
    velocity: (x: Float32Array, sigma: number) => x.map((value) => value / (sigma + 0.5)),
    noise: (seed: number) => fillNormal(new Float32Array(8), seed),
    schedule: linearSchedule(12),
    budgets: [3, 5],
    evaluations: 120,
  })
  const summary = planSummary(frontier)
  expect(summary).toMatchObject({
    format: 'fastflow-plan',
    method: 'plan',
    key: { steps: 12 },
    certificate: { runs: 0 },
  })
  expect((summary.plans as { nfe: number }[]).map(({ nfe }) => nfe)).toEqual([3, 5])
  expect(JSON.stringify(summary)).not.toContain('sigmas')
})

it('a policy of the paper is told by its key and what it learned', () => {
  const key = { model: 'm', sigmas: [1, 0.5, 0] }
  const document = {
    format: 'fastflow-policy',
    version: 1,
    key,
    state: { generations: 3, mu: null, arms: [0, 1], numSteps: 2 },
  }
  expect(paperSummary(document as never)).toEqual({
    format: 'fastflow-policy',
    version: 1,
    method: 'paper',
    key: { model: 'm', steps: 2 },
    generations: 3,
    mu: null,
    arms: [0, 1],
  })
})

it.each([planSummary, paperSummary])('what is none is refused: %o', (summarize) => {
  for (const wrong of [undefined, null, 5, {}, { key: {} }])
    expect(() => summarize(wrong as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

it('every turn has the settings that all of them share, and the steps of the bench', async () => {
  const asked: unknown[] = []
  const record = async (...call: unknown[]): Promise<never> => void asked.push(call) as never
  const pipe = {
    prepare: record,
    generate: record,
    planKey: () => ({}),
    calibrate: record,
  } as unknown as Pipeline
  const shared = { width: 64, height: 32, trueGuidanceScale: 3, negativePrompt: 'bad' }
  const turns = takingTurns(pipe, [{ subject: 'a' }, { subject: 'b' }], {
    ...shared,
    strength: undefined,
  } as never)
  await turns.prepareTurn(1, { numSteps: 5 })
  await turns.generateTurn(2, { numSteps: 6 })
  expect(asked).toEqual([
    ['b', { numSteps: 5, ...shared }],
    ['a', { numSteps: 6, ...shared }],
  ])
})
