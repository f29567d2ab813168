import { baselineFromConfig, solverNamed } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { baselineMatrix } from '../src/solver/baseline-matrix.ts'

const dpm = {
  _class_name: 'DPMSolverMultistepScheduler',
  prediction_type: 'flow_prediction',
  use_flow_sigmas: true,
}
const unipc = { ...dpm, _class_name: 'UniPCMultistepScheduler' }
const nameOf = (config: object, steps = 10): string => baselineFromConfig(config, steps).solver().name

it('solvers that step differently have different names, since plans belong to a solver by its name', () => {
  const configs = [
    { ...dpm, solver_order: 2 },
    { ...dpm, solver_order: 2, final_sigmas_type: 'sigma_min' },
    { ...dpm, solver_order: 2, final_sigmas_type: 'sigma_min', lower_order_final: false },
    {
      ...dpm,
      solver_order: 2,
      final_sigmas_type: 'sigma_min',
      lower_order_final: false,
      euler_at_final: true,
    },
    { ...dpm, solver_order: 3 },
    { ...dpm, solver_order: 3, lower_order_final: false },
    { ...unipc, solver_order: 2 },
    { ...unipc, solver_order: 2, disable_corrector: [0] },
    { ...unipc, solver_order: 2, disable_corrector: [0, 1] },
    { ...unipc, solver_order: 2, solver_type: 'bh1' },
  ]
  const names = configs.map((config) => nameOf(config))
  expect(new Set(names).size).toBe(configs.length)
})

it('what changes no step changes no name', () => {
  const usual = nameOf({ ...dpm, solver_order: 2 })
  expect(usual).toBe('dpm++2m')
  expect(nameOf({ ...dpm, solver_order: 2, euler_at_final: true })).toBe(usual)
  expect(nameOf({ ...dpm, solver_order: 2, lower_order_final: false })).toBe(usual)
})

it('acceleration stays off under a solver that evaluates twice a step, and says why', () => {
  const { stayOff } = baselineFromConfig({ _class_name: 'FlowMatchHeunDiscreteScheduler' }, 20)
  expect(stayOff).toContain('heun')
  expect(baselineFromConfig({}, 20).stayOff).toBeUndefined()
})

describe('a solver by its name', () => {
  const configs: object[] = [
    {},
    { ...dpm, solver_order: 1 },
    { ...dpm, solver_order: 2, solver_type: 'heun' },
    { ...dpm, solver_order: 2, final_sigmas_type: 'sigma_min' },
    { ...dpm, final_sigmas_type: 'sigma_min', lower_order_final: false, euler_at_final: true },
    { ...dpm, solver_order: 3 },
    { ...unipc, solver_order: 1 },
    { ...unipc, solver_order: 3, solver_type: 'bh1', disable_corrector: [0, 2] },
    { ...unipc, solver_order: 2, final_sigmas_type: 'sigma_min' },
  ]

  it.each(configs.map((config) => [nameOf(config), config] as const))(
    '%s takes its steps',
    (name, config) => {
      const { schedule, solver } = baselineFromConfig(config, 10)
      const found = solverNamed(name)
      expect(found.name).toBe(name)
      expect(baselineMatrix(found, schedule.sigmas)).toEqual(baselineMatrix(solver(), schedule.sigmas))
    },
  )

  it.each(['heun', 'unipc4', 'dpm++2m-to-0', 'dpm++2m-euler', 'unipc2-', '', 5])('%s is none', (name) => {
    expect(() => solverNamed(name as string)).toThrow(/^solver: .* is not the name of a solver/)
  })
})
