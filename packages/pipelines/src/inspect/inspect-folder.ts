import {
  type AbortSignalLike,
  type Backend,
  type ConfigFile,
  type ModelFolder,
  readConfig,
} from '@fastflow/core'
import { type OptionNames, throwIfAborted } from '@fastflow/core/backend'
import { families } from '../family/families.ts'
import type { Family } from '../family/family.ts'
import { familyOf } from '../family/family-of.ts'
import { readScheduler } from '../family/scheduler.ts'
import { type Address, addressOf, checkModelOptions } from '../load.ts'
import { readTextTokenizer } from '../text/read-encoder.ts'
import type {
  InspectedFolder,
  InspectedMemory,
  InspectedPart,
  InspectedRun,
  InspectedTokenizer,
} from './document.ts'
import { type InspectedParts, inspectParts } from './parts.ts'
import { collectProblems, type Problems } from './problems.ts'
import { inspectRun } from './run.ts'

export interface InspectOptions {
  /** Where networks would run, e.g. `nodeBackend()`. */
  readonly backend: Backend
  /** A family of your own, or several; they are asked before those that come with the package. */
  readonly family?: Family | readonly Family[]
  readonly signal?: AbortSignalLike
}

const names: OptionNames<InspectOptions> = { backend: true, family: true, signal: true }

/** Parts that folders have, whatever their `model_index.json` says. */
const usual = ['unet', 'transformer', 'text_encoder', 'vae_decoder', 'vae_encoder']

/**
 * What a model folder is and how `loadPipeline` would run it, or what keeps it from running: everything that can be told, however
 * much is missing or damaged. `problems` says what to do about each thing.
 *
 * Cost: configs, tokenizers and the graphs of networks are read. No network is loaded, but those of at most 512 MiB whose graph
 * cannot be read alone or whose scale has to be tried.
 *
 * @throws FastFlowError `model-not-found` where there is no such folder, `invalid-argument`, `aborted`.
 */
export async function inspectFolder(
  location: string | Address,
  options: InspectOptions,
): Promise<InspectedFolder> {
  const address = addressOf(location)
  checkModelOptions(options, names)
  const { backend, family = [], signal } = options
  throwIfAborted(signal, `inspecting ${address}`)
  const folder = await backend.open(address)
  const problems = collectProblems()
  const index = await problems.attempt('model_index.json', () => readConfig(folder, 'model_index.json'))
  const parts = inspectParts(folder, problems)
  const run =
    index && (await openRun(index, parts, { problems, families: [...[family].flat(), ...families] }))
  throwIfAborted(signal, `inspecting ${address}`)
  const found = await allParts(folder, index, parts, run !== undefined)
  const className = index?.values._class_name
  const scheduler = await problems.attempt('scheduler/scheduler_config.json', () => readScheduler(folder))
  return {
    version: 1,
    location: folder.location,
    className: typeof className === 'string' ? className : null,
    scheduler: scheduler?._class_name ?? null,
    parts: found,
    tokenizers: await inspectTokenizers(folder, index, problems),
    memory: memoryOf(found, backend.memory?.(), parts.loadsItself()),
    run: run ?? null,
    runs: run !== undefined && problems.list.length === 0,
    problems: problems.list,
  }
}

async function openRun(
  index: ConfigFile,
  parts: InspectedParts,
  { problems, families }: { readonly problems: Problems; readonly families: readonly Family[] },
): Promise<InspectedRun | undefined> {
  return problems.attempt('model_index.json', async () => {
    const family = familyOf(index, families)
    return inspectRun(await family.open({ folder: parts.folder, index, parts, options: {} }))
  })
}

/** Classes that `model_index.json` names, by part. */
function classesOf(index: ConfigFile | undefined): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(index?.values ?? {}).flatMap(([name, value]) => {
      const className = Array.isArray(value) ? value[1] : undefined
      return typeof className === 'string' ? [[name, className] as const] : []
    }),
  )
}

/** No networks, though they are named like parts. */
const noNetwork = /^(scheduler|tokenizer|processor|feature_extractor|image_processor|safety_checker)/

async function allParts(
  folder: ModelFolder,
  index: ConfigFile | undefined,
  parts: InspectedParts,
  isKnown: boolean,
): Promise<readonly InspectedPart[]> {
  const classes = classesOf(index)
  const named = [...classes.keys()].filter((name) => !noNetwork.test(name) && name !== 'vae')
  const all = new Set([...parts.used, ...named, ...(classes.has('vae') ? ['vae_decoder'] : [])])
  for (const name of usual) if (await folder.has(`${name}/model.onnx`).catch(() => false)) all.add(name)
  const found: InspectedPart[] = []
  for (const name of all) {
    const className = classes.get(name) ?? (name.startsWith('vae_') ? classes.get('vae') : undefined)
    const isUsed = isKnown ? parts.used.has(name) : null
    // What the model does not run may be missing.
    if (isUsed === false && !(await folder.has(`${name}/model.onnx`))) continue
    found.push({ ...(await parts.look(name)), className: className ?? null, isUsed })
  }
  return found
}

async function inspectTokenizers(
  folder: ModelFolder,
  index: ConfigFile | undefined,
  problems: Problems,
): Promise<readonly InspectedTokenizer[]> {
  const named = [...classesOf(index).keys()].filter((name) => name.startsWith('tokenizer'))
  const found: InspectedTokenizer[] = []
  for (const name of named) {
    const tokenizer = await problems.attempt(name, () => readTextTokenizer(folder, name))
    found.push({ name, maxLength: tokenizer?.maxLength ?? null })
  }
  return found
}

function memoryOf(
  parts: readonly InspectedPart[],
  available: number | undefined,
  isResident: boolean,
): InspectedMemory {
  const sizes = parts.filter(({ isUsed }) => isUsed !== false).map(({ bytes }) => bytes)
  const known = sizes.filter((bytes) => bytes !== null)
  const resident = known.length === sizes.length ? known.reduce((sum, bytes) => sum + bytes, 0) : null
  const isTight = available !== undefined && resident !== null && resident > available / 2
  return {
    resident,
    sequential: isResident ? resident : known.length === sizes.length ? Math.max(0, ...known) : null,
    available: available ?? null,
    auto: isTight && !isResident ? 'sequential' : 'resident',
  }
}
