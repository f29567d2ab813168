import { readFileSync } from 'node:fs'
import {
  createSchedule,
  linearSchedule,
  numStepsOf,
  type SchedulerConfig,
  scheduleFromConfig,
  shiftedSchedule,
  shiftSigma,
} from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

interface Reference {
  readonly rows: readonly {
    readonly config: SchedulerConfig
    readonly imageSeqLen: number | null
    readonly numSteps: number
    readonly sigmas: readonly number[]
  }[]
}

const reference: Reference = JSON.parse(
  readFileSync(new URL('./fixtures/schedules.json', import.meta.url), 'utf8'),
)

const shifts = fc.double({ min: 0.01, max: 100, noNaN: true })
const unit = fc.double({ min: 0, max: 1, noNaN: true })

describe('createSchedule', () => {
  it.each([
    [[0], 'at least one step'],
    [[], 'at least one step'],
    [[1.5, 0], 'sigmas[0] is 1.5'],
    [[1, 0.5], 'must end at 0, ends at 0.5'],
    [[1, 0.5, 0.5, 0], 'entries 1 and 2 are 0.5, 0.5'],
    [[0.5, 0.7, 0], 'entries 0 and 1 are 0.5, 0.7'],
    [[NaN, 0], 'entries 0 and 1'],
    [[1, NaN, 0], 'entries 0 and 1'],
  ])('refuses %j', (sigmas, message) => {
    expect(() => createSchedule('bad', sigmas)).toThrow(message)
  })

  it('keeps its own frozen copy', () => {
    const sigmas = [0.8, 0.3, 0]
    const schedule = createSchedule('mine', sigmas)
    sigmas[1] = 9
    expect(schedule).toEqual({ name: 'mine', sigmas: [0.8, 0.3, 0] })
    expect(Object.isFrozen(schedule.sigmas)).toBe(true)
    expect(numStepsOf(schedule)).toBe(2)
  })
})

describe('numbers of steps', () => {
  it.each([
    ...[100_001, 5e8, Number.MAX_SAFE_INTEGER].map(
      (numSteps) => [numSteps, 'is over the 100000 steps'] as const,
    ),
    ...[Infinity, 0, 1.5, NaN].map((numSteps) => [numSteps, 'is not a whole number of at least 1'] as const),
  ])('%d are refused', (numSteps, problem) => {
    const message = expect.stringContaining(problem)
    const refusal = expect.objectContaining({ code: 'invalid-argument', field: 'numSteps', message })
    expect(() => linearSchedule(numSteps)).toThrow(refusal)
    expect(() => shiftedSchedule(numSteps, 3)).toThrow(refusal)
    expect(() => scheduleFromConfig({}, numSteps)).toThrow(refusal)
  })

  it('go up to 100,000, in grids of any making', () => {
    expect(numStepsOf(linearSchedule(100_000))).toBe(100_000)
    const sigmas = Array.from({ length: 100_002 }, (_, k) => 1 - k / 100_001)
    expect(() => createSchedule('fine', sigmas)).toThrow('schedule: has 100001 steps; at most 100000')
  })
})

describe('linear and shifted schedules', () => {
  it('run from 1 to 0 strictly downwards for every number of steps and every shift', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), shifts, (numSteps, shift) => {
        for (const schedule of [linearSchedule(numSteps), shiftedSchedule(numSteps, shift)]) {
          expect(schedule.sigmas[0]).toBe(1)
          expect(numStepsOf(schedule)).toBe(numSteps)
        }
      }),
    )
  })

  it('agree at shift 1, up to rounding', () => {
    expect(linearSchedule(4).sigmas).toEqual([1, 0.75, 0.5, 0.25, 0])
    expect(shiftedSchedule(4, 1).sigmas).toEqual(linearSchedule(4).sigmas)
  })

  it('shift by s sigma / (1 + (s - 1) sigma): keeps the ends, is monotone, composes and inverts', () => {
    expect(shiftSigma(0.5, 3)).toBe(0.75)
    fc.assert(
      fc.property(unit, unit, shifts, shifts, (a, b, s, t) => {
        expect([shiftSigma(0, s), shiftSigma(1, s)]).toEqual([0, 1])
        expect(shiftSigma(a, s)).toBeCloseTo((s * a) / (1 + (s - 1) * a), 12)
        if (a < b) expect(shiftSigma(a, s)).toBeLessThanOrEqual(shiftSigma(b, s))
        expect(shiftSigma(shiftSigma(a, s), t)).toBeCloseTo(shiftSigma(a, s * t), 10)
        expect(shiftSigma(shiftSigma(a, s), 1 / s)).toBeCloseTo(a, 10)
      }),
    )
  })

  it.each([0, -1, 2.5, NaN, Infinity])('refuse %d steps', (numSteps) => {
    const refusal = expect.objectContaining({ code: 'invalid-argument', field: 'numSteps' })
    expect(() => linearSchedule(numSteps)).toThrow(refusal)
    expect(() => shiftedSchedule(numSteps, 2)).toThrow(refusal)
    expect(() => scheduleFromConfig({}, numSteps)).toThrow(refusal)
  })

  it.each([0, -2, NaN, Infinity])('refuse a shift of %d', (shift) => {
    expect(() => shiftedSchedule(5, shift)).toThrow('shift: ')
    expect(() => scheduleFromConfig({ shift }, 5)).toThrow('scheduler_config.shift: ')
  })
})

describe('scheduleFromConfig', () => {
  it.each(reference.rows)(
    'gives the grid of Diffusers for $config, $imageSeqLen tokens, $numSteps steps',
    (row) => {
      const options = row.imageSeqLen === null ? {} : { imageSeqLen: row.imageSeqLen }
      const { sigmas } = scheduleFromConfig(row.config, row.numSteps, options)
      expect(sigmas).toHaveLength(row.sigmas.length)
      // Diffusers computes in float32, some roundings of 2^-24 off.
      const errors = sigmas.map((sigma, k) => Math.abs(sigma - row.sigmas[k]!))
      expect(Math.max(...errors)).toBeLessThan(5e-7)
    },
  )

  it('shifts by what the config says at its numbers of tokens', () => {
    const config: SchedulerConfig = { use_dynamic_shifting: true, base_shift: 0.3, max_shift: 0.9 }
    for (const [imageSeqLen, mu] of [
      [256, 0.3],
      [4096, 0.9],
    ] as const) {
      const { sigmas } = scheduleFromConfig(config, 7, { imageSeqLen })
      for (const [k, sigma] of shiftedSchedule(7, Math.exp(mu)).sigmas.entries())
        expect(sigmas[k]).toBeCloseTo(sigma, 12)
    }
  })

  it('takes one step to the data whatever the config', () => {
    expect(scheduleFromConfig({ shift: 3, shift_terminal: 0.1 }, 1).sigmas).toEqual([1, 0])
  })

  it('ignores nulls and fields it has no use for', () => {
    const config = {
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      shift_terminal: null,
      use_karras_sigmas: null,
    }
    const unknown = { ...config, _diffusers_version: '0.42.1', num_train_timesteps: 1000 } as SchedulerConfig
    expect(scheduleFromConfig(unknown, 3).sigmas).toEqual(shiftedSchedule(3, 1).sigmas)
  })

  it.each([
    'use_karras_sigmas',
    'use_exponential_sigmas',
    'use_beta_sigmas',
    'invert_sigmas',
    'stochastic_sampling',
  ])('refuses %s', (field) => {
    const refusal = expect.objectContaining({ code: 'unsupported', field: `scheduler_config.${field}` })
    expect(() => scheduleFromConfig({ [field]: true }, 5)).toThrow(refusal)
    expect(() => scheduleFromConfig({ [field]: false }, 5)).not.toThrow()
  })

  it('refuses what it cannot read, naming the field', () => {
    const refusals: [SchedulerConfig, string, number?][] = [
      [{ _class_name: 'DDIMScheduler' }, 'scheduler_config._class_name: DDIMScheduler'],
      [{ _class_name: 'two words' }, 'scheduler_config._class_name: "two words"'],
      [
        { use_dynamic_shifting: true, base_shift: 1e4, max_shift: 1e4 },
        'comes to Infinity, not to a positive number',
        256,
      ],
      [{ shift: '3' as unknown as number }, 'scheduler_config.shift: "3"'],
      [{ shift_terminal: 1 }, 'scheduler_config.shift_terminal: 1'],
      [{ shift_terminal: -0.1 }, 'scheduler_config.shift_terminal: -0.1'],
      [{ use_dynamic_shifting: true }, 'imageSeqLen: '],
      [
        { use_dynamic_shifting: true, time_shift_type: 'cubic' as 'linear' },
        'scheduler_config.time_shift_type: cubic',
        256,
      ],
      [
        { use_dynamic_shifting: true, base_image_seq_len: 256, max_image_seq_len: 256 },
        'scheduler_config.shift: ',
        256,
      ],
    ]
    for (const [config, message, imageSeqLen] of refusals) {
      expect(() => scheduleFromConfig(config, 5, imageSeqLen ? { imageSeqLen } : {})).toThrow(message)
    }
  })
})
