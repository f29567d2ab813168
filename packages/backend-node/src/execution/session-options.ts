import { invalidArgument } from '@fastflow/core'
import { checkFlag, checkOneOf, checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'

/** What onnxruntime is told of every network, besides where it runs: a subset of its own session options, by their names. */
export interface SessionOptions {
  /** How far it rewrites a network when it loads it; `all` by default. Less loads faster and runs slower. */
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all'
  /** Whether branches of a network run side by side, on the processor; `sequential` by default. */
  readonly executionMode?: 'sequential' | 'parallel'
  /** Branches that run side by side, from 1 to 1024; 1 by default, and more needs `executionMode: 'parallel'`. */
  readonly interOpNumThreads?: number
  /** Whether memory of the processor is kept from run to run; true by default. */
  readonly enableCpuMemArena?: boolean
  /** Whether memory is laid out once per shape; true by default. */
  readonly enableMemPattern?: boolean
}

const names: OptionNames<SessionOptions> = {
  graphOptimizationLevel: true,
  executionMode: true,
  interOpNumThreads: true,
  enableCpuMemArena: true,
  enableMemPattern: true,
}

/** Options of onnxruntime that FastFlow sets itself, and what to use instead. */
const elsewhere: Readonly<Record<string, string>> = {
  intraOpNumThreads: 'conflicts with the option threads, which sets it; pass threads beside sessionOptions',
  executionProviders: 'is an option of its own; pass it beside sessionOptions',
}

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkSessionOptions(options: SessionOptions = {}): SessionOptions {
  for (const [name, fix] of Object.entries(elsewhere))
    if (Object.hasOwn(Object(options), name)) throw invalidArgument(`sessionOptions.${name}`, fix)
  checkOptions('sessionOptions', options, names)
  const { graphOptimizationLevel, executionMode, interOpNumThreads } = options
  if (graphOptimizationLevel !== undefined)
    checkOneOf('sessionOptions.graphOptimizationLevel', graphOptimizationLevel, [
      'disabled',
      'basic',
      'extended',
      'layout',
      'all',
    ])
  if (executionMode !== undefined)
    checkOneOf('sessionOptions.executionMode', executionMode, ['sequential', 'parallel'])
  if (interOpNumThreads !== undefined) {
    checkWhole('sessionOptions.interOpNumThreads', interOpNumThreads, 1, 1024)
    if (interOpNumThreads > 1 && executionMode !== 'parallel')
      throw invalidArgument('sessionOptions.interOpNumThreads', "needs executionMode: 'parallel'")
  }
  checkFlag('sessionOptions.enableCpuMemArena', options.enableCpuMemArena)
  checkFlag('sessionOptions.enableMemPattern', options.enableMemPattern)
  return options
}
