import { dirname, join } from 'node:path'
import { isRecord, parseJson } from '@fastflow/core'
import { replaceFile } from '../atomic-write.ts'
import { cacheFolder } from '../cache-folder.ts'
import { type KnownDigest, sizeOf } from '../file-stamp.ts'
import { isKnownDigest } from '../known-digest.ts'
import { makeFolder } from '../make-folder.ts'
import { readRegularFile } from '../regular-file.ts'

/** Digests of models by their paths: in memory, those of large ones in a file as well. */
export interface DigestMemory {
  /** Of the files as they were; whether they still are is for the caller to see. */
  recall(model: string): Promise<KnownDigest | undefined>
  remember(model: string, known: KnownDigest): Promise<void>
}

/** Where digests outlive the process; undefined where there is no place for it. */
export function digestFile(): string | undefined {
  const folder = cacheFolder()
  return folder === undefined ? undefined : join(folder, 'models', 'digests.json')
}

interface Entry extends KnownDigest {
  readonly model: string
}

/** Smaller models are hashed in less time than a file takes to be written safely. */
const minBytes = 2 ** 24
const maxEntries = 256
/** 256 models of a hundred shards take 3 MB. */
const maxFileBytes = 2 ** 24

/**
 * @param file where digests outlive the process; undefined for memory alone. One that cannot be read counts as empty, and
 *   what cannot be written is computed again by the next process.
 */
export function digestMemory(file: string | undefined): DigestMemory {
  const inMemory = new Map<string, KnownDigest>()

  function keep(model: string, known: KnownDigest): void {
    inMemory.delete(model)
    inMemory.set(model, known)
    const [oldest] = inMemory.keys()
    if (inMemory.size > maxEntries && oldest !== undefined) inMemory.delete(oldest)
  }

  return {
    recall: async (model) => {
      const kept = inMemory.get(model) ?? (await readEntries(file)).find((entry) => entry.model === model)
      return kept && { digest: kept.digest, files: kept.files }
    },
    remember: async (model, { digest, files }) => {
      keep(model, { digest, files })
      if (file === undefined || sizeOf(files) < minBytes) return
      const others = (await readEntries(file)).filter((entry) => entry.model !== model)
      const models = [...others, { model, digest, files }].slice(-maxEntries)
      try {
        await makeFolder(dirname(file))
        await replaceFile(file, `${JSON.stringify({ format: 'fastflow-digests', version: 1, models })}\n`)
      } catch {
        // A place that takes no files costs the next process its time, and nobody a model.
      }
    },
  }
}

async function readEntries(file: string | undefined): Promise<readonly Entry[]> {
  if (file === undefined) return []
  try {
    const document = parseJson(await readRegularFile(file, maxFileBytes))
    if (!isRecord(document) || document.format !== 'fastflow-digests' || document.version !== 1) return []
    return Array.isArray(document.models) ? document.models.filter(isEntry) : []
  } catch {
    return []
  }
}

function isEntry(value: unknown): value is Entry {
  return isRecord(value) && typeof value.model === 'string' && isKnownDigest(value)
}
