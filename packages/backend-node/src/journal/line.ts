import { createHash } from 'node:crypto'
import { isRecord } from '@fastflow/core'
import { isOfBefore, randomPart } from '../owner.ts'

/** One update and its place among those of its writer, from 1. */
export interface JournalLine {
  readonly n: number
  readonly u: unknown
}

const LINE = /^\{"n":(\d+),"c":"([0-9a-f]{8})","u":(.*)\}$/

/** An update as a line, with a check of it that holds for its writer alone. */
export function lineOf(writer: string, n: number, update: string): string {
  return `{"n":${n},"c":"${checkOf(writer, n, update)}","u":${update}}\n`
}

/** Lines that a crash or a full disk cut short, that were changed or are of somebody else are counted and passed over. */
export function parseLines(
  text: string,
  writer: string,
): { readonly lines: readonly JournalLine[]; readonly damaged: number } {
  const parse = isOfBefore(writer) ? parseOfBefore : parseLine
  const lines: JournalLine[] = []
  let damaged = 0
  for (const line of text.split('\n')) {
    if (line === '') continue
    const parsed = parse(line, writer)
    if (parsed === undefined) damaged++
    else lines.push(parsed)
  }
  return { lines, damaged }
}

function parseLine(line: string, writer: string): JournalLine | undefined {
  const [, number, check, update] = LINE.exec(line) ?? []
  if (update === undefined) return undefined
  const n = Number(number)
  return check === checkOf(writer, n, update) ? parsed(n, update) : undefined
}

function parsed(n: number, update: string): JournalLine | undefined {
  try {
    return { n, u: JSON.parse(update) }
  } catch {
    return undefined
  }
}

/** Earlier versions wrote no check. */
function parseOfBefore(line: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isLine = isRecord(value) && Number.isSafeInteger(value.n) && (value.n as number) > 0 && 'u' in value
    return isLine ? (value as unknown as JournalLine) : undefined
  } catch {
    return undefined
  }
}

function checkOf(writer: string, n: number, update: string): string {
  return createHash('sha256')
    .update(`${randomPart(writer)} ${n} ${update}`)
    .digest('hex')
    .slice(0, 8)
}
