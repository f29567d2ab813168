import { calibrate, parseTrajectory, type Trajectory, unipc } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { flow, noise, record, schedule } from './support/plan.ts'

/** What another program writes of a run. */
function stored(run: Trajectory<Float32Array>, latents = false): string {
  const states = run.states.map((state) => [...state])
  return JSON.stringify({
    format: 'fastflow-trajectory',
    version: 1,
    seed: run.seed,
    schedule,
    guidance: 2,
    dims: [24],
    nfe: run.nfe,
    gram: [...run.gram],
    ...(latents && { states, firstVelocity: [...run.firstVelocity] }),
  })
}

const budgets = [5, 8]

describe('recorded runs from a file', () => {
  it('make the plans that the runs themselves make, at no evaluation', async () => {
    const runs = [await record(1), await record(2)]
    const recorded = runs.map((run) => parseTrajectory(stored(run)))
    const made = await calibrate({ schedule: recorded[0]!.schedule, recorded, budgets, evaluations: 0 })
    const expected = await calibrate({ schedule, recorded: runs, budgets, evaluations: 0 })
    expect(made.toJSON()).toEqual(expected.toJSON())
    expect(made.document.calibration).toMatchObject({ evaluations: 0, borrowed: 60, seeds: [1, 2] })
  })

  it('say what a plan is to be tied to', async () => {
    const run = parseTrajectory(new TextEncoder().encode(stored(await record(1))))
    expect(run).toMatchObject({ seed: 1, schedule, guidance: 2, dims: [24], states: [], nfe: 30 })
  })

  it('are refused where plans would be followed with the network, unless they hold their states', async () => {
    const run = await record(1)
    const walked = (text: string) =>
      calibrate({
        schedule,
        velocity: flow,
        noise,
        recorded: [parseTrajectory(text)],
        budgets,
        evaluations: 90,
      })
    await expect(walked(stored(run))).rejects.toThrow(
      'recorded[0]: holds no states, only inner products; pass evaluations: 0',
    )
    const whole = parseTrajectory(stored(run, true))
    expect(whole.states).toEqual(run.states)
    expect(whole.firstVelocity).toEqual(run.firstVelocity)
    const { document } = await walked(stored(run, true))
    expect(document.calibration.evaluations).toBeGreaterThan(30)
  })

  it('are refused on another grid and for another solver', async () => {
    const recorded = [parseTrajectory(stored(await record(1)))]
    const shorter = { name: 'shorter', sigmas: schedule.sigmas.slice(1) }
    await expect(calibrate({ schedule: shorter, recorded, budgets, evaluations: 0 })).rejects.toThrow(
      'recorded[0]: is not a run of the 29 steps of the schedule',
    )
    await expect(
      calibrate({ schedule, solver: unipc(2), recorded, budgets, evaluations: 0 }),
    ).rejects.toThrow('is a run of euler')
  })

  it.each([
    ['gram', { gram: [1, 2] }, 'gram: [1,2] is not a list of 900 but of 2'],
    ['seed', { seed: 1.5 }, 'seed'],
    ['version', { version: 2 }, 'version'],
    ['states', { states: [[1]] }, 'firstVelocity'],
  ])('name the field that is wrong: %s', async (_, wrong, message) => {
    const document = { ...JSON.parse(stored(await record(1))), ...wrong }
    expect(() => parseTrajectory(document)).toThrow(message)
  })
})
