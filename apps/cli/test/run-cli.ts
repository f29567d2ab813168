import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runCli } from '../src/cli.ts'

export const repository: string = resolve(import.meta.dirname, '../../..')

/** Folder of tiny models, which take a millisecond a step. Their flows are straight: whatever is skipped, the image is the same. */
export const tinyModels: string = join(repository, 'packages/testkit/fixtures/models')

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly log: string
}

export interface CliOptions {
  readonly signal?: AbortSignal
  /** Folder of models; that of the shipped ones by default. */
  readonly models?: string
  /** Gets every state of the progress, as a terminal does; logs have none then. */
  readonly onProgress?: (text: string) => void
}

/** Runs one command line in this process, in `cwd`. */
export async function cli(
  cwd: string,
  args: readonly string[],
  { signal, models = join(repository, 'models'), onProgress }: CliOptions = {},
): Promise<CliRun> {
  const out: string[] = []
  const log: string[] = []
  const code = await runCli(args, {
    out: (text) => out.push(text),
    log: (text) => log.push(text),
    rewrite: onProgress,
    env: { FASTFLOW_MODELS: models, FASTFLOW_CACHE: join(cwd, 'cache') },
    cwd,
    signal: signal ?? new AbortController().signal,
  })
  return { code, out: out.join('\n'), log: log.join('\n') }
}

/** What interrupts a command as soon as its progress matches. */
export function interruptAt(when: RegExp): Required<Pick<CliOptions, 'signal' | 'onProgress'>> {
  const abort = new AbortController()
  return { signal: abort.signal, onProgress: (text) => void (when.test(text) && abort.abort()) }
}

/** A folder that is removed after the test. */
export async function temporaryFolder(onFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  onFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
