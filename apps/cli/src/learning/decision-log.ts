import { FastFlowError } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { type DecisionRecord, parseRecord } from '@fastflow/pipelines'
import { MAX_LOG, readText, reasonOf } from '../read-text.ts'

/** A line that was left out, and why. */
export interface BadLine {
  readonly line: number
  readonly problem: string
}

export interface DecisionLog {
  readonly records: readonly DecisionRecord[]
  readonly bad: readonly BadLine[]
}

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
  let text: string
  try {
    text = await readText(path, MAX_LOG)
  } catch (cause) {
    throw unreadable(`cannot be read (${reasonOf(cause)})`, cause)
  }
  const records: DecisionRecord[] = []
  const bad: BadLine[] = []
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    if (content.trim() === '') continue
    if (pace.due()) await pace.rest()
    try {
      const record = parseRecord(JSON.parse(content))
      const difference = differenceOf(record, records[0] ?? record)
      if (difference !== undefined) throw new TypeError(`has another ${difference} than the first decision`)
      records.push(record)
    } catch (error) {
      const problem = error instanceof SyntaxError ? 'is not JSON' : (error as Error).message
      bad.push({ line: index + 1, problem })
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
  const other = fields.find((field) => JSON.stringify(record[field]) !== JSON.stringify(first[field]))
  if (other !== undefined) return other
  const sizeOf = ({ choices }: DecisionRecord): number => choices[0]!.context.length
  return sizeOf(record) === sizeOf(first) ? undefined : 'context'
}
