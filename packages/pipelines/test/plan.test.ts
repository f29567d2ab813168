import type { Checkpoint, Frontier } from '@fastflow/core'
import { type GenerateResult, type PlanAcceleration, planDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import type { Mishap } from './support/fake-backend.ts'
import { fakePipeline, recordingStore } from './support/fake-pipeline.ts'

const full = 'C'.repeat(20)
const small = { evaluations: 120, budgets: [6, 10] } as const

function nfeOf({ items }: GenerateResult): number[] {
  return items.map(({ stats }) => stats.nfe)
}

async function calibrated() {
  const made = await fakePipeline()
  const frontier = await made.pipe.calibrate(small)
  return { ...made, frontier, plan: frontier.document, digest: planDigest(frontier.document.key) }
}

describe('the first image without a plan', () => {
  it('is the ordinary full run, and gives the plan for the next ones at no evaluation', async () => {
    const { pipe, backend, store } = await fakePipeline()
    const result = await pipe.generate('ant', { seed: 4, count: 3, accelerate: 'plan' })
    expect(nfeOf(result)).toEqual([20, 12, 12])
    expect(backend.calls).toHaveLength(44)
    expect(result.items[0]?.stats).toMatchObject({ decisions: full, passes: 40, estimatedPsnr: undefined })
    const { images } = await pipe.generate('ant', { seed: 4 })
    expect(result.images[0]).toEqual(images[0])
    expect(result.notes).toEqual([expect.stringMatching(/the first image evaluates every step/)])
    expect(result.plan?.calibration).toMatchObject({ seeds: [4], evaluations: 0, borrowed: 20 })
    expect(result.plan?.plans.map(({ budget }) => budget)).toEqual([6, 8, 10, 12, 15, 19])
    expect(store.saves).toEqual([planDigest(pipe.planKey())])
  })

  it('is paid for once: other calls, classes and pipelines with the same store follow the plan', async () => {
    const { pipe, store } = await fakePipeline()
    const { plan } = await pipe.generate('ant', { accelerate: 'plan' })
    const other = await fakePipeline({}, store)
    const result = await other.pipe.generate('bee', { seed: 9, accelerate: 'plan' })
    expect(nfeOf(result)).toEqual([12])
    expect(result).toMatchObject({ plan, notes: [], policy: undefined })
    expect(store.saves).toHaveLength(1)
  })

  it('plans for the evaluations asked for', async () => {
    const { pipe } = await fakePipeline()
    const accelerate: PlanAcceleration = { method: 'plan', nfe: 5 }
    const result = await pipe.generate('ant', { count: 2, accelerate })
    expect(nfeOf(result)).toEqual([20, 5])
    expect(result.items[1]?.stats).toMatchObject({ estimateBasis: 'rehearsed' })
  })

  it('is made again when it fails, by whatever', async () => {
    for (const mishap of ['nan', 'crash'] satisfies Mishap[]) {
      const { pipe, store } = await fakePipeline({ mishap: (call) => (call === 15 ? mishap : undefined) })
      await failure(() => pipe.generate('ant', { accelerate: 'plan' }))
      expect(store.saves).toEqual([])
      expect(nfeOf(await pipe.generate('ant', { count: 2, accelerate: 'plan' }))).toEqual([20, 12])
    }
  })

  it('is not lost to a failing callback, nor is the plan', async () => {
    const { pipe, store } = await fakePipeline()
    const onImage = () => Promise.reject(new Error('full'))
    await expect(pipe.generate('ant', { accelerate: 'plan', onImage })).rejects.toThrow('full')
    expect(store.saves).toHaveLength(1)
  })

  it('is apart for other settings', async () => {
    const { pipe, store } = await fakePipeline({}, recordingStore(false))
    for (const settings of [{}, { guidanceScale: 2 }, { numSteps: 12 }])
      await pipe.generate('ant', { ...settings, accelerate: 'plan' })
    await pipe.generate('ant', { accelerate: 'paper' })
    expect(store.documents.size).toBe(4)
  })
})

describe('a plan', () => {
  it('gives the same bytes for the same seed, whatever was made before', async () => {
    const { pipe, plan } = await calibrated()
    const accelerate = { method: 'plan', plan: JSON.parse(JSON.stringify(plan)), nfe: 6 } as const
    const fresh = await fakePipeline()
    const together = await fresh.pipe.generate('bee', { seed: 7, count: 3, accelerate })
    const alone = await pipe.generate('bee', { seed: 9, accelerate })
    expect(alone.images[0]).toEqual(together.images[2])
    expect(nfeOf(together)).toEqual([6, 6, 6])
    expect(fresh.store.saves).toEqual([])
  })

  it('evaluates at most what nfe asks for, and says where that differs', async () => {
    const { pipe } = await calibrated()
    const run = (nfe: number) => pipe.generate('ant', { accelerate: { method: 'plan', nfe } })
    const between = await run(9)
    expect(nfeOf(between)).toEqual([6])
    expect(between.notes).toEqual(['nfe 9 is not planned, 6 is used; available: 6, 10'])
    expect((await run(10)).notes).toEqual([])
    const whole = await run(20)
    expect(whole.items[0]?.stats.decisions).toBe(full)
    expect(whole.notes).toEqual([expect.stringMatching(/^every step is evaluated: nfe 20/)])
    const error = await failure(() => run(4))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'nfe' })
    expect(error.message).toContain('available: 6, 10')
  })

  it('is the nearest to 12 evaluations by default', async () => {
    const { pipe } = await calibrated()
    expect(nfeOf(await pipe.generate('ant', { accelerate: 'plan' }))).toEqual([10])
    const short = await fakePipeline()
    const result = await short.pipe.generate('ant', { numSteps: 11, count: 2, accelerate: 'plan' })
    expect(nfeOf(result)).toEqual([11, 10])
  })

  it('promises the mean of its calibration runs', async () => {
    const { pipe, frontier } = await calibrated()
    const { items } = await pipe.generate('ant', { count: 2, accelerate: { method: 'plan', nfe: 6 } })
    const { mean, basis } = frontier.entry(6)!.quality
    expect(basis).toBe('leave-one-out')
    for (const { stats } of items) expect(stats).toMatchObject({ estimatedPsnr: mean, estimateBasis: basis })
  })

  it('comes close to the full run with a fraction of the evaluations', async () => {
    const { pipe } = await calibrated()
    const wanted = await pipe.generate('fly', { seed: 50, count: 4 })
    const { images } = await pipe.generate('fly', {
      seed: 50,
      count: 4,
      accelerate: { method: 'plan', nfe: 6 },
    })
    for (const [i, { data }] of images.entries()) {
      const reference = wanted.images[i]!.data
      expect(Math.max(...data.map((value, k) => Math.abs(value - reference[k]!)))).toBeLessThan(13)
    }
  })

  it.each([1, 4, 8])('stays off for a grid of %d steps, and says so', async (numSteps) => {
    const { pipe, store } = await fakePipeline()
    const { items, notes, plan } = await pipe.generate('ant', { accelerate: 'plan', numSteps })
    expect(items[0]?.stats.nfe).toBe(numSteps)
    expect(notes).toEqual([`acceleration stays off: a grid of ${numSteps} steps leaves nothing to skip`])
    expect({ plan, saves: store.saves }).toEqual({ plan: undefined, saves: [] })
  })
})

describe('a quality target', () => {
  it('runs the cheapest certified plan', async () => {
    const { pipe } = await fakePipeline()
    const frontier = await pipe.calibrate({ evaluations: 600, budgets: [5, 10], certify: 0.95 })
    expect(frontier.entry(5)?.scores).toHaveLength(19)
    const run = (psnr: number) => pipe.generate('ant', { accelerate: { method: 'plan', psnr } })
    const easy = await run(30)
    expect(easy).toMatchObject({ notes: [], items: [{ stats: { nfe: 5, estimateBasis: 'held-out' } }] })
    const strict = await run(119)
    expect(strict.items[0]?.stats).toMatchObject({ nfe: 20, estimatedPsnr: undefined })
    expect(strict.notes).toEqual([expect.stringMatching(/^every step is evaluated: 119 dB/)])
  })

  it('is met by plans that were there before, certified as they are', async () => {
    const { pipe, backend } = await fakePipeline()
    const start = await pipe.calibrate({ evaluations: 600, budgets: [5, 10] })
    const run = () => pipe.generate('ant', { accelerate: { method: 'plan', psnr: 30 } })
    expect((await run()).notes).toEqual([expect.stringMatching(/there are 0: calibrate with certify 0\.95/)])
    backend.calls.length = 0
    const certified = await pipe.calibrate({ start, evaluations: 0, certify: 0.95 })
    const { calibration, plans } = certified.document
    expect(backend.calls).toHaveLength(19 * (20 + plans[0]!.nfe + plans[1]!.nfe))
    expect(calibration.heldOut.filter((seed) => calibration.seeds.includes(seed))).toEqual([])
    expect(await run()).toMatchObject({ notes: [], items: [{ stats: { nfe: 5 } }] })
  })

  it('is not met by one run: every step is evaluated, and the reason given once', async () => {
    const { pipe } = await fakePipeline()
    const { items, notes } = await pipe.generate('ant', {
      count: 3,
      accelerate: { method: 'plan', psnr: 20 },
    })
    expect(items.map(({ stats }) => stats.nfe)).toEqual([20, 20, 20])
    expect(notes).toEqual([
      expect.stringMatching(/^planning:/),
      expect.stringMatching(/^every step is evaluated: .*held-out runs/),
    ])
  })
})

describe('bad requests', () => {
  it.each<[Partial<PlanAcceleration>, string]>([
    [{ nfe: 0 }, 'nfe'],
    [{ nfe: 2.5 }, 'nfe'],
    [{ nfe: NaN }, 'nfe'],
    [{ nfe: 8, psnr: 30 }, 'psnr'],
    [{ psnr: Number.POSITIVE_INFINITY }, 'psnr'],
    [{ psnr: -3 }, 'psnr'],
    [{ psnr: 30, confidence: 1 }, 'confidence'],
    [{ confidence: 0.9 }, 'confidence'],
  ])('%j are refused before the network is called, on any grid', async (options, field) => {
    const { pipe, backend } = await fakePipeline()
    for (const numSteps of [4, 20]) {
      const accelerate: PlanAcceleration = { method: 'plan', ...options }
      const error = await failure(() => pipe.generate('ant', { numSteps, accelerate }))
      expect(error).toMatchObject({ code: 'invalid-argument', field })
    }
    expect(backend.calls).toEqual([])
  })

  it.each<[string, object, string, RegExp]>([
    ['another guidance', { guidanceScale: 3 }, 'guidance', /made for 1.5, this run has 3/],
    ['another grid', { numSteps: 30 }, 'schedule.sigmas', /20 steps, this run has 30/],
  ])('a plan for %s is refused, naming it', async (_, settings, field, problem) => {
    const { pipe, backend, plan } = await calibrated()
    backend.calls.length = 0
    const error = await failure(() =>
      pipe.generate('ant', { ...settings, accelerate: { method: 'plan', plan } }),
    )
    expect(error).toMatchObject({ code: 'policy-mismatch', field })
    expect(error.message).toMatch(/^plan: /)
    expect(error.message).toMatch(problem)
    expect(backend.calls).toEqual([])
  })

  it('a plan for another model is refused', async () => {
    const { plan } = await calibrated()
    const { pipe } = await fakePipeline({ digest: 'e'.repeat(64) })
    const error = await failure(() => pipe.generate('ant', { accelerate: { method: 'plan', plan } }))
    expect(error).toMatchObject({ code: 'policy-mismatch', field: 'model' })
  })

  it('a policy of the paper is no plan', async () => {
    const { pipe } = await fakePipeline()
    const { policy } = await pipe.generate('ant', { accelerate: 'paper' })
    const accelerate = { method: 'plan', plan: policy } as unknown as PlanAcceleration
    const error = await failure(() => pipe.generate('ant', { accelerate }))
    expect(error).toMatchObject({ code: 'policy-unreadable', field: 'format' })
  })
})

describe('a plan in the folder of the model', () => {
  it('is followed, unless the store has one', async () => {
    const { plan, digest } = await calibrated()
    const { pipe, store } = await fakePipeline({
      files: { [`policies/${digest}.json`]: JSON.stringify(plan) },
    })
    const shipped = await pipe.generate('ant', { accelerate: 'plan' })
    expect(shipped).toMatchObject({ plan, notes: [], items: [{ stats: { nfe: 10 } }] })
    expect(store.saves).toEqual([])
    await pipe.calibrate({ ...small, budgets: [8] })
    expect(nfeOf(await pipe.generate('ant', { accelerate: 'plan' }))).toEqual([8])
  })

  it('that is damaged is named', async () => {
    const { plan, digest } = await calibrated()
    const path = `policies/${digest}.json`
    const { floor, ...rest } = plan
    for (const text of ['{"format":', '{}', JSON.stringify(rest)]) {
      const { pipe, backend } = await fakePipeline({ files: { [path]: text } })
      const error = await failure(() => pipe.generate('ant', { accelerate: 'plan' }))
      expect(error.code).toBe('policy-unreadable')
      expect(error.message).toContain(`models/fake/${path}`)
      expect(backend.calls).toEqual([])
    }
  })
})

describe('auto', () => {
  it('follows the plan there is and says where it lies, with the same options as plan', async () => {
    const { pipe, plan, digest } = await calibrated()
    const result = await pipe.generate('ant', { accelerate: { method: 'auto', nfe: 6 } })
    expect(result).toMatchObject({ plan, notes: [`following the stored policy ${digest}`] })
    expect(nfeOf(result)).toEqual([6])
    const certified = await pipe.generate('ant', { accelerate: { method: 'auto', psnr: 20 } })
    expect(certified.notes.at(-1)).toContain('every step is evaluated: confidence 0.95 needs 19')
    const error = await failure(() => pipe.generate('ant', { accelerate: { method: 'auto', nfe: 0 } }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'nfe' })
  })

  it('plans from the first image where there is none', async () => {
    const { pipe } = await fakePipeline()
    const result = await pipe.generate('ant', { count: 2, accelerate: 'auto' })
    expect(nfeOf(result)).toEqual([20, 12])
    expect(result.notes).toEqual([expect.stringContaining('the first image evaluates every step')])
  })

  it('passes over what is damaged or made for something else, says so, and replaces it', async () => {
    const { plan, digest } = await calibrated()
    const foreign = { ...plan, key: { ...plan.key, model: 'another' } }
    for (const text of ['{"format":', JSON.stringify(foreign)]) {
      const { pipe, store } = await fakePipeline({ files: { [`policies/${digest}.json`]: text } })
      const result = await pipe.generate('ant', { count: 2, accelerate: 'auto' })
      expect(nfeOf(result)).toEqual([20, 12])
      expect(result.notes[0]).toMatch(/^passed over: .*models\/fake\/policies/)
      expect(store.saves).toEqual([digest])
      expect(nfeOf(await pipe.generate('ant', { accelerate: 'auto' }))).toEqual([12])
    }
  })

  it.each([1, 4, 8])('stays off for a grid of %d steps, and says so', async (numSteps) => {
    const { pipe } = await fakePipeline()
    const { items, notes } = await pipe.generate('ant', { accelerate: 'auto', numSteps })
    expect(items[0]?.stats.nfe).toBe(numSteps)
    expect(notes).toEqual([`acceleration stays off: a grid of ${numSteps} steps leaves nothing to skip`])
  })
})

describe('calibrate', () => {
  it('spends what it is allowed to, all classes in turn, and ties the plan to the run', async () => {
    const { pipe, backend, store } = await fakePipeline()
    const frontier = await pipe.calibrate({
      evaluations: 200,
      budgets: [6, 10],
      guidanceScale: 2,
      numSteps: 12,
    })
    const { key, calibration } = frontier.document
    expect(calibration.evaluations).toBe(backend.calls.length)
    expect(calibration.evaluations).toBeLessThanOrEqual(200)
    // Both passes always: no joint plans were asked for.
    const fed = new Set(backend.calls.map(({ labels }) => labels.join()))
    expect([...fed].sort()).toEqual(['3,0', '3,1', '3,2'])
    expect(key).toMatchObject({ model: pipe.digest, guidance: 2, dims: [3, 4, 4], dtype: 'float32' })
    expect(planDigest(key)).toBe(planDigest(pipe.planKey({ guidanceScale: 2, numSteps: 12 })))
    expect(store.documents.get(planDigest(key))).toBe(JSON.stringify(frontier))
  })

  it('is followed as what calibrate returned, its document, its text or the bytes of its file', async () => {
    const { frontier } = await calibrated()
    const text = JSON.stringify(frontier)
    for (const plan of [frontier, frontier.document, text, Buffer.from(text)] as Frontier[]) {
      const { pipe } = await fakePipeline()
      const { items } = await pipe.generate('ant', { accelerate: { method: 'plan', plan, nfe: 8 } })
      expect(items[0]?.stats.decisions).toBe(frontier.decisions(8))
      const again = await pipe.calibrate({ ...small, start: plan })
      expect(again.budgets).toEqual(frontier.budgets)
      const table = await pipe.measureQuality({ metric: 'psnr', runs: 1, floorRuns: 0, plan })
      expect(table.nfe).toEqual(frontier.document.plans.map(({ nfe }) => nfe))
      const served = await pipe.generate('ant', { accelerate: { target: { psnr: 12 }, plan } })
      expect(served.plan).toEqual(frontier.document)
    }
    const { pipe } = await fakePipeline()
    const plan = 'plan.json' as unknown as Frontier
    const error = await failure(() => pipe.generate('ant', { accelerate: { method: 'plan', plan } }))
    expect(error.message).toContain('pass the text of the file and not its path')
  })

  it('replaces the plan of a first run', async () => {
    const { pipe, store } = await fakePipeline()
    await pipe.generate('ant', { accelerate: 'plan' })
    await pipe.calibrate(small)
    const { plan } = await pipe.generate('ant', { accelerate: 'plan' })
    expect(plan?.calibration.evaluations).toBeGreaterThan(0)
    expect(store.documents.size).toBe(1)
  })

  it('aims at the exact solution when asked to', async () => {
    const { pipe } = await fakePipeline()
    const { document } = await pipe.calibrate({ evaluations: 300, budgets: [6], target: 'exact' })
    expect(document.key.target).toBe('exact')
    expect(nfeOf(await pipe.generate('ant', { accelerate: 'plan' }))).toEqual([6])
  })

  it('reports progress, stops when told to, and goes on from its last checkpoint', async () => {
    const whole = await calibrated()
    const { pipe, backend } = await fakePipeline()
    const abort = new AbortController()
    let checkpoint: Checkpoint | undefined
    const spent: number[] = []
    const error = await failure(() =>
      pipe.calibrate({
        ...small,
        signal: abort.signal,
        onProgress: ({ evaluations, limit }) => {
          expect(limit).toBe(120)
          spent.push(evaluations)
          if (evaluations === 90) abort.abort()
        },
        onCheckpoint: (latest) => {
          checkpoint = JSON.parse(JSON.stringify(latest))
        },
      }),
    )
    expect(error.code).toBe('aborted')
    expect(backend.calls).toHaveLength(90)
    expect(spent).toEqual([...spent].sort((a, b) => a - b))
    const frontier = await pipe.calibrate({ ...small, checkpoint: checkpoint! })
    expect(frontier.budgets).toEqual(whole.frontier.budgets)
    expect(frontier.document.calibration.seeds).toEqual(whole.plan.calibration.seeds)
  })

  it.each([
    [{ evaluations: 19 }, 'evaluations'],
    [{ budgets: [20] }, 'budgets'],
    [{ numSteps: 0 }, 'numSteps'],
    [{ guidanceScale: -1 }, 'guidanceScale'],
  ])('refuses %j before the network is called', async (options, field) => {
    const { pipe, backend } = await fakePipeline()
    const error = await failure(() => pipe.calibrate(options))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(backend.calls).toEqual([])
  })
})

describe('planning again', () => {
  it('ties the plans to the changed run and stores them where it looks', async () => {
    const { pipe, plan, store } = await calibrated()
    const result = await pipe.replan({ plan, guidanceScale: 2.4 })
    expect(result.evaluations).toBe(2 * (20 + 6 + 10))
    expect(result.plan.document.key).toMatchObject({ guidance: 2.4, model: pipe.digest })
    expect(store.saves.at(-1)).toBe(planDigest(pipe.planKey({ guidanceScale: 2.4 })))
    const { notes, items } = await pipe.generate('ant', {
      guidanceScale: 2.4,
      accelerate: { method: 'plan', nfe: 6 },
    })
    expect(notes).toEqual([])
    expect(items[0]?.stats.nfe).toBe(6)
  })

  it('moves plans to other steps', async () => {
    const { pipe, plan } = await calibrated()
    const { plan: moved, budgets } = await pipe.replan({ plan, numSteps: 12, upTo: 'refit' })
    expect(moved.document.key.schedule.sigmas).toHaveLength(13)
    expect(budgets.map(({ budget }) => budget)).toEqual([6, 10])
    expect(await failure(() => pipe.replan({ plan, numSteps: 6 }))).toMatchObject({ field: 'numSteps' })
  })
})
