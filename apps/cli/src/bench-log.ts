import { appendFile, rm, truncate } from 'node:fs/promises'
import { type BenchCost, type BenchLog, jsonLines } from '@fastflow/bench'
import { FastFlowError, JsonField, type JsonSource, readJson, sameJson } from '@fastflow/core'
import { unwritable } from './files.ts'
import { MAX_LOG, readBytes, whyUnread } from './read-text.ts'
import { sha256 } from './sha256.ts'

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
  const bytes = await readBytes(path, MAX_LOG).catch((cause) => {
    if (whyUnread(cause) === 'ENOENT') return Buffer.alloc(0)
    throw new JsonField(undefined, sourceOf(path)).wrong(`cannot be read (${whyUnread(cause)})`)
  })
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  let damaged = 0
  let isWritable = true
  const [head, ...lines] = jsonLines(whole)
  if (head === undefined) await start(path, bytes, terms)
  else {
    checkHead(path, head.bytes, terms)
    for (const line of lines) {
      const entry = entryOf(path, line.bytes)
      if (entry === undefined) damaged++
      else entries.set(entry.key, entry)
    }
    if (whole.length < bytes.length) await truncate(path, whole.length)
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
        await append(path, { key, part, cost: cost(), digest: digestOf(part) })
      } catch (error) {
        if (isWritable) onNote(`${(error as Error).message}; the bench goes on without`)
        isWritable = false
      }
      return part
    },
    remove: () => rm(path, { force: true }),
  }
}

async function start(
  path: string,
  bytes: Uint8Array,
  terms: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (bytes.length > 0) throw new JsonField(undefined, sourceOf(path)).wrong('has no whole line')
  await append(path, { format: FORMAT, version: 2, terms })
}

function checkHead(path: string, line: Uint8Array, terms: Readonly<Record<string, unknown>>): void {
  const head = readJson(line, sourceOf(path))
  head.at('format').oneOf([FORMAT])
  head.at('version').oneOf([2])
  const own: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(terms))
  for (const name of Object.keys(terms)) {
    if (sameJson(head.at('terms').at(name).value, own[name])) continue
    const message = `--checkpoint: ${path} is of a bench with other ${name}; use the same, or delete the file to start anew`
    throw new FastFlowError({ code: 'policy-mismatch', field: 'checkpoint', message })
  }
}

function parseEntry(entry: JsonField): Entry {
  // Parts are of many shapes, which whoever asks for one knows; that it is what was written shows here.
  const { value: part } = entry.at('part')
  if (entry.at('digest').value !== digestOf(part)) throw entry.at('part').wrong('is not what was written')
  const cost = entry.at('cost')
  const count = (name: string): number => cost.at(name).whole()
  return {
    key: entry.at('key').text(),
    part,
    cost: {
      learning: count('learning'),
      planning: count('planning'),
      oracle: count('oracle'),
      tuning: count('tuning'),
      samples: count('samples'),
    },
  }
}

/** A line that was kept; undefined where it is damaged, so that its part is measured again. */
function entryOf(path: string, line: Uint8Array): Entry | undefined {
  try {
    return parseEntry(readJson(line, sourceOf(path)))
  } catch {
    return undefined
  }
}

/** Of plain JSON. */
function digestOf(part: unknown): string {
  return sha256(JSON.stringify(part) ?? '')
}

function sourceOf(path: string): JsonSource {
  return {
    code: 'policy-unreadable',
    name: 'checkpoint',
    prefix: 'checkpoint.',
    place: `--checkpoint: ${path}`,
    fix: 'it is not the checkpoint of a bench, or damaged: choose another file or delete it',
  }
}

async function append(path: string, value: unknown): Promise<void> {
  await appendFile(path, `${JSON.stringify(value)}\n`).catch((cause) => {
    throw unwritable(path, '--checkpoint', cause)
  })
}
