import { learnPaper } from '@fastflow/bench'
import type { PolicyStore } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { turnsOf } from './bench.ts'
import { recordGeneration } from './knowledge.ts'
import type { Commands, Knowledge, LearnReport } from './protocol.ts'

export interface LearnContext {
  /** What is known after what was learned so far. */
  readonly know: () => Promise<Knowledge>
  readonly report: (report: LearnReport) => void
  readonly signal: AbortSignal
}

/** Has the bench go on learning the paper's policy where this device is; every picture is kept in the store and its curve. */
export async function learn(
  pipe: Pipeline,
  store: PolicyStore,
  { policy, curve }: Knowledge,
  { subjects, settings, options, generations, fresh }: Commands['learn']['input'],
  { know, report, signal }: LearnContext,
): Promise<void> {
  await learnPaper(turnsOf(pipe, subjects, options), {
    ...pipe.defaults,
    ...settings,
    generations,
    turn: fresh ? 0 : curve.length,
    ...(policy && !fresh && { policy }),
    signal,
    async onGeneration(done, nfe, learned) {
      // What was learned is worth more than its curve.
      await recordGeneration(store, learned, nfe, fresh && done === 1).catch(() => {})
      report({ done, knowledge: await know() })
    },
  })
}
