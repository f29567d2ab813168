import { createRandom, fillNormal, float32Space } from '@fastflow/core'
import type { BanditName, DecisionRecord, QualityTable } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { lastChoice, sharedEvaluations } from '../src/target/branches.ts'
import { certify } from '../src/target/certify.ts'
import { certificateOf, choose, goOn } from '../src/target/choose.ts'
import { sized, sizeScore, withLandings } from '../src/target/early.ts'
import { CONTEXT_SIZE, conditionFeatures, contextOf } from '../src/target/features.ts'
import type { Goal } from '../src/target/goal.ts'
import { BANDITS } from '../src/target/learner.ts'
import { learnerOfState } from '../src/target/named-learner.ts'
import { parseRecord } from '../src/target/record.ts'
import { rewardOf } from '../src/target/reward.ts'
import { createTerms, initState, parseState, update } from '../src/target/state.ts'
import type { TargetState, Terms } from '../src/target/terms.ts'

const goal: Goal = { metric: 'lpips', limit: 0.05, confidence: 0.95 }
const NFE = [6, 10, 15]
const LANDINGS = 6

/** Every plan scores what `score` says on each run; landings vary around -2 by 0.1. */
function tableOf(runs: number, score: (arm: number, run: number) => number): QualityTable {
  const noise = fillNormal(new Float32Array(runs * NFE.length * LANDINGS), 3)
  return {
    format: 'fastflow-quality',
    version: 2,
    key: 'k',
    plans: 'p',
    metric: 'lpips',
    proxy: { name: 'lpips', version: 'lpips/1' },
    numSteps: 50,
    nfe: NFE,
    floor: [],
    runs: Array.from({ length: runs }, (_, run) => ({
      seed: run,
      features: [0.1, -0.2, 0.3, 0],
      scores: NFE.map((_, arm) => score(arm, run)),
      landings: NFE.map((_, arm) =>
        Array.from(
          { length: LANDINGS },
          (_, k) => -2 + 0.1 * noise[(run * NFE.length + arm) * LANDINGS + k]!,
        ),
      ),
    })),
  }
}

const termsOf = (table: QualityTable | undefined, bandit?: BanditName): Terms =>
  createTerms(goal, [...NFE, 50], table, bandit)

const context = contextOf([0.1, -0.2, 0.3, 0], 0)

function record(more: Partial<DecisionRecord>): DecisionRecord {
  return {
    format: 'fastflow-decision',
    version: 3,
    key: 'k',
    seed: 1,
    mode: 'on',
    arms: [...NFE, 50],
    arm: 1,
    propensity: 1,
    choices: [{ context, among: [0, 1, 2, 3], taken: [more.arm ?? 1] }],
    landings: [],
    metric: 'lpips',
    limit: 0.05,
    proxy: 'lpips/1',
    scores: [],
    shadowNfe: 0,
    reward: null,
    ...more,
  }
}

const learn = (terms: Terms, records: readonly DecisionRecord[], from = initState(terms)): TargetState =>
  records.reduce((state, one) => update(state, one, terms), from)

const certified = (terms: Terms, state: TargetState): number | undefined => certificateOf(state, terms).arm

describe('certify', () => {
  const always = (scores: readonly number[]) => (arm: number) => scores[arm]!

  it('takes the cheapest plan in a row from the dearest down', () => {
    const table = tableOf(64, always([0.2, 0.04, 0.01]))
    expect(certify(goal, NFE, { table, online: [] })).toMatchObject({ kind: 'planned', arm: 1 })
    const odd = tableOf(64, always([0.01, 0.2, 0.01]))
    expect(certify(goal, NFE, { table: odd, online: [] })).toMatchObject({ kind: 'planned', arm: 2 })
  })

  it('promises at most what the runs bear out', () => {
    const missing = (misses: number) => tableOf(100, (_, run) => (run < misses ? 0.2 : 0.01))
    expect(certify(goal, NFE, { table: missing(1), online: [] }).arm).toBe(0)
    expect(certify(goal, NFE, { table: missing(2), online: [] })).toMatchObject({ kind: 'out-of-reach' })
    const few = { table: tableOf(58, () => 0.01), online: [] }
    expect(certify(goal, NFE, few)).toMatchObject({ kind: 'unmeasured', reason: expect.stringMatching(/59/) })
  })

  it('holds: at most 5 % of 400 calibrations certify a plan that misses more often than allowed', () => {
    const uniform = (seed: number) => {
      const normal = fillNormal(new Float32Array(100), seed)
      return (run: number) => (normal[run]! > 1.56 ? 0.2 : 0.01)
    }
    let wrong = 0
    for (let seed = 0; seed < 400; seed++) {
      const score = uniform(seed)
      const { arm } = certify(goal, NFE, { table: tableOf(100, (_, run) => score(run)), online: [] })
      if (arm !== undefined) wrong++
    }
    expect(wrong / 400).toBeLessThanOrEqual(0.05)
  })
})

describe('what is measured online', () => {
  const measured = (arm: number, score: number, count: number): DecisionRecord[] =>
    Array.from({ length: count }, () => record({ arm, scores: [{ arm, score, landings: [] }] }))

  it('tightens: a plan that misses while serving is given up for a dearer one', () => {
    const terms = termsOf(tableOf(64, () => 0.01))
    const state = learn(terms, [])
    expect(certified(terms, state)).toBe(0)
    expect(certified(terms, learn(terms, measured(0, 0.3, 10)))).toBe(1)
  })

  it('relaxes: enough good outcomes certify a plan that calibration alone could not', () => {
    const terms = termsOf(tableOf(40, () => 0.01))
    expect(certified(terms, learn(terms, []))).toBeUndefined()
    const records = Array.from({ length: 80 }, () =>
      record({ arm: 3, scores: NFE.map((_, arm) => ({ arm, score: 0.01, landings: [] })) }),
    )
    expect(certified(terms, learn(terms, records))).toBe(0)
  })

  it('teaches the bandit, where it was measured and nowhere else', () => {
    const terms = termsOf(undefined)
    const before = initState(terms)
    expect(learn(terms, [record({})]).learner).toEqual(before.learner)
    const after = learn(terms, measured(1, 0.01, 30))
    const { arm } = choose(
      after,
      terms,
      certificateOf(after, terms),
      context,
      { choose: 'learned' },
      () => 0.5,
    )
    expect(arm).toBe(1)
  })
})

describe.each(BANDITS)('%s', (bandit) => {
  const full = NFE.length
  const served = (terms: Terms, state: TargetState, conservative?: number): number[] => {
    const certificate = certificateOf(state, terms)
    const counts = new Array<number>(full + 1).fill(0)
    for (let n = 0; n < 400; n++) {
      const options = { choose: 'learned', ...(conservative && { conservative }) } as const
      const { arm, propensity } = choose(state, terms, certificate, context, options, () => (n + 0.5) / 400)
      expect(propensity).toBeGreaterThan(0)
      counts[arm]!++
    }
    return counts.map((count) => count / 400)
  }

  it('starts from the measured runs, and now and then takes any arm', () => {
    const terms = termsOf(
      tableOf(64, (arm) => [0.2, 0.01, 0.008][arm]!),
      bandit,
    )
    const shares = served(terms, initState(terms))
    expect(shares[1]).toBeGreaterThan(0.9)
    for (const share of shares) expect(share).toBeGreaterThan(0)
  })

  it('learns from what is measured online', () => {
    const terms = termsOf(
      tableOf(64, (arm) => [0.2, 0.01, 0.008][arm]!),
      bandit,
    )
    const turned = Array.from({ length: 400 }, (_, n) => {
      const arm = n % 4
      if (arm === full) return record({ arm, reward: 0 })
      return record({ arm, scores: [{ arm, score: arm === 0 ? 0.001 : 0.2, landings: [] }] })
    })
    const state = learn(terms, turned)
    expect(served(terms, state)[0]).toBeGreaterThan(0.9)
    expect(parseState(JSON.parse(JSON.stringify(state)), terms)).toEqual(state)
    expect(learnerOfState(state.learner).name).toBe(bandit)
  })

  it('with a bound takes no arm that could cost more than that, until earlier requests have earned the room', () => {
    // Certified is the second plan; nothing was ever measured of the first that would make it safe.
    const terms = termsOf(
      tableOf(120, (arm) => [0.2, 0.01, 0.008][arm]!),
      bandit,
    )
    const fresh = initState(terms)
    expect(certified(terms, fresh)).toBe(1)
    expect(served(terms, fresh, 0.05)[0]).toBe(0)
    expect(served(terms, fresh)[0]).toBeGreaterThan(0)
    const good = Array.from({ length: 400 }, () =>
      record({ arm: 1, scores: [{ arm: 1, score: 0.01, landings: [] }] }),
    )
    expect(served(terms, learn(terms, good), 0.2)[0]).toBeGreaterThan(0)
  })

  it('with a bound keeps to the full run where nothing is certified and nothing measured', () => {
    const terms = termsOf(undefined, bandit)
    expect(served(terms, initState(terms), 0.1)[full]).toBe(1)
  })
})

it('a bounded bandit stays within its share of the certified plan when a tempting plan goes bad, an unbounded one does not', () => {
  const alpha = 0.05
  const shortfallOf = (bounded: boolean): number => {
    // The cheapest plan misses too often to be certified, and earned most when it was measured; now it always misses.
    const terms = termsOf(tableOf(64, (arm, run) => [run % 12 === 0 ? 0.2 : 0.001, 0.006, 0.005][arm]!))
    const now = [0.2, 0.006, 0.005]
    const unit = (arm: number): number =>
      (1 + (now[arm] === undefined ? 0 : rewardOf(goal, now[arm], terms.arms[arm]!, 50))) / 2
    const options = { choose: 'learned', ...(bounded && { conservative: alpha }) } as const
    let state = initState(terms)
    let [shortfall, worst] = [0, 0]
    for (let n = 0; n < 200; n++) {
      const certificate = certificateOf(state, terms)
      const { arm } = choose(state, terms, certificate, context, options, () => ((n * 37 + 3) % 100) / 100)
      shortfall += (1 - alpha) * unit(certificate.arm ?? NFE.length) - unit(arm)
      worst = Math.max(worst, shortfall)
      const scores = arm < NFE.length ? [{ arm, score: now[arm]!, landings: [] }] : []
      state = update(state, record({ arm, scores }), terms)
    }
    return worst
  }
  expect(shortfallOf(true)).toBe(0)
  expect(shortfallOf(false)).toBeGreaterThan(0.3)
})

describe('drift', () => {
  const terms = termsOf(tableOf(100, () => 0.01))
  /** Requests whose landings from `first` on lie around `mean`, the others around -2. */
  const stream = (count: number, mean: number, seed: number, first = 0): DecisionRecord[] => {
    const noise = fillNormal(new Float32Array(count * LANDINGS), seed)
    return Array.from({ length: count }, (_, n) => {
      const landings = Array.from(
        { length: LANDINGS },
        (_, k) => (k < first ? -2 : mean) + 0.1 * noise[n * LANDINGS + k]!,
      )
      return record({ arm: 0, landings })
    })
  }

  it('raises no false alarm in 500 unchanged requests, and finds a changed model within 20', () => {
    for (let seed = 10; seed < 20; seed++) {
      const calm = learn(terms, stream(500, -2, seed))
      expect(calm.alarm).toBeNull()
      for (const changed of [-1.8, -2.2]) {
        const { alarm } = learn(terms, stream(20, changed, seed + 100), calm)
        expect(alarm).toBeGreaterThan(500)
      }
    }
  })

  it('finds a change that shows at the end of the trajectory alone', () => {
    const { alarm } = learn(terms, stream(20, -1.7, 7, 4), learn(terms, stream(100, -2, 8)))
    expect(alarm).toBeGreaterThan(100)
  })

  it('learns nothing from landings of another number than those measured', () => {
    const odd = stream(30, 0, 9).map((one) => ({ ...one, landings: one.landings.slice(1) }))
    expect(learn(terms, odd)).toMatchObject({ alarm: null, previous: 0, served: 30 })
  })

  it('withdraws what was certified, says so, and serves the full run until new evidence is in', () => {
    const state = learn(terms, stream(40, -1, 5))
    const certificate = certificateOf(state, terms)
    expect(certificate).toMatchObject({ arm: undefined, reason: expect.stringMatching(/has changed/) })
    for (const how of ['certified', 'learned'] as const)
      expect(choose(state, terms, certificate, context, { choose: how }, () => 0.5).arm).toBe(3)
  })
})

describe('contexts', () => {
  it('tell classes and prompts apart, are the same every time, and of size about 1', () => {
    const label = (id: bigint) => ({
      class_labels: { type: 'int64', dims: [1], data: BigInt64Array.of(id) } as const,
    })
    expect(conditionFeatures(label(1n))).toEqual(conditionFeatures(label(1n)))
    expect(conditionFeatures(label(1n))).not.toEqual(conditionFeatures(label(2n)))
    const states = { type: 'float32', dims: [1, 2, 3], data: Float32Array.of(1, 2, 3, 9, 9, 9) } as const
    const mask = { type: 'int64', dims: [1, 2], data: BigInt64Array.of(1n, 0n) } as const
    const prompt = { encoder_hidden_states: states, encoder_attention_mask: mask }
    const padded = { ...states, data: Float32Array.of(1, 2, 3, 0, 1, 0) }
    expect(conditionFeatures(prompt)).toEqual(conditionFeatures({ ...prompt, encoder_hidden_states: padded }))
    expect(contextOf(conditionFeatures(prompt), 9)).toHaveLength(CONTEXT_SIZE)
    expect(contextOf([0], 9, -9)).toEqual([1, 0, 1, -1, 0, 0])
    expect(conditionFeatures({})).toEqual([0, 0, 0, 0])
  })
})

/**
 * Plans 0 and 1 share three evaluations. Either both fail where the first evaluation predicts little, or the first of them
 * where the second landing, which is known before they part, is large.
 */
function branchingTable(runs: number, by: 'size' | 'landing'): QualityTable {
  const noise = fillNormal(new Float32Array(runs * 20), 4)
  const table = tableOf(runs, () => 0.01)
  return {
    ...table,
    runs: table.runs.map((run, n) => {
      const at = (k: number): number => -2 + 0.1 * noise[n * 20 + k]!
      const hard = by === 'size' && noise[n * 20 + 19]! < 0
      const curved = by === 'landing' && noise[n * 20 + 1]! > 0
      const common = [at(0), at(1)]
      return {
        ...run,
        size: noise[n * 20 + 19]!,
        scores: hard ? [0.2, 0.2, 0.001] : curved ? [0.1, 0.001, 0.001] : [0.001, 0.001, 0.001],
        landings: [
          [...common, at(2)],
          [...common, at(3), at(4)],
          [at(5), at(6), at(7)],
        ],
      }
    }),
  }
}

describe('what a request shows on its way', () => {
  const table = branchingTable(200, 'landing')

  it('size: the squared norm of the image that the first evaluation predicts, at no evaluation', async () => {
    let evaluations = 0
    const first = sized((x: Float32Array) => {
      evaluations++
      return x.map((value) => value / 2)
    }, float32Space)
    const call = { branch: 'both', guidance: undefined, signal: undefined, out: new Float32Array(2) } as const
    expect(first.size()).toBeUndefined()
    await first.velocity(Float32Array.of(2, 4), 1, { ...call, index: 0 })
    await first.velocity(Float32Array.of(8, 8), 0.5, { ...call, index: 1 })
    expect(first.size()).toBeCloseTo(Math.log10(1 + 4), 9)
    expect(evaluations).toBe(2)
    expect(sizeScore(table, undefined)).toBe(0)
    expect(sizeScore(undefined, 1)).toBe(0)
    expect(Math.abs(sizeScore(table, 1) - 1)).toBeLessThan(0.3)
  })

  it('landings enter the context in deviations of the same plan, and are 0 where nothing is known', () => {
    const first = contextOf([0, 0, 0, 0], 0)
    expect(withLandings(first, table, 0, [])).toEqual(first)
    expect(withLandings(first, undefined, 0, [-1, -1])).toEqual(first)
    const seen = withLandings(first, table, 0, [-1.9, -2.1])
    expect(seen.slice(0, -2)).toEqual(first.slice(0, -2))
    expect(seen.at(-2)).toBeGreaterThan(0.35)
    expect(seen.at(-1)).toBeLessThan(-0.35)
  })

  it('plans that land alike in every run share evaluations', () => {
    const shared = sharedEvaluations(4, table)
    expect(shared[0]).toEqual([Infinity, 3, 1, 1])
    expect(shared[3]).toEqual([1, 1, 1, Infinity])
    expect([0, 1, 2, 3].map((arm) => lastChoice(shared, arm))).toEqual([3, 3, 1, 1])
    expect(sharedEvaluations(2, undefined)).toEqual([
      [Infinity, 1],
      [1, Infinity],
    ])
  })

  it.each(['lin-ucb', 'lin-ts'] as const)(
    '%s: chooses by the size of what the first evaluation predicts',
    (bandit) => {
      const terms = termsOf(branchingTable(200, 'size'), bandit)
      const state = initState(terms)
      const begun = (size: number) =>
        choose(
          state,
          terms,
          certificateOf(state, terms),
          contextOf([0.1, -0.2, 0.3, 0], 0, size),
          { choose: 'learned' },
          () => 0.5,
        )
      const hard = begun(-2)
      expect(hard).toMatchObject({ arm: 2, choices: [{ taken: [2] }] })
      expect(goOn(hard, state, terms, 2, [-2], () => 0.5)).toBe(hard)
      expect(begun(2).choices[0]!.taken).toEqual([0, 1])
    },
  )

  it.each(['lin-ucb', 'lin-ts'] as const)(
    '%s: chooses again by the landings where plans part, and there alone',
    (bandit) => {
      const terms = termsOf(table, bandit)
      const state = initState(terms)
      const context = contextOf([0.1, -0.2, 0.3, 0], 0)
      for (const [landing, arm] of [
        [-2.2, 0],
        [-1.8, 1],
      ] as const) {
        const begun = choose(
          state,
          terms,
          certificateOf(state, terms),
          context,
          { choose: 'learned' },
          () => 0.3,
        )
        expect(begun.choices[0]!.taken).toEqual([0, 1])
        expect(goOn(begun, state, terms, 2, [-2], () => 0.5)).toBe(begun)
        const route = goOn(begun, state, terms, 3, [-2, landing], () => 0.5)
        expect(route).toMatchObject({ arm, choices: [{}, { among: [0, 1], taken: [arm] }] })
        expect(route.propensity).toBeLessThan(begun.propensity)
        expect(goOn(route, state, terms, 4, [-2, landing, -2], () => 0.5)).toBe(route)
      }
    },
  )

  it('propensities of all ways sum to 1', () => {
    const terms = termsOf(table)
    const state = initState(terms)
    const certificate = certificateOf(state, terms)
    const ways = new Map<string, number>()
    const { next } = createRandom(3)
    for (let n = 0; n < 3000; n++) {
      const begun = choose(
        state,
        terms,
        certificate,
        contextOf([0, 0, 0, 0], 0, 1),
        { choose: 'learned' },
        next,
      )
      const route = goOn(begun, state, terms, 3, [-2, -2.1], next)
      ways.set(`${route.arm}`, route.propensity)
    }
    expect([...ways.keys()].sort()).toEqual(['0', '1', '2', '3'])
    expect([...ways.values()].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
  })

  it('an arm that a bound rules out is not changed to either', () => {
    const terms = termsOf(table)
    const state = initState(terms)
    const certificate = certificateOf(state, terms)
    const options = { choose: 'learned', conservative: 0.001 } as const
    for (let u = 0.05; u < 1; u += 0.1) {
      const begun = choose(state, terms, certificate, contextOf([0, 0, 0, 0], 0, 2), options, () => u)
      expect(begun.choices[0]!.taken).toEqual([begun.arm])
    }
  })
})

describe('rewards', () => {
  it('are quality minus price: a half at the limit, none at twice the limit', () => {
    expect(rewardOf(goal, 0, 10, 50)).toBeCloseTo(0.8, 12)
    expect(rewardOf(goal, 0.05, 10, 50)).toBeCloseTo(0.3, 12)
    expect(rewardOf(goal, 0.5, 10, 50)).toBeCloseTo(-0.2, 12)
    const psnr: Goal = { metric: 'psnr', limit: 30, confidence: 0.95 }
    expect(rewardOf(psnr, 30, 10, 50)).toBeCloseTo(0.3, 12)
    expect(rewardOf(psnr, 100, 10, 50)).toBeCloseTo(0.8, 3)
  })
})

describe('documents from outside', () => {
  const terms = termsOf(undefined)

  it('come back as they were', () => {
    const state = learn(terms, [
      record({ arm: 1, scores: [{ arm: 1, score: 0.01, landings: [] }], landings: [-2] }),
    ])
    expect(parseState(JSON.parse(JSON.stringify(state)), terms)).toEqual(state)
    const line = JSON.stringify(record({}))
    for (const form of [line, Buffer.from(line), JSON.parse(line)])
      expect(parseRecord(form)).toEqual(record({}))
    expect(() => parseRecord('{')).toThrow('is not valid JSON')
  })

  it.each([
    ['null', null],
    ['another version', { ...initState(terms), version: 2 }],
    ['counts of other plans', { ...initState(terms), taken: [0] }],
    ['damaged outcomes', { ...initState(terms), online: NFE.map(() => ({ runs: 1, misses: 0 })) }],
    [
      'the state of another bandit',
      { ...initState(terms), learner: initState(termsOf(undefined, 'lin-ts')).learner },
    ],
    ['arms of other plans', { ...initState(terms), online: [] }],
    ['a damaged learner', { ...initState(terms), learner: { version: 1, kind: 'lin-ucb', arms: -1 } }],
    ['a damaged count', { ...initState(terms), served: 'x' }],
  ])('%s is no state', (_, document) => {
    expect(() => parseState(document, terms)).toThrow(/damaged/)
  })

  it.each([
    ['learner.arms', { learner: { version: 1, kind: 'lin-ucb', arms: -1 } }],
    [
      'drift[1].count',
      { drift: initState(terms).drift.map((one, i) => (i === 1 ? { ...one, count: -1 } : one)) },
    ],
    ['drift[0].kind', { drift: initState(terms).drift.map(() => ({ version: 1 })) }],
    ['drift[2].up', { drift: initState(terms).drift.map((one, i) => (i === 2 ? { ...one, up: 'x' } : one)) }],
  ])('a damaged %s is named', (field, damage) => {
    const wanted = expect.objectContaining({ code: 'policy-unreadable', field: `target.state.${field}` })
    expect(() => parseState({ ...initState(terms), ...damage }, terms)).toThrow(wanted)
  })

  it.each([
    [{}, 'no decision'],
    [{ ...record({}), version: 1 }, 'version'],
    [record({ propensity: 0 }), 'propensity'],
    [record({ arm: 9 }), 'arm: 9'],
    [{ ...record({}), arm: 0 }, 'ruled out'],
    [record({ choices: [] }), 'choices'],
    [record({ choices: [{ context: [0], among: [0], taken: [0] }] }), 'choices'],
    [record({ choices: [{ context: [1], among: [0], taken: [9] }] }), 'choices'],
    [record({ scores: [{ arm: 9, score: 1, landings: [] }] }), 'scores'],
    [{ ...record({}), reward: 'x' }, 'reward'],
    [record({ reward: 1.5 }), 'reward'],
  ])('%j is no record', (value, problem) => {
    expect(() => parseRecord(value)).toThrow(problem)
  })
})
