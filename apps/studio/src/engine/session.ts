import { type IndexedDbPolicyStore, indexedDbPolicyStore, webBackend } from '@fastflow/backend-web'
import { type Backend, FastFlowError, invalidArgument, parsePlan, type QualityProxy } from '@fastflow/core'
import {
  type Accelerate,
  checkPolicyDocument,
  loadPipelineOf,
  type Metric,
  ownFamilies,
  type Pipeline,
  planDigest,
  policyDigest,
  type RunSettings,
  type TargetAcceleration,
} from '@fastflow/pipelines'
import { type Perceptual, perceptual } from '@fastflow/proxies'
import { aboutOf, environmentOf } from './about.ts'
import { benchOne } from './bench.ts'
import { curveKey, readKnowledge, recordGeneration } from './knowledge.ts'
import { learn } from './learn.ts'
import type { CommandName, Commands, Take } from './protocol.ts'

interface Context {
  readonly report: (report: unknown) => void
  readonly signal: AbortSignal
}

/** The commands, as the worker runs them: one model at a time. */
export type Session = {
  readonly [Name in CommandName]: (
    input: Commands[Name]['input'],
    context: Context,
  ) => Promise<Commands[Name]['result']>
}

interface Loaded {
  readonly pipe: Pipeline
  readonly location: string
}

export function createSession(): Session {
  let notice = (_: string): void => {}
  const files = new Map<string, readonly string[]>()
  const backend = webBackend({
    filesOf: (location) => files.get(location),
    onNotice: ({ kind, message }) => {
      if (kind === 'uncached') notice(message)
    },
  })
  const store = indexedDbPolicyStore('studio')
  let loaded: Loaded | undefined
  let perceptualSource = ''
  let opened: Promise<Perceptual> | undefined
  const openProxy = (): Promise<Perceptual> => {
    opened ??= loadPerceptual(backend, perceptualSource)
    return opened
  }
  const proxyFor = async (metric: Metric): Promise<{ proxy?: QualityProxy }> =>
    metric === 'lpips' ? { proxy: (await openProxy()).proxy } : {}
  const model = (): Loaded => {
    if (loaded === undefined) throw invalidArgument('model', 'is not loaded; pick a model first')
    return loaded
  }
  const know = async (settings: RunSettings): Promise<Commands['know']['result']> => {
    const { pipe, location } = model()
    return readKnowledge(pipe, store, await backend.open(location), settings)
  }
  return {
    async load(input, { report }) {
      await loaded?.pipe.dispose()
      await opened?.then(({ dispose }) => dispose()).catch(() => {})
      loaded = undefined
      opened = undefined
      const { location } = input.model
      perceptualSource = input.perceptual.location
      for (const folder of [input.model, input.perceptual]) files.set(folder.location, folder.files)
      notice = (message) => report({ status: 'notice', message })
      const pipe = await loadPipelineOf(ownFamilies, location, { backend, store, onProgress: report })
      loaded = { pipe, location }
      return aboutOf(pipe, await backend.support())
    },
    know,
    async generate({ subject, options, accelerate }, { report, signal }) {
      const { pipe } = model()
      let decisions = ''
      const started = performance.now()
      const { items, notes, policy } = await pipe.generate(subject, {
        ...options,
        accelerate: isTarget(accelerate)
          ? { ...accelerate, ...(await proxyFor(accelerate.target.lpips === undefined ? 'psnr' : 'lpips')) }
          : accelerate,
        signal,
        clock: () => performance.now(),
        async onStep({ preview, ...event }) {
          decisions += event.decisions
          const { index, numSteps, nfe } = event
          report({ index, numSteps, nfe, decisions, jump: event.decisions, preview: await preview() })
        },
      })
      const wallMs = performance.now() - started
      const { index: _, ...item } = items[0]!
      const troubles: string[] = []
      // The image is worth more than the curve it is a point of.
      if (policy)
        await recordGeneration(store, policy, item.stats.nfe, isFresh(accelerate)).catch((error: Error) =>
          troubles.push(`the learning curve cannot be stored: ${error.message}`),
        )
      const method = methodOf(accelerate, item.stats)
      return { ...item, method, notes: [...notes, ...troubles], wallMs }
    },
    async bench(input, context) {
      const environment = environmentOf(await backend.support())
      return benchOne(model().pipe, input, { ...context, environment })
    },
    async learn(input, context) {
      await learn(model().pipe, store, await know(input.settings), input, {
        ...context,
        know: () => know(input.settings),
      })
      return know(input.settings)
    },
    async calibrate({ settings, evaluations }, { report, signal }) {
      await model().pipe.calibrate({ ...settings, evaluations, signal, onProgress: report, onNote: refuse })
      return know(settings)
    },
    async measure({ settings, metric, runs, images }, { report, signal }) {
      await store.check?.()
      await model().pipe.measureQuality({
        ...settings,
        metric,
        runs,
        signal,
        ...(images.length > 0 && { images }),
        ...(await proxyFor(metric)),
        onProgress: (done, total) => report({ done, total }),
      })
      return know(settings)
    },
    async adopt({ settings, document }) {
      const { pipe } = model()
      const [digest, checked] = checkDocument(pipe, settings, document)
      await store.save(digest, checked)
      return know(settings)
    },
    async forget(settings) {
      await forgetDocuments(model().pipe, store, settings)
      return know(settings)
    },
  }
}

/** This page has plans from its store alone: one that could not be stored is lost. */
function refuse(note: string): never {
  throw new FastFlowError({ code: 'output-unwritable', field: 'store', message: note })
}

async function loadPerceptual(backend: Backend, location: string): Promise<Perceptual> {
  const folder = await backend.open(location)
  return perceptual(await folder.load('model.onnx'))
}

function isTarget(accelerate: Accelerate): accelerate is TargetAcceleration {
  return typeof accelerate === 'object' && 'target' in accelerate
}

/** The row of a bench that a generation belongs to. */
function methodOf(accelerate: Accelerate, { nfe, steps }: Take['stats']): string {
  if (nfe === steps) return 'full'
  if (
    accelerate === 'paper' ||
    (typeof accelerate === 'object' && 'method' in accelerate && accelerate.method === 'paper')
  )
    return 'paper'
  const planned = typeof accelerate === 'object' && 'nfe' in accelerate ? accelerate.nfe : undefined
  return `plan-${planned ?? nfe}`
}

function isFresh(accelerate: Accelerate): boolean {
  return typeof accelerate === 'object' && 'fresh' in accelerate && accelerate.fresh === true
}

function checkDocument(
  pipe: Pipeline,
  settings: RunSettings,
  document: unknown,
): readonly [digest: string, document: unknown] {
  const { format } = (document ?? {}) as { format?: unknown }
  if (format === 'fastflow-plan') {
    const key = pipe.planKey(settings)
    return [planDigest(key), parsePlan(document, key).document]
  }
  const key = pipe.policyKey(settings)
  return [policyDigest(key), checkPolicyDocument(document, key, 'the file')]
}

async function forgetDocuments(
  pipe: Pipeline,
  store: IndexedDbPolicyStore,
  settings: RunSettings,
): Promise<void> {
  const policy = policyDigest(pipe.policyKey(settings))
  for (const key of [planDigest(pipe.planKey(settings)), policy, curveKey(policy)]) await store.remove(key)
}
