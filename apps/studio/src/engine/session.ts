import { indexedDbPolicyStore, type RuntimeOptions, type WebBackend, webBackend } from '@fastflow/backend-web'
import { type Backend, FastFlowError, type QualityProxy } from '@fastflow/core'
import { fitOnWhite } from '@fastflow/media/fit'
import {
  loadPipelineOf,
  type Metric,
  ownFamilies,
  type Pipeline,
  type RunSettings,
} from '@fastflow/pipelines'
import { type Perceptual, perceptual } from '@fastflow/proxies'
import { aboutOf } from './about.ts'
import {
  forgetDocuments,
  keepsakeOf,
  keysOf,
  openDocument,
  restoreDocuments,
  type Shelf,
} from './documents.ts'
import { generate } from './generate.ts'
import { readKnowledge } from './knowledge.ts'
import { learn } from './learn.ts'
import type { CommandName, Commands, Knowledge, RuntimeChoice } from './protocol.ts'
import { createTurns } from './turns.ts'

interface Context {
  /** Location of the model that the command is for. */
  readonly model: string
  readonly report: (report: unknown) => void
  readonly signal: AbortSignal
}

/** A command, as the worker runs it. */
type Command<Name extends CommandName, Target = unknown> = (
  input: Commands[Name]['input'],
  context: Context & Target,
) => Promise<Commands[Name]['result']>

/** The commands: one model at a time, and nothing is run on another than it was asked of. */
export type Session = { readonly [Name in CommandName]: Command<Name> }

interface OnModel extends Shelf {
  readonly pipe: Pipeline
  /** What is known of the model for these settings. */
  readonly know: (settings: RunSettings) => Promise<Knowledge>
}

/** @param notice what is worth telling and stops nothing. */
export function createSession(notice: (message: string) => void): Session {
  const files = new Map<string, readonly string[]>()
  const backendOn = (choice: RuntimeChoice): WebBackend =>
    webBackend({
      ...runtimeOptionsOf(choice),
      filesOf: (location) => files.get(location),
      onNotice: ({ kind, message }) => {
        if (kind === 'uncached') notice(message)
      },
    })
  let runtime: RuntimeChoice = 'auto'
  let backend = backendOn(runtime)
  const store = indexedDbPolicyStore('studio')
  const turns = createTurns()
  let loaded: { readonly pipe: Pipeline; readonly location: string } | undefined
  let perceptualSource = ''
  let opened: Promise<Perceptual> | undefined
  const openProxy = (): Promise<Perceptual> => {
    opened ??= loadPerceptual(backend, perceptualSource)
    return opened
  }
  const proxyFor = async (metric: Metric): Promise<{ proxy?: QualityProxy }> =>
    metric === 'lpips' ? { proxy: (await openProxy()).proxy } : {}
  const unload = async (): Promise<void> => {
    const [before, proxy] = [loaded, opened]
    loaded = undefined
    opened = undefined
    await before?.pipe.dispose()
    await proxy?.then(({ dispose }) => dispose()).catch(() => {})
  }
  /** Runs on the model that the command is for, if that is loaded when its turn comes. */
  const onModel =
    <Name extends CommandName>(command: Command<Name, OnModel>): Command<Name> =>
    (input, context) =>
      turns.shared(async () => {
        if (loaded?.location !== context.model) throw exchanged()
        const { pipe, location } = loaded
        const folder = await backend.open(location)
        const know = (settings: RunSettings): Promise<Knowledge> =>
          readKnowledge(pipe, store, folder, settings, notice)
        return command(input, { ...context, pipe, store, folder, know })
      })
  return {
    load: (input, { model, report, signal }) =>
      turns.alone(async () => {
        if (signal.aborted) throw exchanged()
        await unload()
        if (input.runtime !== runtime) backend = backendOn(input.runtime)
        runtime = input.runtime
        perceptualSource = input.perceptual.location
        files.set(model, input.files)
        files.set(input.perceptual.location, input.perceptual.files)
        const pipe = await loadPipelineOf(ownFamilies, model, { backend, store, signal, onProgress: report })
        loaded = { pipe, location: model }
        return aboutOf(pipe, await backend.support())
      }),
    fit: async ({ image, size }) => fitOnWhite(image, size),
    know: onModel<'know'>((settings, { know }) => know(settings)),
    generate: onModel<'generate'>((input, { pipe, ...context }) =>
      generate(pipe, input, { ...context, proxyFor }),
    ),
    learn: onModel<'learn'>(async (input, { pipe, know, ...context }) => {
      const { settings } = input
      await learn(pipe, await know(settings), input, { ...context, know: () => know(settings) })
      return know(settings)
    }),
    calibrate: onModel<'calibrate'>(async ({ settings, evaluations }, { pipe, know, report, signal }) => {
      await pipe.calibrate({ ...settings, evaluations, signal, onProgress: report, onNote: refuse })
      return know(settings)
    }),
    measure: onModel<'measure'>(
      async ({ settings, metric, runs, images }, { pipe, know, report, signal }) => {
        await store.check?.()
        await pipe.measureQuality({
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
    ),
    adopt: onModel<'adopt'>(async ({ settings, document }, { pipe, know, ...shelf }) => {
      await openDocument(shelf, keysOf(pipe, settings), document)
      return know(settings)
    }),
    keep: onModel<'keep'>(async (settings, { pipe, know }) =>
      keepsakeOf(keysOf(pipe, settings), await know(settings)),
    ),
    forget: onModel<'forget'>(async (settings, { pipe, know, ...shelf }) => {
      const keys = keysOf(pipe, settings)
      const kept = keepsakeOf(keys, await know(settings))
      await forgetDocuments(shelf, keys)
      return { kept, knowledge: await know(settings) }
    }),
    restore: (kept, { model }) =>
      turns.shared(async () => restoreDocuments({ store, folder: await backend.open(model) }, kept)),
  }
}

function runtimeOptionsOf(choice: RuntimeChoice): RuntimeOptions {
  if (choice === 'auto') return {}
  if (choice === 'webgpu') return { executionProviders: ['webgpu'] }
  return { executionProviders: ['wasm'], threads: Number(choice.slice('wasm-'.length)) }
}

/** Nobody waits for the answer any more: the page has gone on to another model. */
function exchanged(): FastFlowError {
  const message = 'the model was exchanged for another one meanwhile'
  return new FastFlowError({ code: 'aborted', field: 'model', message })
}

/** This page has plans from its store alone: one that could not be stored is lost. */
function refuse(note: string): never {
  throw new FastFlowError({ code: 'output-unwritable', field: 'store', message: note })
}

async function loadPerceptual(backend: Backend, location: string): Promise<Perceptual> {
  const folder = await backend.open(location)
  return perceptual(await folder.load('model.onnx'))
}
