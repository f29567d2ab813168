import type { PolicyStore } from '@fastflow/core'
import { invalidArgument, isRecord } from '@fastflow/core'
import { checkFunction, checkOptions, checkText, type OptionNames, shown } from '@fastflow/core/backend'

/** What a worker may take. `Infinity` takes a limit away. */
export interface ProcessLimits {
  /** Seconds from the start of the process until it has opened the folder, and for every load; 600 by default. */
  readonly loadSeconds?: number
  /** Seconds that one run may take once its turn has come; 600 by default. */
  readonly runSeconds?: number
  /** Seconds that a process without networks is kept for the next load; 60 by default. */
  readonly idleSeconds?: number
  /** Bytes of the longest answer that is taken; 2^31 by default. */
  readonly payloadBytes?: number
}

export interface ProcessBackendOptions {
  /**
   * The program and its arguments, run without a shell: `['python', '-m', 'fastflow_diffusers.worker', '--device', 'cuda']`. It
   * speaks frames over its standard input and output.
   */
  readonly command?: readonly string[]
  /**
   * Instead of a command: path of a Unix socket on which a worker listens, such as one started with `--socket PATH`. It is not started
   * or ended from here; whoever may write to the socket may use it.
   */
  readonly socket?: string
  /** Variables of its environment, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly limits?: ProcessLimits
  /** Where learned policies are kept, e.g. `filePolicyStore`; in memory, as long as this process, by default. */
  readonly policyStore?: (location: string) => PolicyStore
}

/** Options with their defaults. */
export interface CheckedOptions {
  readonly worker:
    | { readonly command: readonly [string, ...string[]]; readonly env: Readonly<Record<string, string>> }
    | { readonly socket: string }
  readonly limits: Required<ProcessLimits>
}

const names: OptionNames<ProcessBackendOptions> = {
  command: true,
  socket: true,
  env: true,
  limits: true,
  policyStore: true,
}
const limitNames: OptionNames<ProcessLimits> = {
  loadSeconds: true,
  runSeconds: true,
  idleSeconds: true,
  payloadBytes: true,
}
const example = "['python', '-m', 'fastflow_diffusers.worker', '--device', 'cuda']"

/** Timers count at most 2^31 milliseconds, and end at once where they are told more. */
const maxSeconds = 2_000_000

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkProcessOptions(options: ProcessBackendOptions): CheckedOptions {
  checkOptions('options', options, names)
  const { limits = {}, policyStore } = options
  const worker = checkWorker(options)
  if (policyStore !== undefined) checkFunction('policyStore', policyStore, '(location) => PolicyStore')
  checkOptions('limits', limits, limitNames)
  const { loadSeconds = 600, runSeconds = 600, idleSeconds = 60, payloadBytes = 2 ** 31 } = limits
  return {
    worker,
    limits: {
      loadSeconds: seconds('loadSeconds', loadSeconds),
      runSeconds: seconds('runSeconds', runSeconds),
      idleSeconds: seconds('idleSeconds', idleSeconds),
      payloadBytes: bytes(payloadBytes),
    },
  }
}

function checkWorker({ command, socket, env = {} }: ProcessBackendOptions): CheckedOptions['worker'] {
  if (!isRecord(env) || !isTexts(Object.values(env)))
    throw invalidArgument('env', `${shown(env)} is not { NAME: 'text' }`)
  if (socket !== undefined) {
    if (command !== undefined) throw invalidArgument('socket', 'excludes command; pass one of them')
    return { socket: checkText('socket', socket, 'the path of a Unix socket') }
  }
  if (isTexts(command) && command[0] !== '' && command.length > 0)
    return { command: command as readonly [string, ...string[]], env }
  const fix = `pass e.g. ${example}, or socket`
  throw invalidArgument('command', `${shown(command)} is not a program and its arguments; ${fix}`)
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((one) => typeof one === 'string' && !one.includes('\0'))
}

function seconds(name: keyof ProcessLimits, value: number): number {
  if (value === Infinity || (typeof value === 'number' && value > 0 && value <= maxSeconds)) return value
  throw invalidArgument(
    `limits.${name}`,
    `must be seconds above 0 and up to ${maxSeconds}, or Infinity, got ${shown(value)}`,
  )
}

function bytes(value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value
  throw invalidArgument(
    'limits.payloadBytes',
    `must be a whole number of bytes, or Infinity, got ${shown(value)}`,
  )
}
