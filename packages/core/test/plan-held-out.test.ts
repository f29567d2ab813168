import {
  type CalibrationProgress,
  type Checkpoint,
  calibrate,
  certificateCost,
  FastFlowError,
  type Frontier,
  type PlanDocument,
  parsePlan,
  refine,
  usedSeeds,
  validatePlan,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { auditedSpace } from './support/audited-space.ts'
import { flow, guided, noise, record, small } from './support/plan.ts'

const planned = await calibrate(small)
const walks = planned.document.plans.reduce((sum, { nfe }) => sum + nfe, 0)

/** A noise function that notes which noises it was asked for. */
function noting() {
  const asked: number[] = []
  return { asked, noise: (seed: number) => noise(asked[asked.push(seed) - 1]!) }
}

/** A document to change by hand. */
interface MutableDocument {
  readonly calibration: { readonly seeds: number[]; readonly heldOut: number[] }
  readonly plans: readonly { readonly scoredOn: number[] }[]
}

const judgedTwice = validatePlan(planned, { velocity: flow, noise, runs: 2 })

const runsOf = (plan: Frontier): number[] => plan.document.plans.map(({ quality }) => quality.runs)
const judging = (plan: Frontier): number[][] => plan.document.plans.map(({ scoredOn }) => [...scoredOn])
const reseeded = (seed: number) => async () => ({ ...(await record(1000)), seed })

describe('held-out runs', () => {
  it('have seeds that no run before them had, whoever made it', async () => {
    const { asked, noise } = noting()
    let plan = await calibrate({ ...small, noise })
    const calibrated = new Set(asked)
    for (let call = 0; call < 5; call++) plan = await validatePlan(plan, { velocity: flow, noise, runs: 4 })
    expect(new Set(asked).size).toBe(asked.length)
    expect(runsOf(plan)).toEqual([20, 20, 20])
    for (const { quality, scores, scoredOn } of plan.document.plans) {
      expect(quality.basis).toBe('held-out')
      expect(scores).toHaveLength(20)
      expect(scoredOn.filter((seed) => calibrated.has(seed))).toEqual([])
    }
    const refined = await refine(plan, { velocity: flow, noise, runs: 3, evaluations: 600 })
    expect(new Set(asked).size).toBe(asked.length)
    await validatePlan(refined, { velocity: flow, noise, runs: 2 })
    expect(new Set(asked).size).toBe(asked.length)
    expect(refined.document.calibration.heldOut).toEqual(plan.document.plans[0]!.scoredOn)
  })

  it.each<[string, number[], number]>([
    ['twice in one call', [500, 501, 500, 501, 500], 2],
    ['as another number for the same noise', [500, 500 + 2 ** 32, 500 - 2 ** 32, 501], 2],
    ['from the calibration', [...planned.document.calibration.seeds, 500], 1],
    ['from the calibration alone', [...planned.document.calibration.seeds], 0],
  ])('that come %s are counted once or not at all, and cost nothing', async (_, seeds, counted) => {
    const velocity = countingVelocity(flow)
    const plan = await validatePlan(planned, { velocity: velocity.velocity, noise, seeds })
    expect(plan.document.plans.map(({ scores }) => scores.length)).toEqual([counted, counted, counted])
    velocity.expectNfe(counted * (30 + walks))
  })

  it('that come again in a later call are not counted again', async () => {
    const once = await validatePlan(planned, { velocity: flow, noise, seeds: [500, 501] })
    const again = await validatePlan(once, { velocity: flow, noise, seeds: [501, 502] })
    expect(judging(again)[0]).toEqual([500, 501, 502])
    const recorded = [await record(502), await record(503), await record(503)]
    const heard = await validatePlan(again, { velocity: flow, recorded })
    expect(judging(heard)[0]).toEqual([500, 501, 502, 503])
    expect(heard.document.calibration.borrowed).toBe(30)
  })

  it('stop being held out where they choose and fit later plans', async () => {
    const judged = await validatePlan(planned, { velocity: flow, noise, seeds: [500, 501, 502] })
    const more = await calibrate({
      ...small,
      start: judged,
      budgets: [8],
      seeds: [501, 600],
      evaluations: 300,
    })
    const { calibration, plans } = more.document
    expect(calibration.seeds).toEqual([...planned.document.calibration.seeds, 501, 600])
    expect(calibration.heldOut).toEqual([500, 502])
    expect(plans.map(({ scoredOn }) => scoredOn)).toEqual([[500, 502], [], [500, 502]])
    expect(plans[0]!.scores).toEqual([0, 2].map((k) => judged.document.plans[0]!.scores[k]))
    expect(plans[0]!.quality).toMatchObject({ basis: 'held-out', runs: 2 })
    expect(() => parsePlan(more.document)).not.toThrow()
  })

  it('stay with the plan they judged: a refined one starts without', async () => {
    const judged = await validatePlan(planned, { velocity: flow, noise, certify: 0.9 })
    expect(judged.for({ psnr: 1, confidence: 0.9 }).kind).toBe('planned')
    const refined = await refine(judged, { velocity: flow, noise, evaluations: 600 })
    expect(judging(refined)).toEqual([[], [], []])
    expect(refined.for({ psnr: 1, confidence: 0.9 }).kind).toBe('too-few-runs')
  })

  it('are in memory one at a time', async () => {
    const { space, live } = auditedSpace()
    const before: number[] = []
    const watched = (seed: number) => {
      before.push(live.size)
      return noise(seed)
    }
    await validatePlan(planned, { velocity: flow, noise: watched, space, runs: 3 })
    expect(before).toEqual([0, 0, 0])
    expect(live.size).toBe(0)
  })

  it('judge plans on the runs they have in common', async () => {
    const judged = await validatePlan(planned, { velocity: flow, noise, runs: 19 })
    const added = await calibrate({ ...small, start: judged, budgets: [10], evaluations: 300 })
    const both = await validatePlan(added, { velocity: flow, noise, runs: 19 })
    expect(both.document.plans.map(({ scores }) => scores.length)).toEqual([38, 38, 19, 38])
    expect(both.for({ psnr: 1 }).reason).toContain('by 19 held-out runs')
    // Two plans without a run in common: the dearer one is judged, the other left out.
    const [five, eight] = both.document.plans
    const apart = parsePlan({
      ...both.document,
      plans: [
        { ...five!, scoredOn: five!.scoredOn.slice(0, 19), scores: five!.scores.slice(0, 19) },
        { ...eight!, scoredOn: eight!.scoredOn.slice(19), scores: eight!.scores.slice(19) },
      ],
    })
    expect(apart.for({ psnr: 1 }).entry?.budget).toBe(8)
  })
})

describe('calibration runs', () => {
  it('count once, named or recorded, and never as two that judge each other', async () => {
    const velocity = countingVelocity(flow)
    const one = await calibrate({ ...small, velocity: velocity.velocity, seeds: [5, 5, 5], evaluations: 300 })
    expect(one.document.calibration.seeds).toEqual([5])
    expect(one.document.plans.map(({ quality }) => quality.basis)).toEqual(Array(3).fill('in-sample'))
    const recorded = [await record(5), await record(5)]
    const two = await calibrate({ ...small, recorded, seeds: [5, 6], evaluations: 300 })
    expect(two.document.calibration).toMatchObject({ seeds: [5, 6], borrowed: 30 })
    expect(runsOf(two)).toEqual([2, 2, 2])
  })

  it('that refine a plan are new ones by default', async () => {
    const refined = await refine(planned, { velocity: flow, noise })
    const { seeds } = planned.document.calibration
    const added = refined.document.calibration.seeds.slice(seeds.length)
    expect(added.length).toBeGreaterThan(1)
    expect(new Set([...seeds, ...added]).size).toBe(seeds.length + added.length)
    expect(refined.document.calibration.seeds.slice(0, seeds.length)).toEqual(seeds)
    const recorded = [await record(78), await reseeded(2 ** 31)()]
    const heard = await refine(planned, { velocity: flow, recorded, evaluations: 100 })
    expect(heard.document.calibration.seeds).toEqual([...seeds, 78])
  })

  it('leave a calibration that says it certifies nothing, and what certifying costs', () => {
    const { kind, reason } = planned.for({ psnr: 1 })
    expect(kind).toBe('too-few-runs')
    const { runs, evaluations } = certificateCost(planned)
    expect({ runs, evaluations }).toEqual({ runs: 19, evaluations: 19 * (30 + walks) })
    expect(reason).toContain(`needs 19 held-out runs, there are 0`)
    expect(reason).toContain(`${evaluations} evaluations`)
    expect(certificateCost(planned, 0.99).runs).toBe(99)
    expect(() => certificateCost(planned, 1)).toThrow('confidence')
  })
})

describe('certify', () => {
  it.each([0.9, 0.95])(
    '%d: one call gives plans that are certified, at a cost stated first',
    async (certify) => {
      const counted = countingVelocity(flow)
      const events: (CalibrationProgress & { nfe: number })[] = []
      const onProgress = (event: CalibrationProgress) => events.push({ ...event, nfe: counted.nfe })
      const plan = await calibrate({ ...small, velocity: counted.velocity, certify, onProgress })
      const [first] = events
      expect(first).toMatchObject({
        stage: 'record',
        evaluations: 0,
        nfe: 0,
        certificate: { confidence: certify },
      })
      const { runs, evaluations } = first!.certificate!
      expect(first!.limit).toBe(600 + evaluations)
      expect(runs).toBe(Math.round(certify / (1 - certify)))
      expect(runsOf(plan)).toEqual([runs, runs, runs])
      expect(plan.for({ psnr: 1, confidence: certify }).kind).toBe('planned')
      expect(plan.document.calibration.evaluations).toBe(counted.nfe)
      expect(counted.nfe).toBeLessThanOrEqual(first!.limit)
      expect(events.every(({ evaluations, nfe }) => evaluations === nfe)).toBe(true)
      expect(events.at(-1)).toMatchObject({ stage: 'done', evaluations: counted.nfe })
      expect(events.some(({ stage }) => stage === 'certify')).toBe(true)
    },
  )

  it('goes with refine, with validatePlan, and with joint plans', async () => {
    const refined = await refine(planned, { velocity: flow, noise, certify: 0.9, evaluations: 300 })
    expect(runsOf(refined)).toEqual([9, 9, 9])
    const usual = await validatePlan(refined, { velocity: flow, noise })
    expect(runsOf(usual)).toEqual([19, 19, 19])
    expect(usual.for({ psnr: 1 }).kind).toBe('planned')
    const counted = countingVelocity(flow)
    expect(await validatePlan(usual, { velocity: counted.velocity, noise })).toBe(usual)
    counted.expectNfe(0)
    const { velocity } = guided()
    const options = { ...small, velocity, guided: true, passes: [13] }
    let limit = 0
    const joint = await calibrate({ ...options, certify: 0.9, onProgress: (event) => (limit = event.limit) })
    expect(joint.document.joint![0]!.scores).toHaveLength(9)
    expect(joint.document.calibration.evaluations).toBeLessThanOrEqual(limit)
  })

  it('certifies plans as they are, without an evaluation for planning', async () => {
    const counted = countingVelocity(flow)
    const options = { ...small, velocity: counted.velocity, start: planned, evaluations: 0, certify: 0.9 }
    const certified = await calibrate(options)
    counted.expectNfe(9 * (30 + walks))
    expect(certified.document.plans.map(({ weights }) => weights)).toEqual(
      planned.document.plans.map(({ weights }) => weights),
    )
    expect(runsOf(certified)).toEqual([9, 9, 9])
    await expect(calibrate({ ...options, budgets: [7] })).rejects.toThrow('budgets: 7 is not in the plan')
  })

  it.each([0, 1, -1, Number.NaN])('of %d is refused before anything is spent', async (certify) => {
    const counted = countingVelocity(flow)
    const failing = calibrate({ ...small, velocity: counted.velocity, certify })
    await expect(failing).rejects.toMatchObject({ code: 'invalid-argument', field: 'certify' })
    counted.expectNfe(0)
  })

  it.each([0, 4])('goes on from a checkpoint after %i held-out runs with none made twice', async (made) => {
    const signal = { aborted: false }
    let checkpoint: Checkpoint | undefined
    const cancelled = calibrate({
      ...small,
      certify: 0.9,
      signal,
      onCheckpoint: (position) => {
        checkpoint = JSON.parse(JSON.stringify(position))
        signal.aborted = position.planned?.plans[0]?.scores.length === made
      },
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted' })
    const counted = countingVelocity(flow)
    const plan = await calibrate({
      ...small,
      velocity: counted.velocity,
      certify: 0.9,
      checkpoint: checkpoint!,
    })
    counted.expectNfe((9 - made) * (30 + plan.document.plans.reduce((sum, { nfe }) => sum + nfe, 0)))
    expect(plan.document).toEqual((await calibrate({ ...small, certify: 0.9 })).document)
  })
})

describe('documents', () => {
  it.each([1, 2, 3])('of version %i keep their steps and estimates, and certify nothing', (version) => {
    const old = oldDocument(version)
    const plan = parsePlan(JSON.stringify(old))
    expect(plan.document.version).toBe(4)
    expect(plan.document.plans.map(({ nodes }) => nodes)).toEqual(
      planned.document.plans.map(({ nodes }) => nodes),
    )
    expect(plan.entry(8)!.quality).toMatchObject({ basis: 'leave-one-out', mean: 40, runs: 106 })
    expect(plan.for({ psnr: 20 })).toMatchObject({ kind: 'too-few-runs', nfe: 30 })
  })

  it('of before are certified by runs on seeds that none of theirs had', async () => {
    const plan = parsePlan(oldDocument(3))
    const certified = await validatePlan(plan, { velocity: flow, noise })
    expect(certified.for({ psnr: 1 }).kind).toBe('planned')
    const { seeds, heldOut } = certified.document.calibration
    expect(heldOut).toHaveLength(19)
    expect(heldOut.filter((seed) => seeds.includes(seed))).toEqual([])
  })

  it.each<[string, (document: PlanDocument) => unknown, string]>([
    [
      'on a calibration run',
      changed({ scoredOn: [planned.document.calibration.seeds[0]!, 500] }),
      'chose or fitted',
    ],
    [
      'on its noise by another number',
      changed({ scoredOn: [planned.document.calibration.seeds[0]! - 2 ** 32, 1] }),
      'chose',
    ],
    ['twice on one run', changed({ scoredOn: [500, 500] }), 'twice'],
    ['twice on one noise', changed({ scoredOn: [500, 500 + 2 ** 32] }), 'twice'],
    ['on runs it does not name', changed({ scoredOn: [500] }), '1 seeds of 2 scores'],
    ['on no seeds', changed({ scoredOn: ['a', 'b'] as never }), 'not a list of seeds'],
  ])('that judge a plan %s are refused, naming it', (_, change, problem) => {
    const error = refusal(() => parsePlan(JSON.stringify(change(planned.document))))
    expect(error).toMatchObject({ code: 'policy-unreadable', field: 'plans[1].scoredOn' })
    expect(error.message).toContain(problem)
  })

  it('that do not say which seeds have judged are refused', () => {
    const { heldOut: _, ...calibration } = planned.document.calibration
    const error = refusal(() => parsePlan(JSON.stringify({ ...planned.document, calibration })))
    expect(error).toMatchObject({ code: 'policy-unreadable', field: 'calibration.heldOut' })
  })

  it.each<[string, (document: MutableDocument) => void, string]>([
    [
      'held out and planned with',
      ({ calibration: c }) => c.heldOut.push(c.seeds[0]! - 2 ** 32),
      'calibration.heldOut',
    ],
    [
      'held out twice',
      ({ calibration: c }) => c.heldOut.push(c.heldOut[0]! + 2 ** 32),
      'calibration.heldOut',
    ],
    ['held out without being whole', ({ calibration: c }) => c.heldOut.push(0.5), 'calibration.heldOut'],
    [
      'scored on without being whole',
      ({ plans }) => plans[1]!.scoredOn.splice(0, 1, 0.5),
      'plans[1].scoredOn',
    ],
  ])('whose seeds are %s are refused', async (_, change, field) => {
    const document = structuredClone((await judgedTwice).document) as unknown as MutableDocument
    change(document)
    expect(() => parsePlan(document)).toThrow(expect.objectContaining({ code: 'policy-unreadable', field }))
  })

  it('are told by their scores alone', async () => {
    const { document } = await judgedTwice
    const [first, ...others] = document.plans
    const quality = { mean: 99, p10: 99, min: 99, runs: 1000, basis: 'held-out' } as const
    const boasting = { ...document, plans: [{ ...first!, quality }, ...others] }
    expect(parsePlan(boasting).document.plans[0]!.quality).toEqual(first!.quality)
    const unjudged = { ...document, plans: [{ ...first!, quality, scores: [], scoredOn: [] }, ...others] }
    expect(() => parsePlan(unjudged)).toThrow(expect.objectContaining({ field: 'plans[0].quality' }))
  })

  it('know every noise that was used', async () => {
    const judged = await validatePlan(planned, { velocity: flow, noise, seeds: [500] })
    const used = usedSeeds(judged.document)
    for (const seed of [...planned.document.calibration.seeds, 500, 500 - 2 ** 32])
      expect(used.has(seed)).toBe(true)
    expect(used.has(501)).toBe(false)
    expect(used.fresh(2, 499)).toEqual([499, 501])
    expect(used.fresh(2, 2 ** 32 - 1)).toEqual([2 ** 32 - 1, 0])
  })
})

/** As it was written before, with runs that count several times. */
function oldDocument(version: number): Record<string, unknown> {
  const { heldOut: _, ...calibration } = planned.document.calibration
  const plans = planned.document.plans.map(({ scoredOn: _, ...entry }) => ({
    ...entry,
    scores: Array<number>(106).fill(40),
    quality: { mean: 40, p10: 40, min: 40, runs: 106, basis: 'held-out' },
  }))
  return { ...planned.document, version, calibration, plans }
}

/** The document with two scores of its second plan, and this of it otherwise. */
function changed(change: Partial<PlanDocument['plans'][number]>): (document: PlanDocument) => PlanDocument {
  return (document) => ({
    ...document,
    plans: document.plans.map((entry, k) => (k === 1 ? { ...entry, scores: [30, 31], ...change } : entry)),
  })
}

function refusal(act: () => unknown): FastFlowError {
  try {
    act()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}
