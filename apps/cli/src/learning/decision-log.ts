import { FastFlowError, parseJson, sameJson } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { type DecisionRecord, parseRecord } from '@fastflow/pipelines'
import { jsonLines } from '../json-lines.ts'
import { MAX_LOG, readBytes, reasonOf } from '../read-text.ts'

/** A line that was left out, and why. */
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
 * The decisions in a file of JSON lines. Lines that cannot be read, and those of other models, settings, plans or targets
 * than the first good one's, are left out and listed.
 *
 * @throws FastFlowError `policy-unreadable` where the file cannot be read or holds no decision at all.
 */
export async function readDecisionLog(path: string, pace: Pace): Promise<DecisionLog> {
  const unreadable = (problem: string, cause?: unknown): FastFlowError => {
    const message = `LOG: ${path} ${problem}; write one with "fastflow generate --lpips X --log FILE"`
    return new FastFlowError({ code: 'policy-unreadable', field: 'LOG', message, cause })
  }
  let bytes: Uint8Array
  try {
    bytes = await readBytes(path, MAX_LOG)
  } catch (cause) {
    throw unreadable(`cannot be read (${reasonOf(cause)})`, cause)
  }
  const records: DecisionRecord[] = []
  const bad: BadLine[] = []
  for (const line of jsonLines(bytes)) {
    if (pace.due()) await pace.rest()
    try {
      const record = parseRecord(parseJson(line.bytes, DECISION), DECISION)
      const difference = differenceOf(record, records[0] ?? record)
      if (difference === undefined) records.push(record)
      else
        bad.push({
          line: line.number,
          problem: `has another ${difference} than the first decision; left out`,
        })
    } catch (error) {
      if (!FastFlowError.isInstance(error)) throw error
      bad.push({ line: line.number, problem: error.message })
    }
  }
  if (records.length > 0) return { records, bad }
  throw unreadable(
    bad.length > 0
      ? `has no decision in its ${bad.length} lines (line ${bad[0]!.line} ${bad[0]!.problem})`
      : 'is empty',
  )
}

function differenceOf(record: DecisionRecord, first: DecisionRecord): string | undefined {
  const fields = ['key', 'arms', 'metric', 'limit'] as const
  const other = fields.find((field) => !sameJson(record[field], first[field]))
  if (other !== undefined) return other
  const sizeOf = ({ choices }: DecisionRecord): number => choices[0]!.context.length
  return sizeOf(record) === sizeOf(first) ? undefined : 'context'
}
