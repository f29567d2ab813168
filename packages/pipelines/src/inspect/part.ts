import { FastFlowError, type ModelFolder, type ModelRunner } from '@fastflow/core'
import { externalDataLocations, modelPorts } from '@fastflow/core/backend'
import { missingPart } from '../family/parts.ts'
import type { InspectedPart } from './document.ts'
import type { Problems } from './problems.ts'

/** Networks up to this size are loaded where nothing else tells their ports, or where a check has to run one. */
const MOST_LOADED = 512 * 2 ** 20

type Found = Omit<InspectedPart, 'className' | 'isUsed'>

/**
 * Looks at one network: whether it is there, how large it is, what it takes and gives. Its graph is read; it is loaded where that
 * cannot be read alone and it is small.
 */
export async function inspectPart(folder: ModelFolder, name: string, problems: Problems): Promise<Found> {
  const file = `${name}/model.onnx`
  const found = { name, file, isThere: true, bytes: null, external: [], inputs: null, outputs: null }
  const isThere = await problems.attempt(file, () => folder.has(file))
  if (isThere !== true) {
    if (isThere === false) problems.add(missingPart(folder, name), file)
    return { ...found, isThere: false }
  }
  const before = problems.list.length
  const bytes = await problems.attempt(file, async () => folder.size?.(file))
  if (problems.list.length > before) return found
  const known = { ...found, bytes: bytes ?? null }
  // What cannot be read alone, such as a graph with its weights in one large file, is no problem of the model.
  const graph = await folder.read(file).catch(() => undefined)
  if (graph === undefined) return { ...known, ...(await loadedPorts(folder, file, bytes, problems)) }
  const read = await problems.attempt(file, () => readGraph(folder, file, graph))
  return { ...known, ...read }
}

function readGraph(
  { location }: ModelFolder,
  file: string,
  graph: Uint8Array,
): Pick<Found, 'inputs' | 'outputs' | 'external'> {
  try {
    return { ...modelPorts(graph), external: externalDataLocations(graph) }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const why = `${location}/${file} is no ONNX model, or a damaged one (${cause.message})`
    const message = `${why}; download or export it again, and check that Git LFS fetched it`
    throw new FastFlowError({ code: 'model-unreadable', field: file, message, cause })
  }
}

async function loadedPorts(
  folder: ModelFolder,
  file: string,
  bytes: number | undefined,
  problems: Problems,
): Promise<Partial<Found>> {
  if (bytes === undefined || bytes > MOST_LOADED) return {}
  const runner = await problems.attempt(file, () => folder.load(file))
  if (runner === undefined) return {}
  const { inputs, outputs } = runner
  await runner.dispose()
  return { inputs, outputs }
}

/** A network as its graph declares it, which is loaded where it has to run, if it is small; undefined where its ports are not known. */
export function declaredRunner(
  folder: ModelFolder,
  { file, inputs, outputs, bytes }: Pick<Found, 'file' | 'inputs' | 'outputs' | 'bytes'>,
): ModelRunner | undefined {
  if (inputs === null || outputs === null) return undefined
  return {
    version: 1,
    executionProvider: 'not loaded',
    inputs: inputs as ModelRunner['inputs'],
    outputs: outputs as ModelRunner['outputs'],
    digest: '',
    async run(feeds, options) {
      if (bytes !== null && bytes > MOST_LOADED) {
        const message = `${file} is too large to be tried; load the model to check it`
        throw new FastFlowError({ code: 'limit-exceeded', field: file, message })
      }
      const runner = await folder.load(file)
      try {
        return await runner.run(feeds, options)
      } finally {
        await runner.dispose()
      }
    },
    dispose: async () => {},
  }
}
