import { readFile, rm } from 'node:fs/promises'
import { type Checkpoint, FastFlowError, readJson, sameJson } from '@fastflow/core'
import { writeWhole } from './files.ts'

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
  /** Writes soon, and only the latest of several. */
  save(checkpoint: Checkpoint): void
  /** Waits until what was saved is written. @throws FastFlowError `output-unwritable`. */
  settle(): Promise<void>
  remove(): Promise<void>
}

/**
 * Opens the checkpoint of a calibration, a file that need not exist yet.
 *
 * @throws FastFlowError `policy-unreadable` for a damaged one, `policy-mismatch` naming the option in which it differs.
 */
export async function openCheckpoint(path: string, terms: CheckpointTerms): Promise<CheckpointFile> {
  const found = await readCheckpoint(path, terms)
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

async function readCheckpoint(path: string, terms: CheckpointTerms): Promise<Checkpoint | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined) return undefined
  const fix = 'restore it, choose another --out, or delete the file to start anew'
  const stored = readJson(bytes, {
    code: 'policy-unreadable',
    name: 'checkpoint',
    prefix: 'checkpoint.',
    place: `${path}:`,
    fix,
  })
  if (stored.at('format').value !== format) throw stored.wrong('is not the checkpoint of a calibration')
  for (const field of Object.keys(options) as (keyof CheckpointTerms)[]) {
    if (sameJson(stored.at('terms').at(field).value, terms[field])) continue
    const message = `${path}: was begun with another ${options[field]}; use the same, or delete the file to start anew`
    throw new FastFlowError({ code: 'policy-mismatch', field: 'checkpoint', message })
  }
  // The rest of it is checked where it is gone on from.
  return stored.at('checkpoint').record() as unknown as Checkpoint
}
