import type { IndexedDbPolicyStore } from '@fastflow/backend-web'
import { learnPaper } from '@fastflow/bench'
import type { Pipeline } from '@fastflow/pipelines'
import { recordGeneration } from './knowledge.ts'
import type { Commands, Knowledge, LearnReport } from './protocol.ts'
import { turnsOf } from './turns-of.ts'

export interface LearnContext {
  readonly store: IndexedDbPolicyStore
  /** What is known after what was learned so far. */
  readonly know: () => Promise<Knowledge>
  readonly report: (report: LearnReport) => void
  readonly signal: AbortSignal
}

/** Has the bench go on learning the paper's policy where this device is, other tabs included; every picture is kept. */
export async function learn(
  pipe: Pipeline,
  { curve }: Knowledge,
  { subjects, settings, options, generations, fresh }: Commands['learn']['input'],
  { store, know, report, signal }: LearnContext,
): Promise<void> {
  const turns = turnsOf(pipe, subjects, options)
  const round = (from: number, count: number): Promise<unknown> =>
    learnPaper(turns, {
      ...pipe.defaults,
      ...settings,
      generations: count,
      turn: fresh ? from : curve.length + from,
      // The first picture begins anew; those after it go on from what is stored.
      ...(!(fresh && from === 0) && { policy: 'stored' }),
      signal,
      async onGeneration(done, nfe, learned) {
        // What was learned is worth more than its curve.
        await recordGeneration(store, learned, nfe, fresh && from + done === 1).catch(() => {})
        report({ done: from + done, knowledge: await know() })
      },
    })
  if (fresh) await round(0, 1)
  const rest = fresh ? 1 : 0
  if (generations > rest) await round(rest, generations - rest)
}
