import { invalidArgument, isRecord } from '@fastflow/core'
import { checkWhole, nearest, shown } from '@fastflow/core/backend'

/** What networks run on, as onnxruntime-node names it. */
export type ExecutionProviderName = 'cpu' | 'webgpu' | 'cuda' | 'tensorrt' | 'coreml' | 'dml' | 'openvino'

/** An execution provider with options of its own, which go to onnxruntime as they are, e.g. `deviceId`. */
export interface ExecutionProviderConfig {
  readonly name: ExecutionProviderName
  readonly [option: string]: string | number | boolean | readonly string[] | undefined
}

export const providerNames: readonly ExecutionProviderName[] = [
  'cpu',
  'webgpu',
  'cuda',
  'tensorrt',
  'coreml',
  'dml',
  'openvino',
]

const field = 'executionProviders'

/**
 * What to try, in this order, each with its options; undefined where nothing is asked for, which is the processor.
 *
 * @throws FastFlowError `invalid-argument` naming the entry.
 */
export function checkExecutionProviders(given: unknown): readonly ExecutionProviderConfig[] | undefined {
  if (given === undefined) return undefined
  if (Array.isArray(given) && given.length > 0) return given.map(checkProvider)
  throw invalidArgument(field, `${shown(given)} is not a list; pass one such as ['cuda', 'cpu']`)
}

export function isProviderName(name: unknown): name is ExecutionProviderName {
  return providerNames.some((known) => known === name)
}

function checkProvider(given: unknown, index: number): ExecutionProviderConfig {
  const place = `${field}[${index}]`
  const options = typeof given === 'string' ? { name: given } : given
  if (!isRecord(options))
    throw invalidArgument(place, `${shown(given)} is neither a name nor an object such as { name: 'cuda' }`)
  const { name, deviceId } = options
  if (!isProviderName(name)) {
    const meant = typeof name === 'string' ? nearest(name, providerNames) : undefined
    const hint = meant === undefined ? '' : `did you mean ${meant}? `
    const available = `available: ${providerNames.join(', ')}`
    throw invalidArgument(place, `${shown(name)} is no execution provider; ${hint}${available}`)
  }
  if (deviceId !== undefined) checkWhole(`${place}.deviceId`, deviceId, 0)
  for (const [option, value] of Object.entries(options)) checkValue(`${place}.${option}`, value)
  return { ...options, name }
}

/** Options travel to other threads and processes. */
function checkValue(place: string, value: unknown): void {
  const [one, ...more]: unknown[] = Array.isArray(value) ? ['', ...value] : [value]
  if (more.every((name) => typeof name === 'string') && isPlain(one)) return
  throw invalidArgument(place, `${shown(value)} is no text, number, true, false or list of texts`)
}

function isPlain(value: unknown): boolean {
  return ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value)
}
