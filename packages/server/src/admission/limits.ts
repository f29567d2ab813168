import { checkOptions, checkPositive, checkWhole, type OptionNames } from '@fastflow/core/backend'

/** What one request, and one key, may ask for. */
export interface Limits {
  /** Jobs of one key, or of everyone where there are no keys, that may wait or run at once. */
  readonly perKey: number
  /** Bytes of a body. */
  readonly body: number
  /** Pixels of a result. */
  readonly pixels: number
  /** Images a request. */
  readonly images: number
  readonly steps: number
  /** Frames of a clip. */
  readonly frames: number
  /** Seconds a job may run, and a request may wait for it. */
  readonly seconds: number
  /** Connections that are open at once. */
  readonly connections: number
}

const NAMES: OptionNames<Limits> = {
  perKey: true,
  body: true,
  pixels: true,
  images: true,
  steps: true,
  frames: true,
  seconds: true,
  connections: true,
}

const USUAL: Limits = {
  perKey: 16,
  body: 32 * 2 ** 20,
  pixels: 4 * 2 ** 20,
  images: 10,
  steps: 200,
  frames: 128,
  seconds: 600,
  connections: 1000,
}

/** @throws FastFlowError `invalid-argument` naming the limit. */
export function limitsOf(limits: Partial<Limits> = {}): Limits {
  checkOptions('limits', limits, NAMES)
  const all = { ...USUAL, ...limits }
  const { seconds, ...whole } = all
  for (const [name, value] of Object.entries(whole)) checkWhole(`limits.${name}`, value, 1)
  checkPositive('limits.seconds', seconds)
  return all
}
