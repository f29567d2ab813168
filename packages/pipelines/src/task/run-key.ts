import { takesBothPasses } from '@fastflow/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { type RunSettings, velocityOptions } from './options.ts'
import type { RunKey } from './run.ts'
import type { TaskModel } from './task-model.ts'

/** What every policy and plan made with these options depends on. */
export function runKeyOf(model: TaskModel, options: RunSettings): RunKey {
  const shape = model.shape(options)
  const baseline = model.baseline(options, shape)
  const { guidanceScale, guidanceInterval, joined = false, embedded } = model.guidance(options, baseline)
  return {
    ...baseline,
    model: digestOf(model, options, embedded),
    guidanceScale,
    ...(guidanceInterval && { guidanceInterval }),
    ...(embedded !== undefined && { embedded }),
    guided: model.guided && !joined && takesBothPasses(guidanceScale),
    dims: shape.dims,
    ownDims: model.shape({}).dims,
    dtype: 'float32',
    range: model.range,
    settings: options,
    defaults: model.defaults,
  }
}

/** The model's own digest, unless options that plans do not know of make other velocities of it. */
function digestOf(
  { digest, defaults }: TaskModel,
  options: RunSettings,
  embedded: number | undefined,
): string {
  const changed = velocityOptions.filter(
    (name) => options[name] !== undefined && options[name] !== defaults[name],
  )
  const values: unknown[] = changed.map((name) => [name, options[name]])
  if (embedded !== undefined) values.push(['guidance', embedded])
  if (values.length === 0) return digest
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([digest, ...values]))))
}
