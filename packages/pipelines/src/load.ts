import {
  type Backend,
  invalidArgument,
  type LoadOptions,
  memoryPolicyStore,
  type PolicyStore,
  readConfig,
} from '@fastflow/core'
import {
  checkCallback,
  checkFlag,
  checkMethods,
  checkOneOf,
  checkOptions,
  checkSignal,
  checkText,
  checkWhole,
  type OptionNames,
  shown,
  throwIfAborted,
} from '@fastflow/core/backend'
import { families } from './family/families.ts'
import type { Family } from './family/family.ts'
import { familyOf } from './family/family-of.ts'
import { type MemoryMode, openParts } from './family/parts.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'

/** A `URL`; that name belongs to hosts. */
export interface Address {
  readonly href: string
}

export interface LoadPipelineOptions extends LoadOptions {
  /** Where networks run, e.g. `nodeBackend()`. */
  readonly backend: Backend
  /** Keeps learned policies between runs; in memory, as long as the pipeline, by default. */
  readonly store?: PolicyStore
  /** A family of your own, or several; they are asked before those that come with the package. */
  readonly family?: Family | readonly Family[]
  /**
   * How many of its networks a model of several keeps in memory at a time: all from the start (`resident`), one after the other
   * in the order of use (`sequential`), or `auto`, the default: all where they take less than half of the memory that the backend
   * tells. Models of our own kinds are small, and always resident. Networks that take turns are loaded with `mapWeights`, unless it
   * is set.
   */
  readonly memory?: MemoryMode
}

const names: OptionNames<LoadPipelineOptions> = {
  backend: true,
  store: true,
  family: true,
  memory: true,
  threads: true,
  mapWeights: true,
  onProgress: true,
  signal: true,
}

const modes = ['auto', 'resident', 'sequential'] as const

/**
 * Loads a model folder in Diffusers layout: `model_index.json`, `scheduler/`, `unet/` or `transformer/`, and
 * learned policies in `policies/` if it brings any.
 *
 * Whether networks and configs fit together is checked here, before anything is generated. Cost: no evaluation; where a
 * decoder does not say how large its pictures are, one pass of it over at most 8 x 8 latents, if it takes so few.
 *
 * @param location what the backend opens: a path, a `file:` address or the name of an installed package
 *   (`@fastflow/models-emoji`) in Node, an address in the browser.
 * @throws FastFlowError `model-not-found`, `model-unreadable` or `model-mismatch` naming the file,
 *   `unsupported` for a pipeline class, scheduler or convention this version does not run, `invalid-argument`, `aborted`.
 */
export async function loadPipeline(
  location: string | Address,
  options: LoadPipelineOptions,
): Promise<Pipeline> {
  return loadPipelineOf(families, location, options)
}

/**
 * {@link loadPipeline} for these families alone, such as `ownFamilies`: pages that run no others are spared their code.
 *
 * @throws FastFlowError as `loadPipeline`.
 */
export async function loadPipelineOf(
  known: readonly Family[],
  location: string | Address,
  options: LoadPipelineOptions,
): Promise<Pipeline> {
  if (!Array.isArray(known)) throw invalidArgument('known', `${shown(known)} is not a list of families`)
  for (const [n, one] of known.entries()) checkFamily(`known[${n}]`, one)
  const address = addressOf(location)
  checkLoadOptions(options)
  const { backend, store = memoryPolicyStore(), family = [], memory = 'auto', ...loadOptions } = options
  throwIfAborted(loadOptions.signal, `loading ${address}`)
  const folder = await backend.open(address)
  const index = await readConfig(folder, 'model_index.json')
  const found = familyOf(index, [...[family].flat(), ...known])
  const parts = openParts(folder, loadOptions, memory, backend.memory?.())
  try {
    const model = await found.open({ folder, index, parts, options: loadOptions })
    return createPipeline(model, { folder, store }, backend.write)
  } catch (error) {
    await parts.dispose()
    throw error
  }
}

function checkFamily(field: string, family: Family): void {
  const wanted = 'a Family: { classNames, open }'
  checkMethods(field, family, ['open'], wanted)
  const names: unknown = family.classNames
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== 'string'))
    throw invalidArgument(`${field}.classNames`, `is ${shown(names)}; pass the class names it reads`)
}

export function addressOf(location: string | Address): string {
  if (typeof location === 'string') return checkText('location', location, 'the folder of a model')
  if (typeof location?.href === 'string') return location.href
  throw invalidArgument('location', `is ${typeof location}; pass the path of a model folder, or its address`)
}

function checkLoadOptions(options: LoadPipelineOptions): void {
  checkModelOptions(options, names)
  if (options.store !== undefined)
    checkMethods('store', options.store, ['load', 'save'], 'a PolicyStore, e.g. backend.policyStore(folder)')
  if (options.memory !== undefined) checkOneOf('memory', options.memory, modes)
  if (options.threads !== undefined) checkWhole('threads', options.threads, 1)
  checkFlag('mapWeights', options.mapWeights)
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
}

/** What says which model is meant, and by what it is read. */
export function checkModelOptions(
  options: Pick<LoadPipelineOptions, 'backend' | 'family' | 'signal'>,
  known: Readonly<Record<string, true>>,
): void {
  const wanted = 'nodeBackend() of @fastflow/backend-node, or webBackend() of @fastflow/backend-web'
  if (options === undefined) throw invalidArgument('backend', `is missing; pass { backend }, e.g. ${wanted}`)
  checkOptions('options', options, known)
  checkMethods('backend', options.backend, ['open', 'policyStore'], wanted)
  const { family = [] } = options
  for (const [n, one] of [family].flat().entries())
    checkFamily(Array.isArray(family) ? `family[${n}]` : 'family', one)
  checkSignal(options.signal)
}
