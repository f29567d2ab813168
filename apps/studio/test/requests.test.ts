import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CatalogModel } from '../src/engine/catalog.ts'
import { type CallOptions, type Engine, EngineError } from '../src/engine/client.ts'
import type { CommandName, Commands, Knowledge, ModelAbout, Take } from '../src/engine/protocol.ts'
import { createTurns } from '../src/engine/turns.ts'
import { createActions } from '../src/state/actions.ts'
import type { PictureRequest } from '../src/state/picture-request.ts'
import { runSettingsOf } from '../src/state/settings.ts'
import { initialState, type State } from '../src/state/state.ts'
import { createStore } from '../src/state/store.ts'

const models = ['a', 'b', 'c'].map(
  (name): CatalogModel => ({
    name,
    title: name,
    task: 'text-to-image',
    location: `http://x/${name}`,
    bytes: 1,
    files: [],
  }),
)

function aboutOf(location: string): ModelAbout {
  const name = location.at(-1)!
  return {
    name,
    task: 'text-to-image',
    labels: [],
    size: 1,
    defaults: { numSteps: 20, guidanceScale: 1 },
    digest: name,
    executionProvider: 'wasm',
    environment: { browser: '', threads: 1 },
    runtime: { kind: 'wasm', name: '', reason: '' },
    prompts: [`prompt of ${name}`],
  } as unknown as ModelAbout
}

/** What was asked, in what comes of it: a picture that says of which model and prompt it is. */
function takeOf(model: string, subject: string, options: object, method: string, nfe: number): Take {
  return {
    method,
    image: { width: 16, height: 16, data: new Uint8Array(768) },
    clip: undefined,
    seed: 7,
    caption: JSON.stringify([model, subject, options]),
    stats: {
      nfe,
      steps: 20,
      passes: nfe,
      decisions: 'C'.repeat(nfe).padEnd(20, 'S'),
      modelMs: 1,
      overheadMs: 1,
    },
    wallMs: 1,
    notes: [],
  } as unknown as Take
}

function knowledgeOf(model: string, settings: object): Knowledge {
  return { tag: JSON.stringify([model, settings]), measured: {}, curve: [] } as unknown as Knowledge
}

type Work = {
  readonly [Name in CommandName]: (
    model: string,
    input: Commands[Name]['input'],
    options: CallOptions<Name>,
  ) => Promise<unknown>
}

interface Waiting {
  readonly answer: () => void
}

/** An engine whose every piece of work ends when it is told to, in any order that turns allow. */
function slowEngine(): { readonly engine: Engine; readonly waiting: Waiting[] } {
  const turns = createTurns()
  const waiting: Waiting[] = []
  let loaded = ''
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ answer: resolve })
    })
  const aborted = (): EngineError => new EngineError({ code: 'aborted', field: '', message: '' })
  const work: Work = {
    async load(model, _, { signal }) {
      await pause()
      if (signal?.aborted) throw aborted()
      loaded = model
      return aboutOf(model)
    },
    fit: async () => pause(),
    async know(model, settings) {
      await pause()
      return knowledgeOf(model, settings)
    },
    async generate(model, { subject, options, accelerate }, { signal, onReport }) {
      const report = { index: 1, numSteps: 20, nfe: 1, decisions: 'C', jump: 'C', preview: undefined }
      onReport?.(report)
      await pause()
      if (signal?.aborted) throw aborted()
      const nfe = accelerate === 'off' ? 20 : 6
      return takeOf(model, subject, options, accelerate === 'off' ? 'full' : 'plan-6', nfe)
    },
    learn: async (model, { settings }, { signal, onReport }) => {
      for (let done = 1; done <= 2; done++) {
        await pause()
        if (signal?.aborted) throw aborted()
        onReport?.({ done, knowledge: knowledgeOf(model, settings) })
      }
      return knowledgeOf(model, settings)
    },
    calibrate: async (model, { settings }) => pause().then(() => knowledgeOf(model, settings)),
    measure: async (model, { settings }) => pause().then(() => knowledgeOf(model, settings)),
    adopt: async (model, { settings }) => pause().then(() => knowledgeOf(model, settings)),
    keep: async () => pause().then(() => ({ keys: {}, plan: undefined, policy: undefined, curve: [] })),
    forget: async (model, settings) =>
      pause().then(() => ({
        kept: { keys: {}, plan: undefined, policy: undefined, curve: [] },
        knowledge: knowledgeOf(model, settings),
      })),
    restore: async () => pause(),
  }
  const engine = {
    call(name: CommandName, model: string, input: unknown, options: CallOptions<never> = {}) {
      const run = (): Promise<unknown> => {
        if (name !== 'load' && name !== 'restore' && loaded !== model) throw aborted()
        const onReport = (report: never): void => {
          if (!options.signal?.aborted) options.onReport?.(report)
        }
        return work[name](model, input as never, { ...options, onReport } as never)
      }
      return name === 'load' ? turns.alone(run) : turns.shared(async () => run())
    },
  } as Engine
  return { engine, waiting }
}

/** Whatever belongs together is of one request. */
function checkState({ model, about, loading, result, making, knowledge, settings }: State): void {
  if (loading.status === 'ready') expect(about?.name).toBe(model?.name)
  for (const shown of [result, making]) {
    if (shown === undefined) continue
    expect(shown.request.model).toBe(model)
    for (const take of [shown.fast, shown.full, ...shown.others])
      if (take) expect(take.caption).toBe(captionOf(shown.request))
  }
  const { tag } = (knowledge ?? {}) as { tag?: string }
  if (tag === undefined) return
  const [of, known] = JSON.parse(tag) as [string, object]
  expect(of).toBe(model?.location)
  // What is asked anew while a setting changes is on its way.
  if (known && loading.status === 'ready') expect(Object.keys(known)).toContain('numSteps')
  expect(settings).toBeDefined()
}

function captionOf({ model, subject, settings }: PictureRequest): string {
  return JSON.stringify([model.location, subject, { seed: settings.seed, ...runSettingsOf(settings) }])
}

const event = fc.oneof(
  fc.record({ kind: fc.constant('pick' as const), n: fc.nat(2) }),
  fc.record({ kind: fc.constant('type' as const), n: fc.nat(3) }),
  fc.record({ kind: fc.constant('steps' as const), n: fc.integer({ min: 18, max: 20 }) }),
  fc.record({
    kind: fc.constantFrom(
      'generate' as const,
      'generate' as const,
      'compare' as const,
      'learn' as const,
      'forget' as const,
      'undo' as const,
      'stop' as const,
    ),
    n: fc.constant(0),
  }),
  fc.record({ kind: fc.constant('answer' as const), n: fc.nat(3) }),
  fc.record({ kind: fc.constant('answer' as const), n: fc.nat(3) }),
)

const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('whatever happens in whatever order, what is shown is of one request', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 60 }), async (events) => {
      const { engine, waiting } = slowEngine()
      const store = createStore<State>({
        ...initialState,
        models,
        perceptual: { location: '', files: [] },
        settings: { ...initialState.settings, nfe: 6 },
      })
      store.watch((state) => state, checkState)
      const actions = createActions(store, engine)
      const answer = async (n: number): Promise<void> => {
        waiting.splice(n % Math.max(1, waiting.length), 1)[0]?.answer()
        await idle()
      }
      const told: Record<string, (n: number) => unknown> = {
        pick: (n) => actions.pick(models[n]!),
        type: (n) => actions.change({ prompt: `prompt ${n}` }),
        steps: (n) => actions.change({ numSteps: n }),
        generate: () => actions.generate(),
        compare: () => store.state.result && actions.compareBudgets(),
        learn: () => actions.learn(2, true),
        forget: () => actions.forget(),
        undo: () => store.state.undo && actions.undo(),
        stop: () => actions.stop(),
      }
      const running: unknown[] = [actions.pick(models[0]!)]
      for (const { kind, n } of events) {
        if (kind === 'answer') await answer(n)
        else running.push(told[kind]!(n))
        await idle()
      }
      let ended = false
      const all = Promise.all(running).finally(() => {
        ended = true
      })
      while (!ended || waiting.length > 0) await answer(0)
      await all
      const { loading, activity, making, about, model, settings, knowledge, error } = store.state
      expect(error?.code).not.toBe('unexpected')
      expect({ loading, activity, making }).toEqual({
        loading: { status: 'ready' },
        activity: undefined,
        making: undefined,
      })
      expect(about?.name).toBe(model?.name)
      expect(knowledge).toEqual(knowledgeOf(model!.location, runSettingsOf(settings)))
    }),
    { numRuns: 300 },
  )
})
