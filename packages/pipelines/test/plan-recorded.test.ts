import { createRecorder, float32Space, type StoredTrajectory, sample } from '@fastflow/core'
import { planDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { fakePipeline, recordingStore } from './support/fake-pipeline.ts'

/** An ordinary run of a pipeline as another program records it: inner products and what the file says of the run. */
async function recordedBy(
  { pipe }: Awaited<ReturnType<typeof fakePipeline>>,
  seed: number,
): Promise<StoredTrajectory> {
  const { noise, velocity, schedule } = await pipe.prepare('ant', { seed })
  const recorder = createRecorder({ velocity, schedule, space: float32Space, seed })
  await sample({ velocity: recorder.velocity, schedule, x: noise })
  const { gram, nfe } = await recorder.finish()
  const { guidance, dims } = pipe.planKey()
  const empty = { states: [], firstVelocity: new Float32Array(0) }
  // As the scheduler of another program calls it.
  return { seed, gram, nfe, ...empty, schedule: { ...schedule, name: 'theirs' }, guidance, dims }
}

describe('runs recorded elsewhere', () => {
  it('make the plan of the first image, which generations follow from then on', async () => {
    const made = await fakePipeline()
    const { plan } = await made.pipe.generate('ant', { seed: 4, accelerate: 'plan' })
    const recorded = [await recordedBy(made, 4)]
    const store = recordingStore()
    const other = await fakePipeline({}, store)
    const frontier = await other.pipe.calibrate({ recorded })
    expect(other.backend.calls).toEqual([])
    expect(frontier.document.key).toEqual(plan?.key)
    expect(frontier.document.calibration).toMatchObject({ seeds: [4], evaluations: 0, borrowed: 20 })
    for (const [n, { nodes, weights }] of frontier.document.plans.entries()) {
      expect(nodes).toEqual(plan?.plans[n]?.nodes)
      // The first run was taken in memory of WebAssembly, which sums in another order.
      for (const [m, row] of weights.entries())
        for (const [a, weight] of row.entries())
          expect(weight).toBeCloseTo(plan!.plans[n]!.weights[m]![a]!, 6)
    }
    expect(store.saves).toEqual([planDigest(other.pipe.planKey())])
    const { items } = await other.pipe.generate('bee', { accelerate: 'plan' })
    expect(items[0]?.stats.nfe).toBe(12)
  })

  it('are planned from in any order, each once', async () => {
    const made = await fakePipeline()
    const [one, other] = [await recordedBy(made, 4), await recordedBy(made, 5)]
    const first = await made.pipe.calibrate({ recorded: [one, other, one] })
    const second = await made.pipe.calibrate({ recorded: [other, one] })
    expect(second.toJSON()).toEqual(first.toJSON())
    expect(first.document.calibration).toMatchObject({ seeds: [4, 5], evaluations: 0, borrowed: 40 })
  })

  it('of another model or call are refused by the first difference', async () => {
    const made = await fakePipeline()
    const run = await recordedBy(made, 4)
    const refused = async (changed: Partial<StoredTrajectory>, options = {}): Promise<string> =>
      (await failure(() => made.pipe.calibrate({ recorded: [{ ...run, ...changed }], ...options }))).message
    const sigmas = run.schedule.sigmas.map((sigma, k) => (k === 2 ? sigma - 0.01 : sigma))
    expect(await refused({ schedule: { name: 'x', sigmas } })).toMatch(
      /^recorded: has sigma 2 0\.8.*, the model 0\.9; give width, height, numFrames and strength/,
    )
    expect(await refused({ dims: [7] })).toMatch(/^recorded: has latents of 7, not /)
    expect(await refused({ solver: 'unipc2' })).toMatch(/is a run of unipc2, this calibration is for euler/)
    expect(await refused({}, { guidanceScale: 3 })).toMatch(
      /^recorded: has guidance .*, not 3; give guidanceScale/,
    )
    expect(await refused({}, { numSteps: 12 })).toMatch(/^recorded: has 20 steps, not 12/)
    expect(await refused({}, { evaluations: 100 })).toBe(
      'evaluations: goes with runs that are made; leave it out, or recorded',
    )
    expect(await refused({}, { target: 'exact' })).toMatch(
      /^target: exact is not what the recorded runs are of/,
    )
  })
})
