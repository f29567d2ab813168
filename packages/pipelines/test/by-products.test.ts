import {
  FastFlowError,
  memoryPolicyStore,
  type PolicyStore,
  type QualityProxy,
  type UpdateJournal,
} from '@fastflow/core'
import { planDigest, policyDigest, type TargetAcceleration, tableDigest } from '@fastflow/pipelines'
import { psnrProxy } from '@fastflow/proxies'
import { beforeAll, describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { fakePipeline, type RecordingStore, recordingStore } from './support/fake-pipeline.ts'

const calibration = { evaluations: 120, budgets: [6, 10] } as const
const target = { target: { psnr: 12 } } as const
const refuse = (): Promise<never> => Promise.reject(new Error('EACCES'))

/** Files of a model that brings a plan, its quality table and a policy of the paper. */
let files: Record<string, string> = {}
let plan = ''
let table = ''
let policy = ''
beforeAll(async () => {
  const { pipe, store } = await fakePipeline({}, recordingStore(false))
  await pipe.calibrate(calibration)
  await pipe.measureQuality({ metric: 'psnr', runs: 70, floorRuns: 4 })
  await pipe.generate('ant', { count: 5, accelerate: 'paper' })
  plan = planDigest(pipe.planKey())
  table = tableDigest(plan, 'psnr')
  policy = policyDigest(pipe.policyKey())
  files = Object.fromEntries(
    [plan, table, policy].map((name) => [`policies/${name}.json`, store.documents.get(name)!]),
  )
})

const unreadable: PolicyStore = {
  version: 1,
  load: refuse,
  save: refuse,
  journal: { version: 1, append: refuse, read: refuse, compact: refuse },
}

function refusing(methods: Partial<PolicyStore>, store: PolicyStore = recordingStore()): RecordingStore {
  return { ...(store as RecordingStore), ...methods }
}

describe('a store that cannot be read', () => {
  it.each(['EACCES', undefined, Symbol('EACCES'), Object.create(null), { toString: 5 }])(
    'costs a note, whatever it throws',
    async (thrown) => {
      const load = (): Promise<never> => Promise.reject(thrown)
      const { pipe } = await fakePipeline({}, refusing({ load }))
      const { items, notes } = await pipe.generate('ant', { accelerate: 'plan' })
      expect(items).toHaveLength(1)
      expect(notes[0]).toMatch(/^passed over: (EACCES|undefined|Symbol\(EACCES\)|\{\}|\{"toString":5\})$/)
    },
  )

  it.each(['plan', 'auto'] as const)('does not hide the plan of the model from %s', async (accelerate) => {
    const { pipe } = await fakePipeline({ files }, refusing(unreadable))
    const { items, notes } = await pipe.generate('ant', { count: 2, accelerate })
    expect(items.map(({ stats }) => stats.nfe)).toEqual([10, 10])
    expect(notes.filter((note) => note.includes('EACCES'))).toEqual(['passed over: EACCES'])
  })

  it('does not hide the policy of the model from paper, which learns on as long as the call lasts', async () => {
    const { pipe } = await fakePipeline({ files }, refusing(unreadable))
    const result = await pipe.generate('ant', { count: 3, accelerate: 'paper' })
    expect(result.policy?.state.generations).toBe(8)
    expect(result.notes).toEqual([
      'what was learned before is passed over, and what this call learns is not kept: EACCES',
      'passed over: EACCES',
    ])
  })

  it('is told of once where the store itself says what is wrong with its place', async () => {
    const message = 'there: a file is where a folder should be'
    const place = new FastFlowError({ code: 'policy-unreadable', field: 'there', message })
    const refused = (): Promise<never> => Promise.reject(place)
    const journal = { version: 1, append: refused, read: refused, compact: refused } as const
    const { pipe } = await fakePipeline({ files }, refusing({ load: refused, save: refused, journal }))
    const { policy, notes } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(policy?.state.generations).toBe(6)
    expect(notes.filter((note) => note.includes('a file is where'))).toEqual([
      `what was learned before is passed over, and what this call learns is not kept: ${message}`,
    ])
  })

  it('does not hide plan and table of the model from a target', async () => {
    const { pipe } = await fakePipeline({ files }, refusing(unreadable))
    const { items, notes } = await pipe.generate('ant', { count: 2, accelerate: target })
    expect(items.map(({ stats }) => stats.nfe)).toEqual([6, 6])
    expect(notes.join()).toContain('what this call learns is not kept: EACCES')
  })

  it.each(['plan', 'auto', 'paper', target] as const)(
    'leaves %j the full run where the model has nothing',
    async (accelerate) => {
      const { pipe } = await fakePipeline({}, refusing(unreadable))
      const { items, notes } = await pipe.generate('ant', { accelerate })
      expect(items[0]?.stats.nfe).toBe(20)
      expect(notes.join()).toContain('EACCES')
    },
  )
})

describe('a damaged stored document', () => {
  const damages = [
    '{"format":',
    'null',
    '[]',
    '{}',
    '{"format":"fastflow-plan","version":99}',
    '{"format":"fastflow-quality","version":2}',
  ]

  it.each(damages)('%s does not take the place of what the model brings', async (text) => {
    for (const accelerate of ['plan', 'auto', target] as const) {
      const store = recordingStore()
      for (const name of [plan, table]) store.documents.set(name, text)
      const { pipe } = await fakePipeline({ files }, store)
      const { items, notes } = await pipe.generate('ant', { accelerate })
      expect(items[0]?.stats.nfe).toBe(accelerate === target ? 6 : 10)
      expect(notes[0]).toMatch(/^passed over: /)
      expect(store.saves).toEqual([])
    }
  })

  it('of the paper is passed over for the one of the model', async () => {
    const store = recordingStore()
    store.documents.set(policy, '{}')
    const { pipe } = await fakePipeline({ files }, store)
    const result = await pipe.generate('ant', { accelerate: 'paper' })
    expect(result.policy?.state.generations).toBe(6)
    expect(result.notes).toEqual([
      expect.stringContaining(`passed over: the stored policy ${policy}: format`),
    ])
  })
})

describe('a store that cannot be written to', () => {
  it.each(['plan', 'auto', target] as const)('costs %j a note, no image, and no plan', async (accelerate) => {
    const { pipe } = await fakePipeline({}, refusing({ save: refuse }))
    const result = await pipe.generate('ant', { count: 4, accelerate })
    const nfe = result.items.map(({ stats }) => stats.nfe)
    expect(nfe).toEqual(accelerate === target ? [20, 20, 20, 20] : [20, 12, 12, 12])
    expect(result.notes.filter((note) => note.includes('EACCES'))).toEqual([
      'what the image taught is not kept: EACCES',
    ])
  })

  it('costs a target a note, and it goes on learning', async () => {
    const store = recordingStore()
    const journal: UpdateJournal = { ...store.journal!, append: refuse, compact: refuse }
    const { pipe } = await fakePipeline({ files }, refusing({ journal }, store))
    const { items, notes } = await pipe.generate('ant', { count: 105, accelerate: { ...target, measure: 0 } })
    expect(items).toHaveLength(105)
    expect(notes.filter((note) => note.includes('EACCES'))).toEqual([
      'what was learned cannot be kept: EACCES',
      'what was learned stays in lines, which cannot be folded: EACCES',
    ])
  })

  it('that says so ends a calibration before it begins', async () => {
    const { pipe, backend } = await fakePipeline({}, refusing({ check: refuse }))
    await expect(pipe.calibrate(calibration)).rejects.toThrow('EACCES')
    expect(backend.calls).toEqual([])
  })

  it('costs a calibration a note at the end, as a failing checkpoint does', async () => {
    const { pipe } = await fakePipeline({}, refusing({ save: refuse }))
    const notes: string[] = []
    const onCheckpoint = (): never => {
      throw new Error('ENOSPC')
    }
    const frontier = await pipe.calibrate({
      ...calibration,
      onCheckpoint,
      onNote: (note) => notes.push(note),
    })
    expect(frontier.budgets).toEqual([6, 10])
    expect(notes.sort()).toEqual([
      'the checkpoint cannot be kept: ENOSPC',
      'the plan cannot be stored: EACCES',
    ])
  })

  it('costs measured quality a note, said before the first run', async () => {
    const { pipe } = await fakePipeline({ files }, refusing({ save: refuse, check: refuse }))
    const events: unknown[] = []
    const measured = await pipe.measureQuality({
      metric: 'psnr',
      runs: 72,
      onNote: (note) => events.push(note),
      onProgress: (done) => events.push(done),
    })
    expect(measured.runs).toHaveLength(72)
    expect(events).toEqual(['what is measured cannot be stored: EACCES', 70, 71, 72])
  })
})

describe('what is done after an image', () => {
  it('costs a note where the log of decisions fails, and what was learned is kept', async () => {
    const store = recordingStore()
    const { pipe } = await fakePipeline({ files }, store)
    const onDecision = (): never => {
      throw new Error('ENOSPC')
    }
    const accelerate: TargetAcceleration = { ...target, measure: 1, onDecision }
    const { items, notes } = await pipe.generate('ant', { count: 3, accelerate })
    expect(items).toHaveLength(3)
    expect(notes).toEqual(['the decision cannot be logged: ENOSPC'])
    expect((await pipe.generate('ant', { accelerate: target })).items[0]?.stats.quality?.n).toBe(73)
  })

  it('costs a note where the measurement fails', async () => {
    const { pipe } = await fakePipeline({ files })
    const proxy: QualityProxy = {
      ...psnrProxy(),
      score: () => Promise.reject(new Error('out of memory')),
    }
    const accelerate: TargetAcceleration = { ...target, measure: 1, proxy }
    const { items, notes } = await pipe.generate('ant', { count: 3, accelerate })
    expect(items).toHaveLength(3)
    expect(notes).toEqual([expect.stringContaining('the quality of an image could not be measured: ')])
  })
})

describe('a journal with lines that cannot be used', () => {
  const foreign = [
    {},
    null,
    'x',
    { format: 'fastflow-decision', version: 3 },
    { format: 'fastflow-paper-run', version: 1, epoch: 0, mu: 1, landings: [[0, 99, 1]] },
  ]

  /** A journal in memory, and its keys. */
  function listening() {
    const { journal } = memoryPolicyStore()
    const keys = new Set<string>()
    const append = (key: string, update: unknown): Promise<void> => {
      keys.add(key)
      return journal!.append(key, update)
    }
    return { keys, journal: { ...journal!, append } }
  }

  it.each(['paper', target] as const)(
    'goes on serving and learning %j, and counts them',
    async (accelerate) => {
      const { keys, journal } = listening()
      const { pipe } = await fakePipeline({ files }, refusing({ journal }))
      await pipe.generate('ant', { count: 2, accelerate })
      const [key = ''] = keys
      for (const line of foreign) await journal.append(key, line)
      const result = await pipe.generate('ant', { count: 2, accelerate })
      expect(result.items).toHaveLength(2)
      expect(result.notes).toContain('5 damaged or foreign lines of what was learned are passed over')
      if (accelerate === 'paper') expect(result.policy?.state.generations).toBe(9)
      await journal.compact(key, (document) => document ?? null)
    },
  )

  it.each(['paper', target] as const)(
    'keeps a damaged document of %j for inspection, and learns on',
    async (accelerate) => {
      const { keys, journal } = listening()
      const { pipe, store } = await fakePipeline({ files }, refusing({ journal }))
      await pipe.generate('ant', { accelerate })
      const [key = ''] = keys
      await journal.compact(key, () => ({ version: 4, damaged: true }))
      const { items, notes } = await pipe.generate('ant', { count: 2, accelerate })
      expect(items).toHaveLength(2)
      expect(notes.slice(0, 2)).toEqual([
        expect.stringMatching(/^passed over: /),
        `it is kept for inspection as ${key}-damaged`,
      ])
      expect(store.documents.get(`${key}-damaged`)).toBe('{"version":4,"damaged":true}')
      const again = await pipe.generate('ant', { accelerate })
      expect(again.notes).toEqual([])
      if (accelerate === 'paper') expect(again.policy?.state.generations).toBe(8)
    },
  )
})

describe('the policy of the paper', () => {
  it('learns from all pipelines that share a store', async () => {
    const store = recordingStore()
    const [one, two] = [await fakePipeline({}, store), await fakePipeline({}, store)]
    await Promise.all([
      one.pipe.generate('ant', { count: 7, accelerate: 'paper' }),
      two.pipe.generate('bee', { count: 5, accelerate: 'paper' }),
    ])
    const { policy: learned } = await one.pipe.generate('fly', { accelerate: 'paper' })
    expect(learned?.state.generations).toBe(13)
    expect(store.saves).toEqual([])
  })

  it('is the same to the last bit, whether runs were folded or not, and as without a journal', async () => {
    const [folded, document] = [recordingStore(), recordingStore(false)]
    for (const store of [folded, document]) {
      const { pipe } = await fakePipeline({}, store)
      await pipe.generate('ant', { count: 120, accelerate: 'paper' })
    }
    const [a, b] = await Promise.all(
      [folded, document].map(async (store) => {
        const { pipe } = await fakePipeline({}, store)
        return pipe.generate('bee', { seed: 7, accelerate: { method: 'paper', learn: false } })
      }),
    )
    expect(a).toEqual(b)
    expect(a?.policy?.state.generations).toBe(120)
  })

  it('goes on from a document of before', async () => {
    const before = recordingStore(false)
    const first = await fakePipeline({}, before)
    await first.pipe.generate('ant', { count: 4, accelerate: 'paper' })
    const store = recordingStore()
    for (const [name, text] of before.documents) store.documents.set(name, text)
    const { pipe } = await fakePipeline({}, store)
    await pipe.generate('ant', { seed: 4, accelerate: 'paper' })
    const { policy: learned } = await pipe.generate('ant', { seed: 5, accelerate: 'paper' })
    expect(learned?.state.generations).toBe(6)
  })

  it.each(['fresh', 'given'] as const)(
    'that is %s replaces what all others have learned so far',
    async (way) => {
      const store = recordingStore()
      const { pipe } = await fakePipeline({}, store)
      const { policy: early } = await pipe.generate('ant', { count: 2, accelerate: 'paper' })
      await pipe.generate('ant', { count: 3, accelerate: 'paper' })
      const accelerate = {
        method: 'paper',
        ...(way === 'fresh' ? { fresh: true } : { policy: early! }),
      } as const
      const replaced = await pipe.generate('ant', { count: 2, accelerate })
      const generations = way === 'fresh' ? 2 : 4
      expect(replaced.policy?.state.generations).toBe(generations)
      const { policy: later } = await pipe.generate('ant', { accelerate: 'paper' })
      expect(later?.state.generations).toBe(generations + 1)
    },
  )

  it('that could not replace what is stored says so, and tries again', async () => {
    const store = recordingStore()
    let busy = true
    const compact: UpdateJournal['compact'] = async (key, fold) => {
      if (!busy) return store.journal!.compact(key, fold)
      busy = false
      return false
    }
    const { pipe } = await fakePipeline({}, refusing({ journal: { ...store.journal!, compact } }, store))
    await pipe.generate('ant', { count: 3, accelerate: 'paper' })
    const result = await pipe.generate('ant', { count: 2, accelerate: { method: 'paper', fresh: true } })
    expect(result.notes).toContain('what was learned before cannot be replaced: another process is at it')
    const { policy: later } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(later?.state.generations).toBe(3)
  })

  it('given that is damaged is an error still', async () => {
    const { pipe } = await fakePipeline()
    const damaged = { method: 'paper', policy: {} } as never
    expect((await failure(() => pipe.generate('ant', { accelerate: damaged }))).code).toBe(
      'policy-unreadable',
    )
  })
})
