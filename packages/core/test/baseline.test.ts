import { readFileSync } from 'node:fs'
import {
  type Baseline,
  type BaselineOptions,
  baselineFromConfig,
  readJson,
  type SchedulerConfig,
  sample,
  scheduleFromConfig,
} from '@fastflow/core'
import { float64Space, mixtureFlow } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { betaQuantile } from '../src/baseline/beta-quantile.ts'

interface Reference {
  readonly flow: { weights: number[]; means: number[][]; std: number }
  readonly noise: number[]
  readonly betaQuantiles: readonly (readonly [number, number])[]
  readonly rows: readonly {
    readonly config: SchedulerConfig
    readonly numSteps: number
    readonly options: BaselineOptions
    readonly sigmas: readonly number[]
    readonly timesteps: readonly number[]
    readonly end?: readonly number[]
  }[]
}

const file = new URL('./fixtures/baselines.json', import.meta.url)
const reference: Reference = JSON.parse(readFileSync(file, 'utf8'))

const source = { code: 'invalid-argument', name: 'config', fix: 'correct it' } as const
const flow: SchedulerConfig = { prediction_type: 'flow_prediction', use_flow_sigmas: true }
const unipc: SchedulerConfig = { ...flow, _class_name: 'UniPCMultistepScheduler' }
const dpm: SchedulerConfig = { ...flow, _class_name: 'DPMSolverMultistepScheduler' }
const heun: SchedulerConfig = { _class_name: 'FlowMatchHeunDiscreteScheduler' }

function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found).toHaveLength(wanted.length)
  return Math.max(...Array.from(found, (value, k) => Math.abs(value - wanted[k]!)))
}

async function run({ schedule, solver }: Baseline): Promise<{ x: Float64Array; nfe: number }> {
  const { x, stats } = await sample({
    velocity: mixtureFlow(reference.flow).velocity,
    schedule,
    solver: solver(),
    x: Float64Array.from(reference.noise),
    space: float64Space,
  })
  return { x, nfe: stats.nfe }
}

describe('baselineFromConfig', () => {
  for (const { config, numSteps, options, sigmas, timesteps, end } of reference.rows) {
    const { _class_name: name, ...fields } = config
    const asked = JSON.stringify({ ...fields, ...options })
    it(`gives what Diffusers gives: ${name}, ${numSteps} steps, ${asked}`, async () => {
      const baseline = baselineFromConfig(config, numSteps, options)
      expect(apart(baseline.schedule.sigmas, [...sigmas, 0])).toBeLessThan(3e-7)
      const whole = name === 'UniPCMultistepScheduler' || name === 'DPMSolverMultistepScheduler'
      expect(apart(baseline.timesteps, timesteps)).toBeLessThanOrEqual(whole ? 0 : 2e-4)
      const { x, nfe } = await run(baseline)
      expect(nfe).toBe(name === heun._class_name ? 2 * timesteps.length - 1 : timesteps.length)
      // All but UniPC cast the state to float32.
      if (end !== undefined) expect(apart(x, end)).toBeLessThan(name === unipc._class_name ? 1e-12 : 1e-6)
      else expect(x.every(Number.isFinite)).toBe(true)
    })
  }

  it('reads the class where none is named, and lists with null for "not set"', () => {
    const config = { shift: 3, shift_terminal: null, use_karras_sigmas: null }
    const { schedule, solver } = baselineFromConfig(config, 5)
    expect(schedule.name).toBe('flow-match-euler(5, shift 3, own ends)')
    expect(solver().name).toBe('euler')
  })

  it('has the grid of scheduleFromConfig where it is asked as pipelines ask', () => {
    const config = { use_dynamic_shifting: true, shift_terminal: 0.02 }
    const { schedule } = baselineFromConfig(config, 9, { grid: 'pipeline', imageSeqLen: 1024 })
    expect(schedule).toEqual(scheduleFromConfig(config, 9, { imageSeqLen: 1024 }))
  })

  it('makes mu of the number of tokens, for every class that shifts dynamically', () => {
    // 0.5 at 256 tokens, 1.15 at 4096.
    for (const { _class_name } of [{}, unipc, dpm] as SchedulerConfig[]) {
      const config = { ...flow, ...(_class_name && { _class_name }), use_dynamic_shifting: true }
      const counted = baselineFromConfig(config, 6, { imageSeqLen: 2176 })
      expect(counted.timesteps).toEqual(baselineFromConfig(config, 6, { mu: 0.825 }).timesteps)
      expect(counted.timesteps).not.toEqual(baselineFromConfig(config, 6, { mu: 0.5 }).timesteps)
    }
  })

  it('reads configs with the words that Python writes for infinities', () => {
    const written = `{"_class_name": "DPMSolverMultistepScheduler", "prediction_type": "flow_prediction",
      "use_flow_sigmas": true, "flow_shift": 3.0, "lambda_min_clipped": -Infinity}`
    const words = readJson(written, source, { words: true }).record() as SchedulerConfig
    expect(baselineFromConfig(words, 3).timesteps).toEqual([999, 856, 599])
  })

  it('keeps what image to image leaves out of the name and of nothing else', () => {
    const whole = baselineFromConfig(unipc, 10)
    const tail = baselineFromConfig(unipc, 10, { strength: 0.35 })
    expect(tail.schedule.name).toBe('unipc(10, shift 1) from 6')
    expect(tail.schedule.sigmas).toEqual(whole.schedule.sigmas.slice(6))
    expect(tail.timesteps).toEqual(whole.timesteps.slice(6))
  })

  it('says why a run of few steps should be left as it is', () => {
    expect(baselineFromConfig({}, 4).stayOff).toMatch(/^4 steps are those of a few-step model/)
    expect(baselineFromConfig({}, 20, { strength: 0.2 }).stayOff).toMatch(/^4 steps/)
    expect(baselineFromConfig({}, 5).stayOff).toBeUndefined()
  })

  it.each<[SchedulerConfig, string]>([
    [{ _class_name: 'FlowMatchLCMScheduler' }, '_class_name'],
    [{ _class_name: 'constructor' }, '_class_name'],
    [{ invert_sigmas: true }, 'invert_sigmas'],
    [{ stochastic_sampling: true }, 'stochastic_sampling'],
    [{ use_karras_sigmas: true, use_beta_sigmas: true }, 'use_beta_sigmas'],
    [{ use_dynamic_shifting: true, time_shift_type: 'cubic' as 'linear' }, 'time_shift_type'],
    [{ ...unipc, prediction_type: 'epsilon' }, 'prediction_type'],
    [{ _class_name: 'UniPCMultistepScheduler', use_flow_sigmas: true }, 'prediction_type'],
    [{ ...dpm, use_flow_sigmas: null }, 'use_flow_sigmas'],
    [{ ...dpm, thresholding: true }, 'thresholding'],
    [{ ...dpm, solver_order: 4 }, 'solver_order'],
    [{ ...dpm, solver_type: 'cubic' }, 'solver_type'],
    [{ ...dpm, algorithm_type: 'sde-dpmsolver++' }, 'algorithm_type'],
    [{ ...dpm, final_sigmas_type: 'lowest' }, 'final_sigmas_type'],
    [{ ...dpm, use_lu_lambdas: true }, 'use_lu_lambdas'],
    [{ ...dpm, use_karras_sigmas: true }, 'use_karras_sigmas'],
    [{ ...dpm, use_dynamic_shifting: true, time_shift_type: 'linear' }, 'time_shift_type'],
    [{ ...dpm, final_sigmas_type: 'sigma_min', beta_schedule: 'squaredcos_cap_v2' }, 'beta_schedule'],
    [{ ...dpm, final_sigmas_type: 'sigma_min', trained_betas: [0.1] }, 'trained_betas'],
    [{ ...unipc, use_exponential_sigmas: true }, 'use_exponential_sigmas'],
    [{ ...unipc, use_beta_sigmas: true }, 'use_beta_sigmas'],
    [{ ...unipc, use_karras_sigmas: true, sigma_max: 80 }, 'sigma_min'],
    [{ ...unipc, predict_x0: false }, 'predict_x0'],
    [{ ...unipc, solver_p: {} }, 'solver_p'],
    [{ ...unipc, lower_order_final: false }, 'lower_order_final'],
  ])('refuses %j, which has no equivalent', (config, field) => {
    const refusal = expect.objectContaining({ code: 'unsupported', field: `scheduler_config.${field}` })
    expect(() => baselineFromConfig(config, 5, { mu: 1 })).toThrow(refusal)
  })

  it.each([heun, dpm])('hands no sigmas to a scheduler that takes none: %j', (config) => {
    const refusal = expect.objectContaining({ code: 'unsupported', field: 'grid' })
    for (const grid of ['pipeline', [1, 0.5]] as const)
      expect(() => baselineFromConfig(config, 2, { grid })).toThrow(refusal)
  })

  it.each<[SchedulerConfig, BaselineOptions, string]>([
    [{ ...unipc, flow_shift: 0 }, {}, 'scheduler_config.flow_shift: '],
    [{ ...dpm, flow_shift: -1 }, {}, 'scheduler_config.flow_shift: '],
    [{ ...heun, shift: 0 }, {}, 'scheduler_config.shift: '],
    [{ num_train_timesteps: 0 }, {}, 'scheduler_config.num_train_timesteps: '],
    [{ ...unipc, disable_corrector: ['0' as unknown as number] }, {}, 'scheduler_config.disable_corrector: '],
    [{ use_dynamic_shifting: true }, {}, 'imageSeqLen: '],
    [{}, { strength: 1e-20 }, 'strength: 1e-20 leaves none of 5 steps'],
    [{}, { grid: [1, 0.5] }, 'grid: has 2 sigmas, not one for each of 5 steps'],
    [{}, { grid: [1, 0.8, 0.6, 0.6, 0.2] }, 'grid: has sigmas that do not decrease'],
    [{}, { grid: [1, 0.8, 0.6, 0.4, 0] }, 'grid: has sigmas that do not decrease'],
  ])('names what is wrong in %j, %j', (config, options, message) => {
    const refusal = expect.objectContaining({ message: expect.stringContaining(message) })
    expect(() => baselineFromConfig(config, 5, options)).toThrow(refusal)
  })
})

describe('betaQuantile', () => {
  it.each(reference.betaQuantiles)('of %d is that of scipy', (p, quantile) => {
    expect(betaQuantile(p)).toBeCloseTo(quantile, 13)
  })
})
