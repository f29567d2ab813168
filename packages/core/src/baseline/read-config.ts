import { FastFlowError } from '../errors.ts'
import { brief } from '../json/brief.ts'
import { JsonField } from '../json/field.ts'
import type { JsonSource } from '../json/json.ts'

const source: JsonSource = {
  code: 'invalid-argument',
  name: 'scheduler_config',
  fix: 'correct it, or pass a schedule of your own',
}

/** A scheduler config, to be read field by field. */
export function openConfig(config: unknown): JsonField {
  return new JsonField(config, source, source.name)
}

/** The error for a field that says what has no equivalent here. */
export function unsupported(field: JsonField, message: string): FastFlowError {
  return new FastFlowError({ code: 'unsupported', field: field.path, message: `${field.path}: ${message}` })
}

/** A switch; like Diffusers, off where it is null, `otherwise` where it is missing. */
export function isOn(field: JsonField, otherwise = false): boolean {
  if (field.value === undefined) return otherwise
  return !field.empty && field.flag()
}

/** Refuses switches that are on. */
export function refuseSwitches(file: JsonField, names: readonly string[]): void {
  for (const name of names) {
    if (isOn(file.at(name)))
      throw unsupported(file.at(name), 'not supported; pass your own grid as a schedule')
  }
}

/** A name as people write it. */
export function named(value: unknown): string {
  return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : brief(value)
}

export function numberOf(file: JsonField, name: string, otherwise: number): number {
  return file.at(name).empty ? otherwise : file.at(name).number()
}

/** One of a few names; others are told apart from what is no name only by being refused as `unsupported`. */
export function nameOf<const Name extends string>(
  file: JsonField,
  name: string,
  otherwise: Name,
  available: readonly Name[],
): Name {
  const { value = otherwise } = file.at(name)
  const found = available.find((one) => one === value)
  if (found !== undefined) return found
  throw unsupported(file.at(name), `${named(value)} is unknown; available: ${available.join(', ')}`)
}

/** Timesteps of the training, which sigma 1 is called by. */
export function trainTimesteps(file: JsonField): number {
  const field = file.at('num_train_timesteps')
  return field.empty ? 1000 : field.whole({ least: 1, most: 1_000_000 })
}
