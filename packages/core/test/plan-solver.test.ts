import {
  adamsBashforth,
  type CalibrateOptions,
  type Checkpoint,
  calibrate,
  createRecorder,
  dpmSolverPP,
  type Frontier,
  float32Space,
  heun,
  linearSchedule,
  parsePlan,
  planFromMask,
  planPolicy,
  refine,
  type Solver,
  sample,
  shiftedSchedule,
  transferPlan,
  unipc,
  type Velocity,
  validatePlan,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRehearsal, type RehearsalOptions } from '../src/plan/fit/rehearse.ts'
import { ruleRow } from '../src/plan/fit/route.ts'
import { priorRule } from '../src/plan/fit/visit.ts'
import { createEdgeErrors } from '../src/plan/price/edges.ts'
import { incrementsOf } from '../src/plan/price/increments.ts'
import { recordTrajectory } from '../src/plan/record/record.ts'
import { baselineMatrix } from '../src/solver/baseline-matrix.ts'
import { auditedSpace } from './support/audited-space.ts'
import { flow, noise, quadratic, small, unhurried } from './support/plan.ts'
import { baselines, grids } from './support/solvers.ts'

const grid = grids[3]!
const few: CalibrateOptions = { ...small, schedule: grid, budgets: [5, 8], evaluations: 20 * 20 }

const record = (solver: Solver, seed: number, velocity = flow) =>
  recordTrajectory({ velocity, schedule: grid, solver, space: float32Space, noise: noise(seed), seed })

/** Mean PSNR of a plan to the full run of a solver, on noises that it was not made from. */
async function held(plan: Frontier, nfe: number, solver: Solver): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < 8; seed++) {
    const common = { velocity: flow, schedule: plan.document.key.schedule, x: noise(seed) }
    const { x } = await sample({ ...common, policy: plan.at(nfe) })
    const full = await sample({ ...common, solver })
    sum += -10 * Math.log10((float32Space.meanSquaredDifference(x, full.x) as number) / 4)
  }
  return sum / 8
}

describe('recorded runs', () => {
  it.each(baselines)(
    'of $name hold its states, to the last bit, at T evaluations',
    async ({ solver, grid }) => {
      const states: Float32Array[] = []
      const full = await sample({
        schedule: grid,
        x: noise(3),
        solver,
        velocity: (x, sigma, call) => {
          states.push(x.slice())
          return flow(x, sigma, call)
        },
      })
      const counted = countingVelocity(flow)
      const { space, live } = auditedSpace()
      const options = { velocity: counted.velocity, schedule: grid, solver, space, noise: noise(3), seed: 3 }
      const run = await recordTrajectory(options)
      counted.expectNfe(20)
      expect(run.states).toEqual([...states, full.x])
      expect(run.solver).toBe(solver.name === 'euler' ? undefined : solver.name)
      const kept = new Set<unknown>([...run.states, run.firstVelocity])
      expect([...live].every((vector) => kept.has(vector))).toBe(true)
    },
  )

  it('are refused when another solver has made them', async () => {
    const recorder = createRecorder({
      velocity: flow,
      schedule: grid,
      solver: unipc(2),
      space: float32Space,
      seed: 1,
    })
    await sample({ velocity: recorder.velocity, schedule: grid, x: noise(1), solver: dpmSolverPP() })
    await expect(recorder.finish()).rejects.toThrow('the run was not one of unipc2')
  })
})

describe('local errors', () => {
  it.each(baselines)(
    'of jumps over $name are the quadratic form of what they leave out',
    async (baseline) => {
      const { solver, grid } = baseline
      const { sigmas } = grid
      const { gram } = await recordTrajectory({
        velocity: flow,
        schedule: grid,
        solver,
        space: float32Space,
        noise: noise(1),
        seed: 1,
      })
      const edges = await createEdgeErrors(
        [gram],
        incrementsOf(sigmas, 'baseline', solver),
        sigmas,
        unhurried,
      )
      const states = baselineMatrix(solver, sigmas)
      const out = new Float64Array(1)
      const triple = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 })
      fc.assert(
        fc.property(triple, (indices) => {
          const [p, i, j] = indices.sort((a, b) => a - b) as [number, number, number]
          const weights = ruleRow(priorRule('baseline', solver), sigmas, [i, p], i, j)
          const left = Float64Array.from({ length: 20 }, (_, k) => states[j * 20 + k]! - states[i * 20 + k]!)
          left[i]! -= weights[0]!
          left[p]! -= weights[1]!
          edges.measure(out, p, i, j)
          expect(out[0]).toBeCloseTo(quadratic(gram, left), 9)
        }),
      )
    },
  )
})

describe('rehearsal', () => {
  const optionsFor = (solver: Solver, grams: readonly Float64Array[]): RehearsalOptions => ({
    grams,
    increments: incrementsOf(grid.sigmas, 'baseline', solver),
    sigmas: grid.sigmas,
    prior: priorRule('baseline', solver),
    depth: 4,
    fit: {},
    pace: unhurried,
  })

  it.each([adamsBashforth(2), dpmSolverPP(), unipc(2)])(
    'of a run by $name forecasts exactly where the velocity answers to an error as it was told',
    async (solver) => {
      const response = -1.5
      const velocity = (x: Float32Array, sigma: number): Float32Array =>
        x.map((value, k) => response * value + Math.sin(3 * sigma + k))
      const { gram, states } = await record(solver, 4, velocity)
      const path = [0, 3, 7, 11, 15, 20]
      const responses = [0, response]
      const rehearsal = await createRehearsal({ ...optionsFor(solver, [gram]), responses })
      const weights = await rehearsal.weights({ path })
      const policy = planPolicy(grid.sigmas, { nodes: path.slice(0, -1), weights })
      const { x } = await sample({ velocity, schedule: grid, x: noise(4), policy })
      const error = float32Space.meanSquaredDifference(x, states.at(-1)!) as number
      const [unanswered, answered] = await rehearsal.errors({ path }, weights)
      expect(answered! / error).toBeCloseTo(1, 3)
      expect(unanswered! / error).not.toBeCloseTo(1, 1)
    },
  )

  it('of both parts of guidance forecasts what a plan for them does', async () => {
    const solver = unipc(2)
    const velocity: Velocity<Float32Array> = (x, sigma, { branch, guidance }) => {
      const term = x.map((_, k) => Math.cos(2 * sigma + k))
      if (guidance !== undefined) {
        guidance.out.set(term)
        guidance.written = true
      }
      return x.map((_, k) => Math.sin(3 * sigma + k) + (branch === 'both' ? term[k]! : 0))
    }
    const common = { velocity, schedule: grid }
    const run = { ...common, solver, space: float32Space, noise: noise(4), seed: 4, guided: true }
    const { gram, states } = await recordTrajectory(run)
    const rehearsal = await createRehearsal({ ...optionsFor(solver, [gram]), parts: 2 })
    const route = { path: [0, 3, 7, 11, 15, 20], conditional: [7, 15] }
    const rows = await rehearsal.weights(route)
    const [nodes, counts] = [route.path.slice(0, -1), [1, 2, 3, 4, 4]]
    const policy = planPolicy(grid.sigmas, {
      nodes,
      weights: rows.map((row, m) => row.slice(0, counts[m])),
      guidance: {
        nodes: nodes.filter((node) => !route.conditional.includes(node)),
        weights: rows.map((row, m) => row.slice(counts[m])),
      },
    })
    const { x, stats } = await sample({ ...common, x: noise(4), policy, passesPerEvaluation: 2 })
    expect(stats).toMatchObject({ nfe: 5, passes: 8 })
    const error = float32Space.meanSquaredDifference(x, states.at(-1)!) as number
    expect((await rehearsal.errors(route, rows))[0]! / error).toBeCloseTo(1, 3)
  })

  it('of a full run finds no error', async () => {
    const solver = adamsBashforth(4)
    const { gram } = await record(solver, 1)
    const rehearsal = await createRehearsal(optionsFor(solver, [gram]))
    const path = Array.from({ length: 21 }, (_, k) => k)
    expect((await rehearsal.errors({ path }))[0]).toBeLessThan(1e-12)
  })
})

describe('plans for a solver', () => {
  it.each([adamsBashforth(2), dpmSolverPP(), unipc(2)])(
    'come closer to the full run of $name than plans for Euler, and say how close',
    async (solver) => {
      const plan = await calibrate({ ...few, solver })
      const euler = await calibrate(few)
      for (const nfe of [5, 8]) {
        const reached = await held(plan, nfe, solver)
        expect(reached).toBeGreaterThan((await held(euler, nfe, solver)) + 3)
        expect(Math.abs(plan.entry(nfe)!.quality.mean - reached)).toBeLessThan(10)
      }
      expect(plan.document.key.solver).toBe(solver.name)
      expect(euler.document.key).not.toHaveProperty('solver')
    },
  )

  it('have its full run at T evaluations, to the last bit', async () => {
    const plan = await calibrate({ ...few, solver: unipc(2) })
    const counted = countingVelocity(flow)
    const common = { schedule: grid, x: noise(1) }
    const { x, stats } = await sample({ ...common, velocity: counted.velocity, policy: plan.at(20) })
    counted.expectNfe(20)
    expect(stats).toMatchObject({ nfe: 20, decisions: plan.decisions(20) })
    expect(x).toEqual((await sample({ ...common, velocity: flow, solver: unipc(2) })).x)
    expect(plan.for({ psnr: 200 }).policy.solver!.name).toBe('unipc2')
  })

  it('come from one ordinary generation, are refined and judged by its full runs, every evaluation counted', async () => {
    const solver = unipc(2)
    const recorder = createRecorder({ velocity: flow, schedule: grid, solver, space: float32Space, seed: 77 })
    await sample({ velocity: recorder.velocity, schedule: grid, x: noise(77), solver })
    const recorded = [await recorder.finish()]
    const first = await calibrate({ schedule: grid, solver, recorded, evaluations: 0, budgets: [8] })
    expect(first.document.calibration).toMatchObject({ evaluations: 0, borrowed: 20, seeds: [77] })
    const counted = countingVelocity(flow)
    const refined = await refine(first, { velocity: counted.velocity, noise, evaluations: 200 })
    expect(refined.document.calibration.evaluations).toBe(counted.nfe)
    expect(refined.document.key.solver).toBe('unipc2')
    const judged = await validatePlan(refined, { velocity: counted.velocity, noise, seeds: [500] })
    expect(judged.document.calibration.evaluations).toBe(counted.nfe)
    const policy = refined.at(8)
    const common = { velocity: flow, schedule: grid, x: noise(500) }
    const [full, fast] = [await sample({ ...common, solver }), await sample({ ...common, policy })]
    const psnr = -10 * Math.log10((float32Space.meanSquaredDifference(full.x, fast.x) as number) / 4)
    expect(judged.entry(8)!.scores).toEqual([Math.floor(psnr * 100) / 100])
  })

  it('give back every vector they took', async () => {
    const { space, live } = auditedSpace()
    await calibrate({ ...few, space, solver: dpmSolverPP() })
    expect(live.size).toBe(0)
  })

  it('measure the floor with it', async () => {
    const solver = unipc(2)
    const { floor, calibration } = (await calibrate({ ...few, solver })).document
    const x = noise(calibration.seeds[0]!)
    const position = (k: number): number => (k * 20) / 18
    const between = (at: number): number => {
      const k = Math.floor(at)
      return grid.sigmas[k]! + (at - k) * (grid.sigmas[k + 1]! - grid.sigmas[k]!)
    }
    const sigmas = [...Array.from({ length: 18 }, (_, k) => between(position(k))), 0]
    const schedule = { name: 'fewer', sigmas }
    const [full, fewer] = [
      await sample({ velocity: flow, schedule: grid, x, solver }),
      await sample({ velocity: flow, schedule, x, solver }),
    ]
    const mse = float32Space.meanSquaredDifference(full.x, fewer.x) as number
    expect(floor.fewerSteps[0]).toBeCloseTo(-10 * Math.log10(mse / 4), 1)
  })

  it('go to another grid with it', async () => {
    const plan = await calibrate({ ...few, solver: unipc(2) })
    const schedule = shiftedSchedule(30, 3)
    const moved = transferPlan(plan, schedule)
    expect(() => parsePlan(moved.toJSON(), { schedule, solver: unipc(2) })).not.toThrow()
    const euler = transferPlan(await calibrate(few), schedule)
    expect(await held(moved, 8, unipc(2))).toBeGreaterThan(await held(euler, 8, unipc(2)))
  })
})

describe('the solver in the key of a plan', () => {
  const solver = unipc(2)

  it('is compared wherever there is a grid, and Euler where none is named', async () => {
    const plan = await calibrate({ ...few, solver })
    const euler = await calibrate(few)
    const text = JSON.stringify(plan)
    expect(parsePlan(text, { schedule: grid, solver }).at(20).solver).toBe(solver)
    const refused = (read: () => unknown, message: string) => {
      expect(read).toThrow(message)
      expect(read).toThrow(expect.objectContaining({ code: 'policy-mismatch', field: 'solver' }))
    }
    refused(() => parsePlan(text, { schedule: grid }), 'was made for unipc2, this run has euler')
    refused(() => parsePlan(text, { solver: dpmSolverPP() }), 'was made for unipc2, this run has dpm++2m')
    refused(() => parsePlan(euler.toJSON(), { solver }), 'was made for euler, this run has unipc2')
    expect(parsePlan(euler.toJSON(), { schedule: grid }).solver!.name).toBe('euler')
    await expect(calibrate({ ...few, start: plan })).rejects.toMatchObject({ field: 'solver' })
    await expect(calibrate({ ...few, solver, start: euler })).rejects.toMatchObject({ field: 'solver' })
  })

  it('has to come along for what takes full runs', async () => {
    const plan = parsePlan((await calibrate({ ...few, solver })).toJSON())
    expect(plan.solver).toBeUndefined()
    expect(await held(plan, 8, solver)).toBeGreaterThan(30)
    const read =
      'solver: the full run of this plan is one of unipc2; read it with parsePlan(document, { solver })'
    expect(() => plan.at(20)).toThrow(read)
    expect(() => plan.for({ psnr: 30 })).toThrow(read)
    expect(() => transferPlan(plan, linearSchedule(30))).toThrow(read)
    await expect(refine(plan, { velocity: flow, noise })).rejects.toThrow(read)
    await expect(validatePlan(plan, { velocity: flow, noise })).rejects.toThrow(read)
  })

  it('holds for recorded runs and checkpoints too', async () => {
    const recorded = [await record(solver, 1)]
    const wrong = calibrate({ schedule: grid, recorded, evaluations: 0, budgets: [5] })
    await expect(wrong).rejects.toThrow('recorded[0]: is a run of unipc2, this calibration is for euler')
    const checkpoints: Checkpoint[] = []
    await calibrate({ ...few, solver, onCheckpoint: (position) => checkpoints.push(position) })
    const [checkpoint] = checkpoints
    await expect(calibrate({ ...few, checkpoint: checkpoint! })).rejects.toThrow('checkpoint.solver')
    const resumed = await calibrate({ ...few, solver, checkpoint: checkpoints.at(-1)! })
    expect(resumed.document.key.solver).toBe('unipc2')
  })

  it('cannot be one that evaluates more than once a step', async () => {
    const refused = { code: 'invalid-argument', field: 'solver' }
    await expect(calibrate({ ...few, solver: heun() })).rejects.toMatchObject(refused)
    const options = { velocity: flow, schedule: grid, solver: heun(), space: float32Space, seed: 1 }
    expect(() => createRecorder(options)).toThrow('heun evaluates more than once a step')
    expect(() => planFromMask(Array<number>(20).fill(1), grid, heun())).toThrow(
      'heun evaluates more than once',
    )
  })
})
