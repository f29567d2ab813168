import type { BenchDocument } from '@fastflow/bench'
import type { Desk } from './desk.ts'
import { budgetsOf } from './plan.ts'
import { optionsOf } from './request.ts'
import { addCompared, change, compareTakes } from './result.ts'
import { runSettingsOf } from './settings.ts'

/** The picture with every planned budget, measured by the bench; what was made is kept when it is stopped. */
export function compareBudgets(desk: Desk): Promise<void> {
  const { store, ask } = desk
  return desk.busy('comparing', 'Comparing budgets', async (signal, progress) => {
    const { request } = store.state.result!
    const { model, subject, settings } = request
    const { plan, ...knowledge } = await ask('know', model, runSettingsOf(settings))
    const budgets = budgetsOf({ ...knowledge, plan }, settings.numSteps).filter(
      (budget) => budget < settings.numSteps,
    )
    let bench: BenchDocument | undefined
    try {
      const input = { subject, options: optionsOf(request), budgets, plan }
      bench = await ask('bench', model, input, {
        signal,
        onReport(report) {
          if (report.kind === 'take') return addCompared(desk, request, report.take)
          progress(report.done / report.total, `${report.done} of ${report.total} evaluations`)
        },
      })
    } finally {
      change(desk, request, () => ({ bench }))
      compareTakes(desk, request)
      await desk.refresh()
    }
    desk.announce('All budgets compared.')
  })
}
