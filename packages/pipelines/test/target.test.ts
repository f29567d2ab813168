import type { QualityProxy, RgbImage } from '@fastflow/core'
import {
  type DecisionRecord,
  planDigest,
  plansDigest,
  type QualityTable,
  type TargetAcceleration,
  tableDigest,
} from '@fastflow/pipelines'
import { beforeAll, describe, expect, it } from 'vitest'
import { scoreFrames } from '../src/target/score-frames.ts'
import { failure } from './support/failure.ts'
import { type FakePipeline, fakePipeline, type RecordingStore } from './support/fake-pipeline.ts'
import { fakeText } from './support/fake-text-backend.ts'
import { grey } from './support/grey.ts'

const STEPS = 20
const calibration = { evaluations: 120, budgets: [6, 10] } as const

/** A pipeline with plans of 6 and 10 evaluations, whose quality has been measured on 80 runs. */
async function measured(runs = 80): Promise<FakePipeline> {
  const made = await fakePipeline()
  await made.pipe.calibrate(calibration)
  await made.pipe.measureQuality({ metric: 'psnr', runs, floorRuns: 4 })
  return made
}

let store: RecordingStore
beforeAll(async () => {
  ;({ store } = await measured())
})

const random = (value: number) => () => value

describe('measureQuality', () => {
  it('costs the full run and every plan a run, and a shorter full run for the floor', async () => {
    const { pipe, backend, store } = await fakePipeline()
    await pipe.calibrate(calibration)
    const before = backend.calls.length
    const progress: number[] = []
    const onProgress = (done: number): unknown => progress.push(done)
    const table = await pipe.measureQuality({ metric: 'psnr', runs: 3, floorRuns: 1, onProgress })
    expect(backend.calls.length - before).toBe(3 * (STEPS + 6 + 10) + 18)
    expect(progress).toEqual([0, 1, 2, 3])
    expect(table).toMatchObject({
      metric: 'psnr',
      nfe: [6, 10],
      numSteps: STEPS,
      proxy: { version: 'psnr/1' },
    })
    expect(table.runs).toHaveLength(3)
    expect(table.floor).toHaveLength(1)
    for (const { scores } of table.runs)
      expect(scores.every((score) => score > 10 && score <= 100)).toBe(true)
    expect(store.saves).toContain(tableDigest(planDigest(pipe.planKey()), 'psnr'))
  })

  it('goes on where it was interrupted, and adds runs to what is there', async () => {
    const { pipe, backend } = await fakePipeline()
    await pipe.calibrate(calibration)
    const signal = { aborted: false }
    const onProgress = (done: number): void => {
      signal.aborted = done === 2
    }
    const options = { metric: 'psnr', floorRuns: 0 } as const
    const stopped = await failure(() => pipe.measureQuality({ ...options, runs: 4, signal, onProgress }))
    expect(stopped).toMatchObject({ code: 'aborted' })
    const before = backend.calls.length
    const table = await pipe.measureQuality({ ...options, runs: 4 })
    expect(table.runs.map(({ seed }) => seed - table.runs[0]!.seed)).toEqual([0, 1, 2, 3])
    expect(backend.calls.length - before).toBeLessThan(4 * (STEPS + 16))
  })

  it('gives runs of a table of before the size of what they begin with, by one evaluation each', async () => {
    const { pipe, backend, store } = await measured(3)
    const name = tableDigest(planDigest(pipe.planKey()), 'psnr')
    const table = JSON.parse(store.documents.get(name)!)
    for (const { size } of table.runs) expect(Number.isFinite(size)).toBe(true)
    const old = { ...table, runs: table.runs.map(({ size: _, ...run }: { size: number }) => run) }
    store.documents.set(name, JSON.stringify(old))
    const before = backend.calls.length
    expect(await pipe.measureQuality({ metric: 'psnr', runs: 3 })).toEqual(table)
    expect(backend.calls.length - before).toBe(3)
    expect(JSON.parse(store.documents.get(name)!)).toEqual(table)
  })

  describe('counts a noise once, and none that made the plans', () => {
    const [first, usual] = [2 ** 31, 2 ** 31 + 2 ** 20]
    const stored = async () => {
      const made = await measured(4)
      const name = tableDigest(planDigest(made.pipe.planKey()), 'psnr')
      const table: QualityTable = JSON.parse(made.store.documents.get(name)!)
      const seedsAs = (seeds: readonly number[]): void => {
        const runs = table.runs.map((run, k) => ({ ...run, seed: seeds[k]! }))
        made.store.documents.set(name, JSON.stringify({ ...table, runs }))
      }
      return { ...made, seedsAs }
    }
    const served = async ({ pipe }: FakePipeline) => {
      const accelerate = { target: { psnr: 12, confidence: 0.3 }, measure: 0 }
      const { items, notes } = await pipe.generate('ant', { accelerate })
      return { n: items[0]!.stats.quality!.n, notes }
    }

    it.each<[string, number[], number]>([
      ['one that comes twice', [usual, usual, usual + 1, usual + 2], 3],
      ['the same noise by another number', [usual, usual - 2 ** 32, usual + 1, usual + 2], 3],
      ['one of the calibration', [first, usual, usual + 1, usual + 2], 3],
    ])('%s: when it is read, with a note', async (_, seeds, n) => {
      const made = await stored()
      expect(await served(made)).toEqual({ n: 4, notes: [] })
      made.seedsAs(seeds)
      const { n: counted, notes } = await served(made)
      expect(counted).toBe(n)
      expect(notes).toEqual([expect.stringMatching(/^1 of 4 measured runs of psnr do not count/)])
    })

    it('nothing is certified where no run counts', async () => {
      const made = await stored()
      made.seedsAs([first, first, first, first])
      const { notes } = await served(made)
      expect(notes).toEqual([
        expect.stringMatching(/^4 of 4 measured runs/),
        expect.stringMatching(/^every step is evaluated: .*there are 0/),
      ])
    })

    it('runs that are added have other seeds than all before, and those that did not count are replaced', async () => {
      const made = await stored()
      made.seedsAs([first, usual, usual, usual + 2])
      const table = await made.pipe.measureQuality({ metric: 'psnr', runs: 5, floorRuns: 0 })
      expect(table.runs.map(({ seed }) => seed - usual)).toEqual([0, 2, 1, 3, 4])
      const start = await made.pipe.calibrate(calibration)
      const { pipe } = made
      // Plans whose calibration had the seeds that measuring begins with.
      const document = { ...start.document.calibration, seeds: [usual, usual + 1], heldOut: [usual + 5] }
      const plan = { ...start.document, calibration: document }
      const other = await pipe.measureQuality({ metric: 'psnr', runs: 4, floorRuns: 0, plan })
      expect(other.runs.map(({ seed }) => seed - usual)).toEqual([2, 3, 4, 6])
    })

    it('a request whose noise made the plans is not measured', async () => {
      const { pipe, store } = await fakePipeline()
      await pipe.generate('ant', { seed: 4, accelerate: 'plan' })
      const table = await pipe.measureQuality({ metric: 'psnr', runs: 2, floorRuns: 0 })
      expect(table.runs).toHaveLength(2)
      const records: DecisionRecord[] = []
      const target = {
        target: { psnr: 12 },
        measure: 1,
        onDecision: (record: DecisionRecord) => records.push(record),
      }
      await pipe.generate('ant', { seed: 4, count: 2, accelerate: target })
      expect(records.map(({ seed, scores }) => [seed, scores.length > 0])).toEqual([
        [4, false],
        [5, true],
      ])
      expect(store.saves.length).toBeGreaterThan(0)
    })
  })

  it('says what is missing: plans, a proxy', async () => {
    const { pipe } = await fakePipeline()
    expect(await failure(() => pipe.measureQuality({ metric: 'psnr' }))).toMatchObject({
      code: 'policy-unreadable',
      field: 'plan',
    })
    await pipe.calibrate(calibration)
    expect(await failure(() => pipe.measureQuality({ metric: 'lpips' }))).toMatchObject({ field: 'proxy' })
  })
})

describe('a certified target', () => {
  it('is served by the cheapest plan that holds, with what is known of it', async () => {
    const { pipe } = await fakePipeline({}, store)
    const { items, notes } = await pipe.generate('ant', { accelerate: { target: { psnr: 12 } }, count: 2 })
    expect(notes).toEqual([])
    expect(items.map(({ stats }) => stats.nfe)).toEqual([6, 6])
    expect(items[0]!.stats.quality).toMatchObject({
      metric: 'psnr',
      limit: 12,
      confidence: 0.95,
      n: 80,
      misses: 0,
      proxy: 'psnr/1',
      abstained: undefined,
    })
    const { estimate, bound } = items[0]!.stats.quality!
    expect(estimate).toBeGreaterThan(bound!)
    expect(bound).toBeGreaterThan(12)
  })

  it('abstains, and says why: beyond the floor, nothing measured, too few runs', async () => {
    const { pipe } = await fakePipeline({}, store)
    const strict = await pipe.generate('ant', { accelerate: { target: { psnr: 99.5 } } })
    expect(strict.items[0]!.stats).toMatchObject({
      nfe: STEPS,
      quality: { abstained: expect.stringMatching(/floor/) },
    })
    expect(strict.notes).toEqual([expect.stringMatching(/every step is evaluated: .*beyond the floor/)])
    const few = await measured(20)
    const unsure = await few.pipe.generate('ant', { accelerate: { target: { psnr: 12 } } })
    expect(unsure.notes).toEqual([expect.stringMatching(/takes 59 measured runs, there are 20/)])
    const blank = await fakePipeline()
    await blank.pipe.calibrate(calibration)
    const none = await blank.pipe.generate('ant', { accelerate: { target: { psnr: 12 } } })
    expect(none.notes).toEqual([expect.stringMatching(/there are 0/)])
  })

  it('without plans is the full run, whose plans are there from then on', async () => {
    const { pipe, store } = await fakePipeline()
    const { items, notes } = await pipe.generate('ant', { accelerate: { target: { psnr: 12 } }, count: 2 })
    expect(items.map(({ stats }) => stats.nfe)).toEqual([STEPS, STEPS])
    expect(notes[0]).toMatch(/no plan/)
    expect(store.saves).toEqual([planDigest(pipe.planKey())])
  })

  it('does not use what was measured of other plans, nor mixes scores of another version of the proxy', async () => {
    const { pipe } = await fakePipeline({}, store)
    const proxy: QualityProxy = {
      name: 'psnr',
      version: 'psnr/2',
      direction: 'higher-is-better',
      range: [0, 100],
      needs: { reference: true, prompt: false },
      score: () => ({ value: 50, version: 'psnr/2' }),
    }
    const other = await pipe.generate('ant', { accelerate: { target: { psnr: 12 }, proxy, measure: 1 } })
    expect(other.notes).toEqual([expect.stringMatching(/certified by psnr\/1; psnr\/2 does not mix/)])
    expect(other.items[0]!.stats).toMatchObject({ nfe: 6, quality: { proxy: 'psnr/1' } })
    await pipe.calibrate({ ...calibration, budgets: [7] })
    const replanned = await pipe.generate('ant', { accelerate: { target: { psnr: 12 } } })
    expect(replanned.notes[0]).toMatch(/belongs to other plans/)
    ;({ store } = await measured())
  })

  it('tells plans apart that differ in what the last jump weighs the state by alone', async () => {
    const { pipe } = await fakePipeline()
    const { document } = await pipe.calibrate(calibration)
    const plans = document.plans.map((entry) => ({ ...entry, stateWeight: 1.5 }))
    expect(plansDigest({ ...document, plans })).not.toBe(plansDigest(document))
  })
})

describe('clips', () => {
  /** Distances that tell frames apart: the n-th call scores n. */
  const counting = () => {
    const pairs: (readonly [image: RgbImage, reference: RgbImage])[] = []
    const proxy: QualityProxy = {
      name: 'counting',
      version: 'counting/1',
      direction: 'lower-is-better',
      range: [0, 100],
      needs: { reference: true, prompt: false },
      score({ image, reference }) {
        pairs.push([image, reference!])
        return { value: pairs.length, version: 'counting/1' }
      },
    }
    return { pairs, proxy }
  }

  it('are measured frame by frame against the same frame of the full run, and their mean counts', async () => {
    const { pairs, proxy } = counting()
    const frames = [1, 2, 3].map((level) => grey(level))
    const references = [4, 5, 6].map((level) => grey(level))
    expect(await scoreFrames(proxy, frames, references)).toBe(2)
    expect(pairs).toEqual(frames.map((frame, n) => [frame, references[n]]))
    expect(await scoreFrames(proxy, frames.slice(0, 1), references)).toBe(4)
  })

  it('all their frames, in the runs measured beforehand and while serving', async () => {
    const { pipe } = await fakeText('text-to-video')
    await pipe.calibrate({ prompts: ['ant'], evaluations: 120, budgets: [6] })
    const { pairs, proxy } = counting()
    const table = await pipe.measureQuality({
      metric: 'lpips',
      proxy,
      runs: 1,
      floorRuns: 0,
      prompts: ['ant'],
    })
    expect(pairs).toHaveLength(4)
    expect(table.runs[0]!.scores).toEqual([2.5])
    const records: DecisionRecord[] = []
    await pipe.generate('ant', {
      accelerate: {
        target: { lpips: 0.5 },
        proxy,
        measure: 1,
        mode: 'shadow',
        onDecision: (record) => records.push(record),
      },
    })
    expect(pairs).toHaveLength(8)
    expect(records[0]!.scores).toMatchObject([{ arm: 0, score: 6.5 }])
  })
})

describe('serving', () => {
  const generate = async (
    accelerate: Omit<TargetAcceleration, 'target' | 'onDecision'>,
    count = 1,
    psnr = 12,
  ): Promise<{ calls: number; nfe: number[]; shadowNfe: number[]; records: DecisionRecord[] }> => {
    const { pipe, backend } = await fakePipeline({}, store)
    const records: DecisionRecord[] = []
    const { items } = await pipe.generate('ant', {
      count,
      accelerate: { target: { psnr }, ...accelerate, onDecision: (record) => records.push(record) },
    })
    const statsOf = (name: 'nfe' | 'shadowNfe'): number[] => items.map(({ stats }) => stats[name])
    return { calls: backend.calls.length, nfe: statsOf('nfe'), shadowNfe: statsOf('shadowNfe'), records }
  }

  it('measures a fraction of requests after they were delivered, and counts what that costs', async () => {
    const none = await generate({ measure: 0 })
    expect(none.calls).toBe(6)
    expect(none.shadowNfe).toEqual([0])
    expect(none.records[0]).toMatchObject({ arm: 0, propensity: 1, scores: [], proxy: null, reward: null })
    const all = await generate({ measure: 1 })
    expect(all.calls).toBe(6 + STEPS)
    expect(all.shadowNfe).toEqual([STEPS])
    expect(all.records[0]!.shadowNfe).toBe(STEPS)
    expect(all.records[0]).toMatchObject({ arms: [6, 10, STEPS], proxy: 'psnr/1', scores: [{ arm: 0 }] })
    expect(all.records[0]!.reward).toBeGreaterThan(-1)
    expect(JSON.stringify(all.records)).not.toMatch(/ant/)
  })

  it('in shadow mode delivers the full run and measures the plan alone', async () => {
    const { nfe, calls, records } = await generate({ measure: 1, mode: 'shadow' })
    expect(nfe).toEqual([STEPS])
    expect(calls).toBe(STEPS + 6)
    expect(records[0]).toMatchObject({ arm: 2, propensity: 1, scores: [{ arm: 0 }], reward: 0 })
  })

  it('in canary mode delivers the plan on a tenth of the requests', async () => {
    const drawn = await generate({ measure: 0, mode: 'canary', random: random(0.05) })
    expect(drawn.nfe).toEqual([6])
    expect(drawn.records[0]!.propensity).toBeCloseTo(0.1, 12)
    const others = await generate({ measure: 0, mode: 'canary', random: random(0.5) })
    expect(others.nfe).toEqual([STEPS])
    expect(others.records[0]!.propensity).toBeCloseTo(0.9, 12)
  })

  it('measures the next cheaper plan along, so that a target can be relaxed', async () => {
    const { records } = await generate({ measure: 1, mode: 'shadow' }, 1, 99.4)
    expect(records[0]!.scores.map(({ arm }) => arm)).toEqual([1, 0])
  })

  it('learned: starts from what was measured, explores now and then, and knows how likely its choice was', async () => {
    const { records, nfe } = await generate({ choose: 'learned', measure: 0 }, 40)
    for (const { propensity, choices } of records) {
      // Where plans part later, what was chosen among them there counts too.
      if (choices.length > 1) expect(propensity).toBeLessThan(0.966667)
      else expect(['0.966667', '0.016667']).toContain(propensity.toFixed(6))
    }
    expect(Math.min(...nfe)).toBe(6)
    expect(nfe.filter((n) => n === 6).length).toBeGreaterThan(30)
  })

  it.each(['lin-ts', 'discounted-ucb', 'sliding-window-ucb'] as const)(
    'learned by %s: serves plans, goes on from what it learned, and apart from other bandits',
    async (bandit) => {
      const known = new Set<number>()
      for (const measure of [1, 0]) {
        const { pipe } = await fakePipeline({}, store)
        const accelerate = { target: { psnr: 11 }, choose: 'learned', bandit, measure } as const
        const { items } = await pipe.generate('ant', { accelerate, count: 6, seed: 3 })
        const plans = items.filter(({ stats }) => stats.nfe < STEPS)
        expect(plans.length).toBeGreaterThan(3)
        known.add(plans[0]!.stats.quality!.n)
      }
      expect([...known][0]).toBe(80)
      expect([...known][1]).toBeGreaterThan(80)
    },
  )

  it('learned: chooses once the first evaluation is known, by what it shows, and logs every choice', async () => {
    const { records } = await generate({ choose: 'learned', measure: 1 }, 4)
    for (const { arm, choices, scores } of records) {
      expect(choices[0]!.among).toEqual([0, 1, 2])
      expect(choices.at(-1)!.taken).toEqual([arm])
      expect(choices[0]!.context).toHaveLength(9)
      expect(choices[0]!.context[6]).not.toBe(0)
      for (const { landings } of scores) expect(landings.length).toBeGreaterThan(3)
    }
    expect(new Set(records.map(({ choices }) => choices[0]!.context[6])).size).toBe(4)
  })

  it('learned: the full run chosen on the way is the full run', async () => {
    const { pipe } = await fakePipeline({}, store)
    const accelerate = {
      target: { psnr: 12 },
      choose: 'learned',
      measure: 0,
      random: random(0.9999),
    } as const
    const full = await pipe.generate('ant', { accelerate, seed: 9 })
    expect(full.items[0]!.stats).toMatchObject({ nfe: STEPS, mismatches: [], estimatedPsnr: undefined })
    const plain = await pipe.generate('ant', { seed: 9 })
    expect(full.images[0]!.data).toEqual(plain.images[0]!.data)
  })

  it('learned with a bound: the bandit may not leave the certified plan before that is safe', async () => {
    const bounded = await generate({ choose: 'learned', conservative: 0.001, measure: 0 }, 40)
    expect(new Set(bounded.nfe)).toEqual(new Set([6]))
    expect(bounded.records.every(({ propensity }) => Math.abs(propensity - 1) < 1e-9)).toBe(true)
  })

  it('goes on learning from call to call', async () => {
    const first = await generate({ measure: 1 })
    const { pipe } = await fakePipeline({}, store)
    const { items } = await pipe.generate('bee', {
      seed: 5,
      accelerate: { target: { psnr: 12 }, measure: 0 },
    })
    expect(first.records).toHaveLength(1)
    expect(items[0]!.stats.quality!.n).toBeGreaterThan(80)
  })

  it('keeps the image when a request cannot be measured', async () => {
    const { pipe } = await fakePipeline({ mishap: (call) => (call === 9 ? 'nan' : undefined) }, store)
    const records: DecisionRecord[] = []
    const { items } = await pipe.generate('ant', {
      accelerate: { target: { psnr: 12 }, measure: 1, onDecision: (record) => records.push(record) },
    })
    expect(items).toHaveLength(1)
    expect(records[0]).toMatchObject({ scores: [], reward: null })
  })
})

describe('bad input', () => {
  const cases: readonly [string, unknown, string][] = [
    ['no metric', { target: {} }, 'target'],
    ['both metrics', { target: { lpips: 0.1, psnr: 30 } }, 'target'],
    ['a negative psnr', { target: { psnr: -1 } }, 'target.psnr'],
    ['an lpips of 1', { target: { lpips: 1 } }, 'target.lpips'],
    ['NaN', { target: { lpips: Number.NaN } }, 'target.lpips'],
    ['a confidence of 1', { target: { psnr: 30, confidence: 1 } }, 'target.confidence'],
    ['a fraction above 1', { target: { psnr: 30 }, measure: 2 }, 'measure'],
    ['an unknown mode', { target: { psnr: 30 }, mode: 'off' }, 'mode'],
    ['an unknown way to choose', { target: { psnr: 30 }, choose: 'best' }, 'choose'],
    ['an unknown bandit', { target: { psnr: 30 }, choose: 'learned', bandit: 'ucb9' }, 'bandit'],
    ['a bandit that would not be asked', { target: { psnr: 30 }, bandit: 'lin-ts' }, 'bandit'],
    ['a bound of 1', { target: { psnr: 30 }, choose: 'learned', conservative: 1 }, 'conservative'],
    ['a bound on what is certified', { target: { psnr: 30 }, conservative: 0.1 }, 'conservative'],
  ]
  it.each(cases)('%s is refused by name before anything is evaluated', async (_, accelerate, field) => {
    const { pipe, backend } = await fakePipeline()
    const refusal = await failure(() =>
      pipe.generate('ant', { accelerate: accelerate as TargetAcceleration }),
    )
    expect(refusal).toMatchObject({ code: 'invalid-argument', field })
    expect(backend.calls).toHaveLength(0)
  })

  it('a stored table of plans of before does not hide the one that the model brings for its plans', async () => {
    const { pipe, store } = await measured(70)
    const name = tableDigest(planDigest(pipe.planKey()), 'psnr')
    const fitting = store.documents.get(name)!
    store.documents.set(name, JSON.stringify({ ...JSON.parse(fitting), plans: 'of before' }))
    const accelerate = { target: { psnr: 12 } } as const
    expect((await pipe.generate('ant', { accelerate })).notes[0]).toMatch(/belongs to other plans/)
    const shipping = await fakePipeline({ files: { [`policies/${name}.json`]: fitting } }, store)
    const { items, notes } = await shipping.pipe.generate('ant', { accelerate })
    expect(notes).toEqual([])
    expect(items[0]!.stats).toMatchObject({ nfe: 6, quality: { n: 70 } })
  })

  it('a table in a format of before is passed over, and a note says what to do', async () => {
    const { pipe, store } = await measured(1)
    const name = tableDigest(planDigest(pipe.planKey()), 'psnr')
    const table = JSON.parse(store.documents.get(name)!)
    store.documents.set(name, JSON.stringify({ ...table, version: 1, runs: 'of another kind' }))
    const { items, notes } = await pipe.generate('ant', { accelerate: { target: { psnr: 12 } } })
    expect(items[0]!.stats.nfe).toBe(STEPS)
    expect(notes[0]).toBe('what was measured of psnr is in a format of before: measure the quality again')
    expect((await pipe.measureQuality({ metric: 'psnr', runs: 1, floorRuns: 0 })).version).toBe(2)
  })

  it('damaged tables are passed over, with a note that names the field', async () => {
    for (const [field, damage] of [
      ['runs[0].features', { runs: [{ seed: 1, features: [], scores: [1], landings: [] }] }],
      ['runs[0].seed', { runs: [{ features: [], size: 1, scores: [30, 30], landings: [[], []] }] }],
      ['nfe', { nfe: 'x' }],
      ['version', { version: 3 }],
      ['proxy', { proxy: null }],
    ] as const) {
      const { pipe, store } = await measured(1)
      const name = tableDigest(planDigest(pipe.planKey()), 'psnr')
      const table = JSON.parse(store.documents.get(name)!)
      store.documents.set(name, JSON.stringify({ ...table, ...damage }))
      const { items, notes } = await pipe.generate('ant', { accelerate: { target: { psnr: 12 } } })
      expect(items[0]!.stats.nfe).toBe(STEPS)
      expect(notes[0]).toContain(`passed over: the stored policy ${name}: ${field}: `)
    }
  })
})
