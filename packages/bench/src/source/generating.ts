import { invalidArgument } from '@fastflow/core'
import type { BenchSource, GeneratingSource } from './source.ts'

/** A source that generates. @param field the setting that needs it. @throws FastFlowError `invalid-argument` for any other. */
export function generating(source: BenchSource, field: string): GeneratingSource {
  if (source.generateTurn !== undefined) return { ...source, generateTurn: source.generateTurn }
  throw invalidArgument(field, `needs a model that generates, which ${source.model} does not; leave it out`)
}
