import { readFileSync } from 'node:fs'
import { float64Space, mixtureFlow } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { createSchedule, dpmSolverPP, type Solver, sample, unipc } from '../src/index.ts'

interface Reference {
  readonly flow: { weights: number[]; means: number[][]; std: number }
  readonly noise: number[]
  readonly rows: readonly {
    solver: string
    precision: 'float32' | 'float64'
    sigmas: number[]
    states: number[][]
  }[]
}

const file = new URL('fixtures/solvers-reference.json', import.meta.url)
const reference: Reference = JSON.parse(readFileSync(file, 'utf8'))
const solvers: Record<string, () => Solver> = {
  'dpm++2m': dpmSolverPP,
  unipc2: () => unipc(2),
  unipc3: () => unipc(3),
}
// DPM-Solver++ of diffusers casts the state to float32 in every run.
const isWide = (solver: string, precision: string): boolean =>
  solver.startsWith('unipc') && precision === 'float64'

describe('values of diffusers', () => {
  for (const { solver, precision, sigmas, states } of reference.rows) {
    it(`${solver}, ${states.length} steps, ${precision}`, async () => {
      const tolerance = isWide(solver, precision) ? 1e-12 : 1e-6
      let largest = 0
      const { stats } = await sample({
        velocity: mixtureFlow(reference.flow).velocity,
        schedule: createSchedule('diffusers', sigmas),
        x: Float64Array.from(reference.noise),
        space: float64Space,
        solver: solvers[solver]!(),
        onStep: ({ index, x }) => {
          for (const [k, value] of x.entries()) {
            largest = Math.max(largest, Math.abs(value - states[index - 1]![k]!))
          }
        },
      })
      expect(largest).toBeLessThan(tolerance)
      expect(stats.nfe).toBe(states.length)
    })
  }
})
