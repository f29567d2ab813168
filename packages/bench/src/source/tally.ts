import { checkMethods, checkNumber } from '@fastflow/core/backend'
import type { BenchCost } from '../document.ts'
import type { BenchSource, GeneratingSource } from './source.ts'

type Phase = keyof BenchCost

/** Counts the evaluations of a bench and says how many are still to come. */
export interface Tally {
  /** Evaluations so far. */
  cost(): BenchCost
  /** Goes on counting where an earlier, interrupted bench stopped. */
  restore(cost: BenchCost): void
  /** Everything counted from now on is for this; the phases before it are complete. `detail` says how far it is. */
  enter(phase: Phase, expected?: number): void
  report(detail: string): void
  /** What was last reported of this phase is reported again, with the new count. */
  count(evaluations: number): void
}

const phases: readonly Phase[] = ['learning', 'planning', 'oracle', 'tuning', 'samples']

/** @param expected evaluations each phase is expected to make; phases that are over count as what they made. */
export function createTally(
  expected: BenchCost,
  onProgress?: (done: number, total: number, detail: string, known: number) => void,
): Tally {
  const made: Record<Phase, number> = { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 0 }
  const wanted: Record<Phase, number> = { ...expected }
  let current: Phase = 'learning'
  let said: string | undefined
  let known = 0
  const report = (): void => {
    if (onProgress === undefined || said === undefined) return
    const at = phases.indexOf(current)
    const total = phases.reduce(
      (sum, phase, k) => sum + (k < at ? made[phase] : Math.max(made[phase], Math.round(wanted[phase]))),
      0,
    )
    onProgress(totalOf(made), total, `evaluations, ${said}`, known)
  }
  return {
    cost: () => ({ ...made }),
    restore(cost) {
      Object.assign(made, cost)
      known = totalOf(made)
    },
    enter(phase, evaluations) {
      current = phase
      said = undefined
      if (evaluations !== undefined) wanted[phase] = evaluations
    },
    report(detail) {
      said = detail
      report()
    },
    count(evaluations) {
      made[current] += evaluations
      report()
    },
  }
}

/** Evaluations of all phases together. @throws FastFlowError `invalid-argument` naming a phase that has no number. */
export function sumOf(cost: BenchCost): number {
  const parts = checkMethods('cost', cost, [], 'what a bench cost, by phase')
  for (const phase of phases) checkNumber(`cost.${phase}`, parts[phase], 0)
  return totalOf(cost)
}

function totalOf(cost: BenchCost): number {
  return phases.reduce((sum, phase) => sum + cost[phase], 0)
}

/** The same source, every evaluation of which is counted. */
export function countingSource(pipe: BenchSource, tally: Pick<Tally, 'count'>): BenchSource {
  const prepareTurn: BenchSource['prepareTurn'] = async (turn, options) => {
    const flow = await pipe.prepareTurn(turn, options)
    return {
      ...flow,
      velocity: (x, sigma, call) => {
        tally.count(1)
        return flow.velocity(x, sigma, call)
      },
    }
  }
  const { generateTurn } = pipe
  const generateCounted: GeneratingSource['generateTurn'] = async (turn, options) => {
    const result = await generateTurn!(turn, options)
    for (const { stats } of result.items) tally.count(stats.nfe)
    return result
  }
  const calibrate: BenchSource['calibrate'] = async (options = {}) => {
    let before = 0
    return pipe.calibrate({
      ...options,
      onProgress: (progress) => {
        tally.count(progress.evaluations - before)
        before = progress.evaluations
        options.onProgress?.(progress)
      },
    })
  }
  return { ...pipe, prepareTurn, calibrate, ...(generateTurn && { generateTurn: generateCounted }) }
}
