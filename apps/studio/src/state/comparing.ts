import type { BenchDocument } from '@fastflow/bench'
import type { Desk } from './desk.ts'
import { budgetsOf } from './plan.ts'
import { requestOf } from './request.ts'
import { addCompared, compareTakes, put } from './result.ts'
import { runSettingsOf } from './state.ts'

/** The picture with every planned budget, measured by the bench; what was made is kept when it is stopped. */
export function compareBudgets(desk: Desk): Promise<void> {
  const { store, engine } = desk
  return desk.busy('comparing', 'Comparing budgets', async (signal, progress) => {
    const result = store.state.result!
    // The settings may have been changed since the picture was made.
    const { options } = requestOf({ ...store.state, settings: result.settings, source: result.source })
    const { numSteps } = result.settings
    const { plan, ...knowledge } = await engine.call('know', runSettingsOf(result.settings))
    const budgets = budgetsOf({ ...knowledge, plan }, numSteps).filter((budget) => budget < numSteps)
    let bench: BenchDocument | undefined
    try {
      const input = { subject: result.subject, options, budgets, plan }
      bench = await engine.call('bench', input, {
        signal,
        onReport(report) {
          if (report.kind === 'take') return addCompared(desk, report.take)
          progress(report.done / report.total, `${report.done} of ${report.total} evaluations`)
        },
      })
    } finally {
      put(desk, { bench })
      compareTakes(desk)
      await desk.refresh()
    }
    desk.announce('All budgets compared.')
  })
}
