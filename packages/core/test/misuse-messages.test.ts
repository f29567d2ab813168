import {
  calibrate,
  createSchedule,
  fillNormal,
  linearSchedule,
  parsePlan,
  type SampleOptions,
  sample,
} from '@fastflow/core'
import { checkOptions, shown } from '@fastflow/core/backend'
import { describe, expect, it } from 'vitest'
import { flow, frontier, grid, noiseOf, planned } from './support/misusable.ts'

const base = { velocity: flow, schedule: grid, x: noiseOf(1) } satisfies SampleOptions<
  Float32Array,
  undefined
>
const sampled = (options: object): Promise<unknown> => sample({ ...base, ...options } as typeof base)
const invalid = (field: string, ...words: string[]): object => ({
  code: 'invalid-argument',
  field,
  message: expect.stringMatching(
    new RegExp(words.map((word) => word.replace(/[()[\].]/g, '\\$&')).join('.*')),
  ),
})

describe('names of options', () => {
  const known = {
    numSteps: true,
    guidanceScale: true,
    guidanceInterval: true,
    nfe: true,
    seed: true,
  } as const

  it.each([
    ['steps', 'numSteps'],
    ['num_steps', 'numSteps'],
    ['num_inference_steps', 'numSteps'],
    ['NumSteps', 'numSteps'],
    ['guidance', 'guidanceScale'],
    ['guidance_scale', 'guidanceScale'],
    ['guidenceInterval', 'guidanceInterval'],
    ['nef', 'nfe'],
    ['sed', 'seed'],
    ['seeds', 'seed'],
  ])('%s is taken for %s', (name, meant) => {
    expect(() => checkOptions('options', { [name]: 1 }, known)).toThrow(
      `${name}: is not an option here; did you mean ${meant}? available: numSteps, guidanceScale,`,
    )
  })

  it('lists them all where none is near', () => {
    expect(() => checkOptions('options', { temperature: 1 }, known)).toThrow(
      'temperature: is not an option here; available: numSteps, guidanceScale, guidanceInterval, nfe, seed',
    )
  })

  it('says where a nested one is', () => {
    expect(() => checkOptions('accelerate', { nef: 1 }, known)).toThrow(
      'accelerate.nef: is not an option here',
    )
  })

  it('takes undefined for not given, whatever its name, and names of the prototype for no names', () => {
    checkOptions('options', { numSteps: undefined, steps: undefined }, known)
    expect(() => checkOptions('options', { toString: 1 }, known)).toThrow('toString: is not an option')
  })
})

it('shows any value in a few words', () => {
  const odd = Object.assign(Object.create(null), { toString: 5 })
  expect(shown(undefined)).toBe('undefined')
  expect(shown([null, undefined, NaN, 5n])).toBe('[null,undefined,NaN,5n]')
  expect(shown([Symbol('s'), () => 1, odd, new Float32Array(3e6)])).toBe(
    '[Symbol(s),a function,{"toString":5},a Float32Array]',
  )
  expect(shown(Array.from({ length: 9 }, (_, k) => k))).toBe('9 values [0, 1, ..., 7, 8]')
  expect(shown('a'.repeat(99))).toBe(`"${'a'.repeat(60)}..."`)
})

describe('sample says what is wrong and what to pass', () => {
  it.each([
    [
      'a velocity without return',
      { velocity: () => undefined },
      invalid('velocity', 'returned undefined; return call.out'),
    ],
    ['one that promises nothing', { velocity: async () => {} }, invalid('velocity', 'returned undefined')],
    [
      'one that returns a list',
      { velocity: () => [1, 2, 3, 4] },
      invalid('velocity', 'returned [1,2,3,4]', 'Float32Array'),
    ],
    [
      'a number of steps',
      { schedule: 50 },
      invalid('schedule', '50 is not a schedule', 'linearSchedule(50)'),
    ],
    ['sigmas alone', { schedule: [1, 0] }, invalid('schedule', '[1,0] is not a schedule')],
    [
      'a rising grid',
      { schedule: { name: 'up', sigmas: [0.5, 1, 0] } },
      invalid('schedule', 'must decrease, entries 0 and 1'),
    ],
    [
      'a flat grid',
      { schedule: { name: 'flat', sigmas: [1, 1, 0] } },
      invalid('schedule', 'entries 0 and 1 are 1, 1'),
    ],
    [
      'a grid with NaN',
      { schedule: { name: 'nan', sigmas: [1, NaN, 0] } },
      invalid('schedule', 'entries 0 and 1 are 1, NaN'),
    ],
    ['an empty grid', { schedule: { name: 'none', sigmas: [] } }, invalid('schedule', 'at least one step')],
    ['all plans', { policy: frontier() }, invalid('policy', 'is a Frontier', 'plan.at(10)')],
    [
      'a plan document',
      { policy: planned },
      invalid('policy', 'is a plan document', 'parsePlan(document).at(10)'),
    ],
    ['steps', { numSteps: 50 }, invalid('numSteps', 'is not an option here', 'schedule')],
    ['a misspelt option', { on_step: () => {} }, invalid('on_step', 'did you mean onStep?')],
  ])('%s', async (_, options, refusal) => {
    await expect(sampled(options)).rejects.toMatchObject(refusal)
  })

  it('looks at no velocity of a run that was cancelled meanwhile', async () => {
    const signal = { aborted: false }
    const velocity = (): undefined => {
      signal.aborted = true
    }
    expect(await sampled({ velocity, signal })).toMatchObject({ status: { kind: 'aborted' } })
  })
})

it('refuses a schedule without sigmas, and seeds that are no whole numbers', () => {
  expect(() => (createSchedule as (name?: string) => unknown)(undefined)).toThrow(
    'name: undefined is not a text',
  )
  expect(() => (createSchedule as (name?: string) => unknown)('mine')).toThrow(
    'sigmas: undefined is not a list',
  )
  const out = new Float32Array(2)
  for (const seed of [NaN, 1.5, Infinity, 2 ** 53])
    expect(() => fillNormal(out, seed)).toThrow(`seed: ${seed} is not a whole number`)
  expect(fillNormal(out, -1)).toEqual(fillNormal(new Float32Array(2), 2 ** 32 - 1))
})

describe('calibrations of short grids', () => {
  const planOn = (numSteps: number, budgets?: readonly number[]): Promise<unknown> =>
    calibrate({
      schedule: linearSchedule(numSteps),
      velocity: flow,
      noise: noiseOf,
      ...(budgets && { budgets }),
    })

  it('of one step says that there is nothing to skip', async () => {
    await expect(planOn(1)).rejects.toMatchObject(invalid('schedule', 'has 1 step', '2 or more'))
    await expect(planOn(1, [1])).rejects.toMatchObject(invalid('schedule', 'has 1 step'))
  })

  it.each([2, 3, 4, 5, 6])('of %i steps asks for budgets, and makes plans for them', async (numSteps) => {
    await expect(planOn(numSteps)).rejects.toMatchObject(
      invalid('budgets', `pass budgets from 1 to ${numSteps - 1}`, 'schedule of 7 steps'),
    )
    const budgets = Array.from({ length: numSteps - 1 }, (_, k) => k + 1)
    const plan = parsePlan(JSON.stringify(await planOn(numSteps, budgets)))
    expect(plan.budgets).toEqual(budgets)
    const { stats } = await sample({ ...base, schedule: linearSchedule(numSteps), policy: plan.at(1) })
    expect(stats.nfe).toBe(1)
  })
})
