import {
  checkPolicyDocument,
  type GenerateOptions,
  type PaperState,
  type PolicyDocument,
  type PolicyKey,
  paperPolicy,
  parsePaperDocument,
  policyDigest,
} from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import type { FakeOptions } from './support/fake-backend.ts'
import { fakePipeline, recordingStore } from './support/fake-pipeline.ts'

const key: PolicyKey = {
  model: 'a'.repeat(64),
  sigmas: [1, 0.8, 0.6, 0.4, 0.2, 0],
  guidanceScale: 1.5,
  dims: [3, 4, 4],
  dtype: 'float32',
  extrapolator: 'emulate-2',
  policy: 'ucb1-skip c=0.2 price=0.4 arms=0,2,4,6',
}

/** Each field of the key with another value. */
const others: Required<PolicyKey> = {
  model: 'b'.repeat(64),
  sigmas: [1, 0.8, 0.6, 0.4, 0.1, 0],
  guidanceScale: 2,
  guidanceInterval: [0.1, 0.8],
  dims: [3, 8, 8],
  dtype: 'float16',
  extrapolator: 'emulate-1',
  policy: 'ucb1-skip c=0.2 price=0.4 arms=1,2,4,8',
}
const changes = Object.entries(others) as [keyof PolicyKey, unknown][]

async function learned(generations = 5) {
  const fake = await fakePipeline({}, recordingStore(false))
  const { policy } = await fake.pipe.generate('ant', { count: generations, accelerate: 'paper' })
  return { ...fake, document: policy! }
}

describe('what is no policy document', () => {
  it.each<[string, (text: string) => unknown, RegExp]>([
    [
      'bytes',
      (text) => new TextEncoder().encode(text),
      /is unread text or bytes: pass what JSON.parse makes/,
    ],
    [
      'an address',
      () => new URL('file:///policies/cat.json'),
      /is the address file:.*cat.json: read the file/,
    ],
    ['a promise', async (text) => text, /is a promise: await it first/],
    ['a file', (text) => new Blob([text]), /is a file that nobody has read yet: pass what JSON.parse/],
    ['an answer', (text) => new Response(text), /is a file that nobody has read yet: pass what JSON.parse/],
    ['a list', (text) => [JSON.parse(text)], /is not a policy document/],
  ])('is told what to pass: %s', async (_, form, problem) => {
    const { pipe, document } = await learned(1)
    const policy = form(JSON.stringify(document)) as PolicyDocument<PaperState>
    const error = await failure(() => pipe.generate('ant', { accelerate: { method: 'paper', policy } }))
    expect(error.message).toMatch(problem)
  })

  it('is a plan: told so, and a plan that is none says whose it is once', async () => {
    const { pipe } = await fakePipeline()
    const plan = await pipe.calibrate({ numSteps: 10, budgets: [4, 6] })
    for (const policy of [plan, plan.document]) {
      const accelerate = { method: 'paper', policy } as unknown as GenerateOptions['accelerate'] & object
      const error = await failure(() => pipe.generate('ant', { accelerate }))
      expect(error.message).toMatch(/is a plan: pass \{ method: "plan", plan \}/)
    }
    const accelerate = {
      method: 'plan',
      plan: 'plans/cat.json',
    } as unknown as GenerateOptions['accelerate'] & object
    const error = await failure(() => pipe.generate('ant', { accelerate }))
    expect(error.message).toMatch(/^plan: is not valid JSON; pass the text of the file/)
  })
})

describe('policyDigest', () => {
  it('does not depend on the order of the fields, nor on fields of no meaning', () => {
    const reversed = Object.fromEntries(Object.entries(key).reverse()) as unknown as PolicyKey
    expect(policyDigest(reversed)).toBe(policyDigest(key))
    expect(policyDigest({ ...key, ...{ comment: 'mine' } })).toBe(policyDigest(key))
    expect(policyDigest(JSON.parse(JSON.stringify(key)))).toBe(policyDigest(key))
  })

  it('is a SHA-256 that must never change, or stored policies are lost', () => {
    expect(policyDigest(key)).toBe('35721582a37b75489dc18309c2e13925955e1792f99763b0d5d30edfacb85347')
  })

  it.each(changes)('depends on %s', (field, value) => {
    expect(policyDigest({ ...key, [field]: value })).not.toBe(policyDigest(key))
  })
})

describe('a document', () => {
  it('survives JSON unchanged', async () => {
    const { document } = await learned()
    const copy: unknown = JSON.parse(JSON.stringify(document))
    expect(copy).toEqual(document)
    expect(checkPolicyDocument(copy, document.key)).toEqual(document)
    expect(paperPolicy().parse(document.state)).toEqual(document.state)
  })

  it('of the paper is read in any form', async () => {
    const { document } = await learned()
    const text = JSON.stringify(document)
    for (const form of [document, text, Buffer.from(text)]) expect(parsePaperDocument(form)).toEqual(document)
    const error = await failure(() => parsePaperDocument('p.json', 'p.json'))
    expect(error).toMatchObject({ code: 'policy-unreadable' })
    expect(error.message).toBe('p.json: is not valid JSON; restore the policy, or delete it to learn anew')
  })

  it.each(changes)('is refused where %s differs', async (field, value) => {
    const document = { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state: {} }
    const error = await failure(() => checkPolicyDocument(document, { ...key, [field]: value }, 'p.json'))
    expect(error).toMatchObject({ code: 'policy-mismatch', field: `policy.key.${field}` })
    expect(error.message).toMatch(new RegExp(`^p\\.json: ${field} is .* in the policy and .* in this run; `))
    expect(error.message.length).toBeLessThan(300)
  })

  const broken: readonly (readonly [string, unknown])[] = [
    ['format', undefined],
    ['format', null],
    ['format', []],
    ['format', 'text'],
    ['format', { format: 'other' }],
    ['version', { version: 2 }],
    ['kind', { kind: 'plan' }],
    ['key', { key: undefined }],
    ['key', { key: [] }],
    ['state', { state: undefined }],
    ['state', { state: 'x' }],
  ]
  it('says what to pass where it was not parsed', async () => {
    const { document } = await learned()
    const text = JSON.stringify(document)
    for (const unread of [text, Buffer.from(text)]) {
      const error = await failure(() => checkPolicyDocument(unread, document.key))
      expect(error).toMatchObject({ code: 'policy-unreadable', field: 'policy.format' })
      expect(error.message).toContain('pass what JSON.parse makes of them')
    }
  })

  it.each(broken)('without a proper %s is refused: %j', async (field, change) => {
    const document = { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state: {} }
    const whole = typeof change === 'object' && change && !Array.isArray(change)
    const error = await failure(() => checkPolicyDocument(whole ? { ...document, ...change } : change, key))
    expect(error).toMatchObject({ code: 'policy-unreadable', field: `policy.${field}` })
    expect(error.message).toContain('delete it to learn anew')
  })
})

describe('a learned state', () => {
  const broken: [field: string, damage: (state: PaperState) => unknown, code?: string][] = [
    ['state', () => null],
    ['state', () => []],
    ['state.bandit', (state) => ({ ...state, bandit: 'exp3' }), 'policy-mismatch'],
    ['state.arms', (state) => ({ ...state, arms: [0, 2] }), 'policy-mismatch'],
    ['state.arms', (state) => ({ ...state, arms: ['0', '2', '4', '6'] }), 'policy-mismatch'],
    ['state.generations', (state) => ({ ...state, generations: -1 })],
    ['state.generations', (state) => ({ ...state, generations: '5' })],
    ['state.mu', (state) => ({ ...state, mu: 0 })],
    ['state.mu', (state) => ({ ...state, mu: '0.1' })],
    ['state.bandits', (state) => ({ ...state, bandits: undefined })],
    ['state.bandits', (state) => ({ ...state, numSteps: 21 })],
    ['state.bandits[0]', (state) => withBandit(state, 0, null)],
    ['state.bandits[0]', (state) => withBandit(state, 0, '{"version":1}')],
    ['state.bandits[0].kind', (state) => withBandit(state, 0, { version: 1 })],
    ['state.bandits[0].version', (state) => withBandit(state, 0, { kind: 'ucb1' })],
    ['state.bandits[2].rows.local.pulls[1]', (state) => withPulls(state, [1, -1, 0, 0])],
    ['state.bandits[2].rows.local.pulls[0]', (state) => withPulls(state, ['1', 0, 0, 0])],
    ['state.bandits[2].rows.local.pulls', (state) => withPulls(state, [1])],
    ['state.bandits[0]', (state) => withBandit(state, 0, { version: 1, kind: 'ucb1', arms: 3, rows: {} })],
    ['state.bandits[19]', (state) => withBandit(state, 19, { version: 1, kind: 'ucb1', arms: 2, rows: {} })],
  ]

  function withBandit(state: PaperState, step: number, bandit: unknown) {
    return { ...state, bandits: state.bandits.map((old, at) => (at === step ? bandit : old)) }
  }

  function withPulls(state: PaperState, pulls: unknown) {
    const bandit = state.bandits[2]!
    const { local } = bandit.rows
    return withBandit(state, 2, { ...bandit, rows: { local: { ...local, pulls } } })
  }

  it.each(broken)('is refused where %s is damaged', async (field, damage, code = 'policy-unreadable') => {
    const { pipe, backend, document } = await learned()
    const policy = { ...document, state: damage(document.state) } as unknown as PolicyDocument
    const calls = backend.calls.length
    const error = await failure(() => pipe.generate('ant', { accelerate: { method: 'paper', policy } }))
    expect(error).toMatchObject({ code, field: `policy.${field}` })
    expect(backend.calls).toHaveLength(calls)
  })

  it.each(broken)('is passed over, with a note, where a stored %s is damaged', async (_, damage) => {
    const { pipe, store, document } = await learned()
    const name = policyDigest(document.key)
    store.documents.set(name, JSON.stringify({ ...document, state: damage(document.state) }))
    const { policy, notes } = await pipe.generate('ant', { accelerate: 'paper' })
    expect(policy?.state.generations).toBe(1)
    expect(notes[0]).toContain(`passed over: the stored policy ${name}: `)
  })

  it('forgets what belongs to the run it was saved in alone', () => {
    const { policy, parse } = paperPolicy()
    const started = policy.init({ sigmas: [], numSteps: 20, random: () => 0 })
    const ended = policy.finish(started, { completed: false, nfe: 3 })
    expect(parse({ ...started, pending: { step: 1, arm: 0 }, more: true })).toEqual(ended)
  })
})

describe('a snapshot of something else', () => {
  it.each<[string, FakeOptions, GenerateOptions, readonly number[]]>([
    ['model', { digest: 'e'.repeat(64) }, {}, [0, 2, 4, 6]],
    ['sigmas', {}, { numSteps: 30 }, [0, 2, 4, 6]],
    ['guidanceScale', {}, { guidanceScale: 3 }, [0, 2, 4, 6]],
    ['guidanceInterval', {}, { guidanceInterval: [0.1, 0.8] }, [0, 2, 4, 6]],
    ['policy', {}, {}, [1, 2, 4, 8]],
  ])('is refused, naming %s', async (field, model, options, arms) => {
    const { document: policy } = await learned(1)
    const { pipe, backend } = await fakePipeline(model)
    const accelerate = { method: 'paper', policy, arms } as const
    const error = await failure(() => pipe.generate('ant', { ...options, accelerate }))
    expect(error).toMatchObject({ code: 'policy-mismatch', field: `policy.key.${field}` })
    expect(backend.calls).toHaveLength(0)
  })
})
