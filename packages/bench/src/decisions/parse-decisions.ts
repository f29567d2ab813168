import { FastFlowError, parseJson, sameJson } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { type DecisionRecord, parseRecord } from '@fastflow/pipelines'
import { checkPace } from '../check/values.ts'
import { jsonLines } from './json-lines.ts'

/** A line that was left out, by its number from 1 on, and why. */
export interface BadLine {
  readonly line: number
  readonly problem: string
}

export interface DecisionLog {
  readonly records: readonly DecisionRecord[]
  readonly bad: readonly BadLine[]
}

/** What is said of a line stands behind its place. */
const DECISION = {
  code: 'policy-unreadable',
  name: 'decision',
  prefix: 'decision.',
  place: '',
  fix: 'left out',
} as const

/**
 * The decisions in the bytes of a log, JSON lines as `onDecision` of a quality target hands them on. Lines that cannot be
 * read, and those of other models, settings, plans or targets than the first good one's, are left out and listed.
 *
 * @param pace lets the event loop turn in long logs.
 * @throws FastFlowError `invalid-argument` for what is no bytes, or no pace.
 */
export async function parseDecisions(bytes: Uint8Array, pace: Pace): Promise<DecisionLog> {
  checkPace(pace)
  const records: DecisionRecord[] = []
  const bad: BadLine[] = []
  for (const { number: line, bytes: text } of jsonLines(bytes)) {
    if (pace.due()) await pace.rest()
    try {
      const record = parseRecord(parseJson(text, DECISION), DECISION)
      const difference = differenceOf(record, records[0] ?? record)
      if (difference === undefined) records.push(record)
      else bad.push({ line, problem: `has another ${difference} than the first decision; left out` })
    } catch (error) {
      if (!FastFlowError.isInstance(error)) throw error
      bad.push({ line, problem: error.message })
    }
  }
  return { records, bad }
}

function differenceOf(record: DecisionRecord, first: DecisionRecord): string | undefined {
  const fields = ['key', 'arms', 'metric', 'limit'] as const
  const other = fields.find((field) => !sameJson(record[field], first[field]))
  if (other !== undefined) return other
  const sizeOf = ({ choices }: DecisionRecord): number => choices[0]!.context.length
  return sizeOf(record) === sizeOf(first) ? undefined : 'context'
}
