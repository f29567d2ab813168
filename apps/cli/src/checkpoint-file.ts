import { rename, rm } from 'node:fs/promises'
import {
  type Checkpoint,
  FastFlowError,
  type JsonField,
  type JsonSource,
  readJson,
  sameJson,
} from '@fastflow/core'
import { writeWhole } from './files.ts'
import { MAX_LOG, readBytes, whyUnread } from './read-text.ts'

/** What has to be the same for a calibration to go on where it stopped. */
export interface CheckpointTerms {
  /** Digest of model, grid and guidance. */
  readonly plan: string
  readonly target: string
  /** Null for the default. */
  readonly evaluations: number | null
  readonly budgets: readonly number[] | null
  readonly passes: readonly number[] | null
  /** Digest of what the runs show; null for the model's own. */
  readonly cases: string | null
  /** Digest of the plan to start from; null without one. */
  readonly start: string | null
}

/** Where a calibration stands, in a file that survives a crash. */
export interface CheckpointFile {
  readonly path: string
  /** What an earlier call left. */
  readonly found: Checkpoint | undefined
  /** Why what an earlier call left is not used, for the user. */
  readonly note: string | undefined
  /** Writes soon, and only the latest of several. */
  save(checkpoint: Checkpoint): void
  /** Waits until what was saved is written. @throws FastFlowError `output-unwritable`. */
  settle(): Promise<void>
  remove(): Promise<void>
}

/**
 * Opens the checkpoint of a calibration, a file that need not exist yet. One that is damaged is renamed and kept, and the
 * calibration starts anew.
 *
 * @throws FastFlowError `policy-mismatch` naming the option in which it differs.
 */
export async function openCheckpoint(path: string, terms: CheckpointTerms): Promise<CheckpointFile> {
  const { found, note } = await readCheckpoint(path, terms)
  let latest: Checkpoint | undefined
  let writing: Promise<void> | undefined
  const write = async (): Promise<void> => {
    while (latest !== undefined) {
      const text = JSON.stringify({ format, version: 1, terms, checkpoint: latest })
      latest = undefined
      await writeWhole(path, text)
    }
    writing = undefined
  }
  return {
    path,
    found,
    note,
    save(checkpoint) {
      latest = checkpoint
      writing ??= write()
      // Reported where it is waited for: a full disk must not end a calibration that needs no file until it is done.
      writing.catch(() => {})
    },
    settle: async () => writing,
    remove: () => rm(path, { force: true }),
  }
}

const format = 'fastflow-plan-checkpoint'

const options = {
  plan: '--model, --steps or --guidance',
  target: '--target',
  evaluations: '--evaluations',
  budgets: '--nfe',
  passes: '--passes',
  cases: '--cases',
  start: '--start',
} as const satisfies Record<keyof CheckpointTerms, string>

async function readCheckpoint(
  path: string,
  terms: CheckpointTerms,
): Promise<Pick<CheckpointFile, 'found' | 'note'>> {
  const bytes = await readBytes(path, MAX_LOG).catch((cause) => {
    if (whyUnread(cause) === 'ENOENT') return undefined
    const message = `${path}: cannot be read (${whyUnread(cause)}); choose another --out, or delete the file to start anew`
    throw new FastFlowError({ code: 'policy-unreadable', field: 'checkpoint', message })
  })
  if (bytes === undefined) return { found: undefined, note: undefined }
  try {
    return { found: checkpointIn(readJson(bytes, sourceOf(path)), path, terms), note: undefined }
  } catch (error) {
    if (!FastFlowError.isInstance(error) || error.code === 'policy-mismatch') throw error
    return { found: undefined, note: await setAside(path, error) }
  }
}

function sourceOf(path: string): JsonSource {
  return {
    code: 'policy-unreadable',
    name: 'checkpoint',
    prefix: 'checkpoint.',
    place: `${path}:`,
    fix: 'the calibration starts anew',
  }
}

function checkpointIn(stored: JsonField, path: string, terms: CheckpointTerms): Checkpoint {
  if (stored.at('format').value !== format) throw stored.wrong('is not the checkpoint of a calibration')
  for (const field of Object.keys(options) as (keyof CheckpointTerms)[]) {
    if (sameJson(stored.at('terms').at(field).value, terms[field])) continue
    const message = `${path}: was begun with another ${options[field]}; use the same, or delete the file to start anew`
    throw new FastFlowError({ code: 'policy-mismatch', field: 'checkpoint', message })
  }
  // The rest of it is checked where it is gone on from.
  return stored.at('checkpoint').record() as unknown as Checkpoint
}

async function setAside(path: string, error: FastFlowError): Promise<string> {
  const aside = `${path}.${Date.now()}.damaged`
  await rename(path, aside)
  return `${error.message}, the damaged file is kept as ${aside}`
}
