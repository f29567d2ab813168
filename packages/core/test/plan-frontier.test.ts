import {
  calibrate,
  FastFlowError,
  fillNormal,
  float32Space,
  linearSchedule,
  type PlanDocument,
  parsePlan,
  passesOf,
  planFromMask,
  planPolicy,
  sample,
  transferPlan,
} from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { createFrontier } from '../src/plan/document/frontier.ts'
import { judge, psnrOf, scoresWithoutChoice } from '../src/plan/document/quality.ts'
import { flow, noise, schedule, small } from './support/plan.ts'

const key = { model: 'ab12', guidance: 1.5, dims: [1, 24], dtype: 'float32' }
const planned = await calibrate({ ...small, key })

/** The document with other held-out scores, everything else alike. */
function withScores(scores: readonly (readonly number[])[], fewerSteps: number[] = []): PlanDocument {
  const plans = planned.document.plans.map((entry, k) => ({
    ...entry,
    scores: scores[k]!,
    scoredOn: scores[k]!.map((_, n) => n),
    quality: { ...entry.quality, basis: 'held-out' as const, runs: scores[k]!.length },
  }))
  return { ...planned.document, floor: { fewerSteps, exact: [] }, plans }
}

describe('frontier', () => {
  it('serves the largest plan within the budget, the full run from T on, and refuses less than the least', async () => {
    expect(planned.at(9).name).toBe(planned.at(8).name)
    expect(planned.at(30).name).toBe('full')
    expect(() => planned.at(4)).toThrow('available: 5, 8, 12')
  })

  it('refuses a run on another grid, naming the difference', async () => {
    const options = { velocity: flow, x: noise(1), policy: planned.at(8) }
    await expect(sample({ ...options, schedule: linearSchedule(29) })).rejects.toMatchObject({
      code: 'policy-mismatch',
      field: 'schedule.sigmas',
    })
  })

  it('writes masks that come back as the same nodes', () => {
    const mask = planned.mask(8)
    expect(mask.reduce((sum, step) => sum + step, 0)).toBe(planned.entry(8)!.nfe)
    expect(planFromMask(mask, schedule).nodes).toEqual(planned.entry(8)!.nodes)
    expect(() => planFromMask(mask.slice(1), schedule)).toThrow('29 entries')
    expect(() => planFromMask([0, ...mask.slice(1)], schedule)).toThrow('first step')
  })

  it('weighs the state in the last jump, which brings unseen runs closer', async () => {
    const errors = async (stateWeight: number | undefined, seed: number): Promise<number> => {
      const { nodes, weights } = planned.entry(8)!
      const policy = planPolicy(schedule.sigmas, { nodes, weights, ...(stateWeight && { stateWeight }) })
      const { x } = await sample({ velocity: flow, schedule, x: noise(seed), policy })
      const full = await sample({ velocity: flow, schedule, x: noise(seed) })
      return float32Space.meanSquaredDifference(x, full.x)
    }
    const { stateWeight } = planned.entry(8)!
    expect(stateWeight).not.toBe(1)
    const seeds = Array.from({ length: 16 }, (_, n) => 100 + n)
    const weighed = await Promise.all(seeds.map((seed) => errors(stateWeight, seed)))
    const plain = await Promise.all(seeds.map((seed) => errors(undefined, seed)))
    const closer = seeds.filter((_, n) => weighed[n]! < plain[n]!)
    expect(closer.length).toBeGreaterThan(12)
  })

  it('runs a full mask as the baseline', async () => {
    const steps = planFromMask(Array<number>(30).fill(1), schedule)
    const policy = planPolicy(schedule.sigmas, steps)
    const { x } = await sample({ velocity: flow, schedule, x: noise(2), policy })
    const full = await sample({ velocity: flow, schedule, x: noise(2) })
    expect(float32Space.meanSquaredDifference(x, full.x)).toBeLessThan(1e-10)
  })
})

describe('passes where guidance has an interval', () => {
  const key = { ...planned.document.key, guidanceInterval: [0.3, 0.7] as const }
  const limited = parsePlan({ ...planned.document, key })
  const guided = schedule.sigmas.slice(0, -1).map((sigma) => sigma > 0.29 && sigma < 0.71)
  const cost = (nodes: readonly number[]): number =>
    nodes.reduce((sum, node) => sum + (guided[node] ? 2 : 1), 0)

  it('are one an evaluation outside of it', () => {
    for (const entry of limited.document.plans) expect(passesOf(entry, key)).toBe(cost(entry.nodes))
  })

  it.each([0, 1])('are one an evaluation at scale %d, which leaves out one of the two passes', (guidance) => {
    for (const entry of limited.document.plans)
      expect(passesOf(entry, { ...key, guidance })).toBe(entry.nodes.length)
  })

  it('choose the best plan within as many, the full run from its own on', () => {
    const whole = cost(guided.map((_, index) => index))
    expect(whole).toBeLessThan(2 * guided.length)
    expect(limited.entry({ passes: whole })).toBeUndefined()
    const costs = limited.document.plans.map(({ nodes }) => cost(nodes))
    expect(limited.entry({ passes: whole - 1 })).toBeDefined()
    const [least] = costs
    expect(limited.entry({ passes: least! })).toBe(limited.document.plans[0])
    expect(planned.document.plans[0]!.nfe * 2).toBeGreaterThan(least!)
    expect(() => limited.entry({ passes: least! - 1 })).toThrow(`below the ${least} of the smallest plan`)
  })
})

describe('quality targets', () => {
  const nineteen = (value: number): number[] => Array<number>(19).fill(value)

  it('choose the cheapest plan certified', () => {
    const plan = createFrontier(withScores([nineteen(20), nineteen(30), nineteen(40)]))
    expect(plan.for({ psnr: 25 })).toMatchObject({ kind: 'planned', nfe: planned.entry(8)!.nfe })
    expect(plan.for({ psnr: 15 })).toMatchObject({ nfe: planned.entry(5)!.nfe })
  })

  it('fall back to the full run and say why', () => {
    const short = createFrontier(withScores([[40], [40], [40]]))
    expect(short.for({ psnr: 25 })).toMatchObject({ kind: 'too-few-runs', nfe: 30 })
    expect(short.for({ psnr: 25 }).reason).toContain('needs 19 held-out runs, there are 1')
    const low = createFrontier(withScores([nineteen(20), nineteen(20), nineteen(20)]))
    expect(low.for({ psnr: 25 })).toMatchObject({ kind: 'out-of-reach', nfe: 30 })
    const floored = createFrontier(withScores([nineteen(50), nineteen(50), nineteen(50)], [33, 34]))
    expect(floored.for({ psnr: 40 })).toMatchObject({ kind: 'beyond-floor', nfe: 30 })
    expect(floored.for({ psnr: 40 }).reason).toContain('33.0 dB')
    expect(() => low.for({ psnr: 25, confidence: 1 })).toThrow('confidence')
    expect(() => low.for({ psnr: Number.NaN })).toThrow('psnr')
  })

  it('do not let a lucky small plan pass where a larger one fails', () => {
    const plan = createFrontier(withScores([nineteen(40), nineteen(20), nineteen(40)]))
    expect(plan.for({ psnr: 30 })).toMatchObject({ nfe: planned.entry(12)!.nfe })
  })
})

describe('honest scores', () => {
  it('judge a run under the choice of the others', () => {
    expect(
      scoresWithoutChoice([
        [10, 10, 60],
        [20, 20, 20],
      ]),
    ).toEqual([10, 10, 20])
    expect(scoresWithoutChoice([[5, 6]])).toEqual([5, 6])
  })

  it('show no gain from choosing among equal plans', () => {
    const noises = fillNormal(new Float32Array(8 * 400), 3)
    const scores = Array.from({ length: 50 }, (_, trial) => {
      const at = (c: number, n: number): number => noises[(trial * 8 + c) * 8 + n]!
      return scoresWithoutChoice(
        Array.from({ length: 8 }, (_, c) => Array.from({ length: 8 }, (_, n) => at(c, n))),
      )
    })
    const mean = scores.flat().reduce((sum, value) => sum + value, 0) / scores.flat().length
    expect(Math.abs(mean)).toBeLessThan(0.15)
  })

  it('weigh the tail', () => {
    expect(judge([30, 30, 30])).toBe(30)
    expect(judge([40, 40, 10])).toBeLessThan(judge([31, 31, 29]))
    expect(psnrOf(0, 2)).toBe(120)
  })
})

describe('documents', () => {
  const text = JSON.stringify(planned)

  it('come back from JSON as the same policy, in a few kB', async () => {
    const plan = parsePlan(text, { ...key, schedule, target: 'baseline' })
    expect(plan.document).toEqual(planned.document)
    expect(text.length).toBeLessThan(8192)
    const run = (policy: ReturnType<typeof plan.at>) =>
      sample({ velocity: flow, schedule, x: noise(9), policy })
    expect((await run(plan.at(8))).x).toEqual((await run(planned.at(8))).x)
  })

  it('are read from text, bytes, the value or a frontier, with or without a byte order mark', () => {
    const bytes = new TextEncoder().encode(`\uFEFF${text}`)
    const padded = new Uint8Array(bytes.length + 3)
    padded.set(bytes, 3)
    const forms = [`\uFEFF${text}`, bytes, bytes.buffer, padded.subarray(3), planned, parsePlan(text)]
    for (const form of forms) expect(parsePlan(form).document).toEqual(JSON.parse(text))
  })

  it.each<[unknown, string]>([
    ['plans/cat.json', 'pass the text of the file and not its path'],
    [new URL('file:///plans/cat.json'), 'is the address file:///plans/cat.json; read the file'],
    [Promise.resolve(planned), 'is a promise; await it first'],
    [new Blob([text]), 'is a file that nobody has read yet; pass its text'],
    [new Response(text), 'is a file that nobody has read yet; pass its text'],
    [new Uint8Array([0xff, 0xfe, 0]), 'is not valid JSON'],
    [undefined, 'is not a JSON object'],
  ])('that are no plan say what to pass (%#)', (stored, problem) => {
    expect(refusal(() => parsePlan(stored))).toMatchObject({
      field: 'plan',
      message: expect.stringContaining(problem),
    })
  })

  it.each([
    [{ model: 'ff' }, 'model'],
    [{ guidance: 2 }, 'guidance'],
    [{ guidance: key.guidance, guidanceInterval: [0.1, 0.8] as const }, 'guidanceInterval'],
    [{ dims: [1, 48] }, 'dims'],
    [{ dtype: 'float16' }, 'dtype'],
    [{ target: 'exact' as const }, 'target'],
    [{ schedule: linearSchedule(20) }, 'schedule.sigmas'],
  ])('made for something else than %j are refused naming %s', (expected, field) => {
    expect(refusal(() => parsePlan(text, expected))).toMatchObject({ code: 'policy-mismatch', field })
  })

  it('made of recordings alone do not say of which model', () => {
    const text = damaged('key.model', null)
    expect(() => parsePlan(text)).not.toThrow()
    expect(refusal(() => parsePlan(text, { model: 'ff' })).message).toMatch(
      /^model: the plan does not say what it was made for, this run has ff; calibrate for it/,
    )
  })

  it('made where guidance has an interval say so, and are refused elsewhere', () => {
    const text = damaged('key.guidanceInterval', [0.1, 0.8])
    const { guidance } = key
    const plan = parsePlan(text, { guidance, guidanceInterval: [0.1, 0.8] })
    expect(plan.document.key.guidanceInterval).toEqual([0.1, 0.8])
    for (const expected of [{ guidance }, { guidance, guidanceInterval: [0.1, 0.9] as const }])
      expect(refusal(() => parsePlan(text, expected))).toMatchObject({
        code: 'policy-mismatch',
        field: 'guidanceInterval',
      })
    expect(() => parsePlan(text)).not.toThrow()
  })

  it.each([1, 2])(
    'of version %i, whose jumps add to the state as it is, are followed as they were',
    async (version) => {
      const plans = planned.document.plans.map(({ stateWeight: _, ...entry }) => entry)
      const { nodes, weights } = plans[1]!
      const run = (policy: ReturnType<typeof planPolicy>) =>
        sample({ velocity: flow, schedule, x: noise(2), policy })
      const old = await run(parsePlan({ ...planned.document, version, plans }).at(8))
      expect(old.x).toEqual((await run(planPolicy(schedule.sigmas, { nodes, weights }))).x)
      expect(old.x).not.toEqual((await run(planned.at(8))).x)
    },
  )

  it.each([
    ['not json', 'plan'],
    ['null', 'plan'],
    ['{}', 'format'],
    [damaged('version', 5), 'version'],
    [damaged('key.schedule.sigmas.3', 'x'), 'key.schedule.sigmas'],
    [damaged('key.schedule.sigmas.3', 2), 'key.schedule.sigmas'],
    [damaged('key.basis.order', 'oldest-first'), 'key.basis.order'],
    [damaged('key.target', 'best'), 'key.target'],
    ...['0.1', [0.8, 0.1], [0.1], [0.1, 0.8, 1]].map((value) => [
      damaged('key.guidanceInterval', value),
      'key.guidanceInterval',
    ]),
    [damaged('calibration.seeds', 1), 'calibration.seeds'],
    [damaged('calibration.range', null), 'calibration.range'],
    [damaged('floor', []), 'floor'],
    [damaged('plans', []), 'plans'],
    [damaged('plans.1.nodes.2', 0), 'plans[1].nodes'],
    [damaged('plans.1.nfe', 99), 'plans[1].nfe'],
    [damaged('plans.1.budget', 1), 'plans[1].budget'],
    [damaged('plans.1.weights.0', [1, 2]), 'plans[1].weights[0]'],
    [damaged('plans.1.weights.1.0', null), 'plans[1].weights[1]'],
    [damaged('plans.1.weights', []), 'plans[1].weights'],
    [damaged('plans.1.stateWeight', null), 'plans[1].stateWeight'],
    [damaged('plans.1.quality.p10', null), 'plans[1].quality.p10'],
  ])('that are damaged are refused naming the field (%#)', (document, field) => {
    expect(refusal(() => parsePlan(document))).toMatchObject({ code: 'policy-unreadable', field })
  })
})

describe('transfer', () => {
  it('keeps noise levels and starts quality anew', async () => {
    const other = linearSchedule(60)
    const moved = transferPlan(planned, other)
    expect(moved.entry(8)!.nodes).toEqual(planned.entry(8)!.nodes.map((node) => 2 * node))
    expect(moved.entry(8)!.quality).toMatchObject({ basis: 'none', runs: 0 })
    expect(moved.entry(8)).not.toHaveProperty('stateWeight')
    const { x } = await sample({ velocity: flow, schedule: other, x: noise(4), policy: moved.at(12) })
    const full = await sample({ velocity: flow, schedule: other, x: noise(4) })
    const first = await sample({ velocity: flow, schedule: other, x: noise(5) })
    const apart = float32Space.meanSquaredDifference(first.x, full.x) as number
    expect(float32Space.meanSquaredDifference(x, full.x)).toBeLessThan(apart / 10)
  })

  it('leaves out budgets the new grid has no room for', () => {
    expect(transferPlan(planned, linearSchedule(10)).budgets).toEqual([5, 8])
    expect(() => transferPlan(planned, linearSchedule(4))).toThrow('schedule')
  })
})

function refusal(act: () => unknown): FastFlowError {
  try {
    act()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** The document as JSON with one value replaced. */
function damaged(path: string, value: unknown): string {
  const document = JSON.parse(JSON.stringify(planned))
  const names = path.split('.')
  const last = names.pop()!
  const holder = names.reduce((inner, name) => inner[name], document)
  holder[last] = value
  return JSON.stringify(document)
}
