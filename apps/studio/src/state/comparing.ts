import type { PlanEntry } from '@fastflow/core'
import type { StepReport } from '../engine/protocol.ts'
import { jumpWords } from '../words.ts'
import type { Desk } from './desk.ts'
import type { PictureRequest } from './picture-request.ts'
import { plainMethod } from './plain.ts'
import { addCompared, compareTakes, shownResult } from './result.ts'
import { runSettingsOf } from './settings.ts'
import { take, takePlain } from './taking.ts'

/** Planned where there is no plan: whatever budget it is for, the picture that makes the plan evaluates every step. */
const ANY_BUDGET = 6

/**
 * The picture with every planned budget, and without FastFlow at the same cost. What is there already is not made again; what was
 * made is kept when it is stopped.
 */
export function compareBudgets(desk: Desk): Promise<void> {
  const { store, ask } = desk
  return desk.busy('comparing', 'Comparing budgets', async (signal, progress) => {
    const { request } = store.state.result!
    const { model, settings } = request
    const { numSteps } = settings
    const plansOf = async (): Promise<readonly PlanEntry[] | undefined> => {
      const { plan } = await ask('know', model, runSettingsOf(settings))
      return plan?.plans.filter(({ budget }) => budget < numSteps)
    }
    const runs = createRuns(desk, request, { signal, progress })
    try {
      let plans = await plansOf()
      if (plans === undefined) {
        await runs.planned(ANY_BUDGET)
        plans = await plansOf()
      }
      await runs.all(plans ?? [])
    } finally {
      compareTakes(desk, request)
      await desk.refresh()
    }
    desk.announce('All budgets compared.')
  })
}

interface Watched {
  readonly signal: AbortSignal
  readonly progress: (done: number, words: string) => void
}

interface Runs {
  planned(budget: number): Promise<void>
  /** The full run, every budget, and the same cost without FastFlow, as far as they are missing. */
  all(plans: readonly PlanEntry[]): Promise<void>
}

function createRuns(desk: Desk, request: PictureRequest, { signal, progress }: Watched): Runs {
  const { numSteps } = request.settings
  let done = 0
  let total = numSteps
  const taking = (name: string) => ({
    signal,
    onStep: ({ nfe, jump }: StepReport): void =>
      progress(Math.min(1, (done + nfe) / total), `${name}, evaluation ${nfe}: ${jumpWords(jump)}`),
  })
  const has = (method: string): boolean => {
    const result = shownResult(desk.store.state)
    return [result?.full, result?.fast, ...(result?.others ?? [])].some((one) => one?.method === method)
  }
  const planned = async (nfe: number): Promise<void> => {
    const accelerate = { method: 'plan', nfe } as const
    addCompared(desk, request, await take(desk, request, accelerate, taking(`Budget ${nfe}`)))
  }
  const full = async (): Promise<void> =>
    addCompared(desk, request, await take(desk, request, 'off', taking('Full run')))
  const plain = async (nfe: number): Promise<void> => {
    const made = await takePlain(desk, request, nfe, taking(`Without FastFlow, ${nfe} steps`))
    if (made) addCompared(desk, request, made)
  }
  return {
    planned,
    async all(plans) {
      const wanted = [
        { method: 'full', nfe: numSteps, run: full },
        ...plans.map(({ budget, nfe }) => ({ method: `plan-${budget}`, nfe, run: () => planned(budget) })),
        ...plans.map(({ nfe }) => ({ method: plainMethod(nfe), nfe, run: () => plain(nfe) })),
      ].filter(({ method }) => !has(method))
      total = wanted.reduce((sum, { nfe }) => sum + nfe, 0)
      for (const { nfe, run } of wanted) {
        await run()
        done += nfe
      }
    },
  }
}
