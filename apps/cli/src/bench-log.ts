import { appendFile, rm, truncate } from 'node:fs/promises'
import type { BenchCost, BenchLog } from '@fastflow/bench'
import { FastFlowError } from '@fastflow/core'
import { MAX_LOG, readText, reasonOf } from './read-text.ts'

interface Entry {
  readonly key: string
  readonly part: unknown
  readonly cost: BenchCost
}

const FORMAT = 'fastflow-bench-log'

/**
 * Opens a log, a file of one JSON line a part that need not exist yet. A last line that a crash cut short is dropped.
 *
 * @param terms what has to be the same for a bench to go on.
 * @param onNote gets a line, once, where a part cannot be kept.
 * @throws FastFlowError `policy-unreadable` for a file that is something else, `policy-mismatch` naming a term that
 *   differs, `output-unwritable`.
 */
export async function openBenchLog(
  path: string,
  terms: Readonly<Record<string, unknown>>,
  onNote: (note: string) => unknown = () => {},
): Promise<BenchLog> {
  const entries = new Map<string, Entry>()
  const text = await readText(path, MAX_LOG).catch((cause) => {
    if (reasonOf(cause) === 'ENOENT') return ''
    throw unreadable(path, `cannot be read (${reasonOf(cause)})`)
  })
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  let damaged = 0
  let isWritable = true
  const [head, ...lines] = whole.split('\n').slice(0, -1)
  if (head === undefined) await start(path, text, terms)
  else {
    checkHead(path, head, terms)
    for (const line of lines) {
      const entry = entryOf(line)
      if (entry === undefined) damaged++
      else entries.set(entry.key, entry)
    }
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
  }
  return {
    cost: [...entries.values()].at(-1)?.cost,
    found: entries.size,
    damaged,
    async once<Part>(key: string, make: () => Promise<Part>, cost: () => BenchCost): Promise<Part> {
      const known = entries.get(key)
      if (known !== undefined) return known.part as Part
      const part = await make()
      try {
        await append(path, { key, part, cost: cost() })
      } catch (error) {
        if (isWritable) onNote(`${(error as Error).message}; the bench goes on without`)
        isWritable = false
      }
      return part
    },
    remove: () => rm(path, { force: true }),
  }
}

async function start(path: string, text: string, terms: Readonly<Record<string, unknown>>): Promise<void> {
  if (text !== '') throw unreadable(path)
  await append(path, { format: FORMAT, version: 1, terms })
}

function checkHead(path: string, line: string, terms: Readonly<Record<string, unknown>>): void {
  const head: { format?: unknown; terms?: Readonly<Record<string, unknown>> } = parse(path, line)
  if (head?.format !== FORMAT || head.terms === undefined) throw unreadable(path)
  for (const [name, value] of Object.entries(terms)) {
    if (JSON.stringify(head.terms[name]) === JSON.stringify(value)) continue
    const message = `--checkpoint: ${path} is of a bench with other ${name}; use the same, or delete the file to start anew`
    throw new FastFlowError({ code: 'policy-mismatch', field: 'checkpoint', message })
  }
}

function parse<Value>(path: string, line: string): Value {
  try {
    return JSON.parse(line)
  } catch {
    throw unreadable(path)
  }
}

function entryOf(line: string): Entry | undefined {
  try {
    const entry: Partial<Entry> | null = JSON.parse(line)
    return typeof entry?.key === 'string' && entry.cost && 'part' in entry ? (entry as Entry) : undefined
  } catch {
    return undefined
  }
}

function unreadable(path: string, problem = 'is not the checkpoint of a bench, or damaged'): FastFlowError {
  const message = `--checkpoint: ${path} ${problem}; choose another file or delete it`
  return new FastFlowError({ code: 'policy-unreadable', field: 'checkpoint', message })
}

async function append(path: string, value: unknown): Promise<void> {
  try {
    await appendFile(path, `${JSON.stringify(value)}\n`)
  } catch (cause) {
    const message = `--checkpoint: cannot write ${path}; choose a file you may write to`
    throw new FastFlowError({ code: 'output-unwritable', field: 'checkpoint', message, cause })
  }
}
