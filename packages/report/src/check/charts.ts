import type { BenchDocument, LearningCurve } from '@fastflow/bench'
import type { JsonField, PlanDocument } from '@fastflow/core'
import { readArgument } from '@fastflow/core/backend'
import { checkMeasured } from './bench.ts'
import { checkFigure, checkFigures } from './figures.ts'

// What charts are drawn of, alone or on a page. All throw FastFlowError `invalid-argument` naming the part.

/** Grids of models have no more steps. */
const MOST_STEPS = 10_000

/** A bench, as far as charts show it. */
export function checkDrawn(bench: BenchDocument): void {
  const field = readArgument('bench', bench, 'the document of runBench')
  checkMeasured(field)
  for (const name of ['steps', 'samples']) field.at(name).whole({ least: 1 })
}

/** How a policy learned. */
export function checkCurve(curve: LearningCurve): void {
  checkLearning(readArgument('curve', curve, 'the curve of learnPaper'))
}

/** The same as part of a document. */
export function checkLearning(learning: JsonField): void {
  learning.at('policy').text()
  learning.at('steps').whole({ least: 1, most: MOST_STEPS })
  for (const name of ['arms', 'nfe']) learning.at(name).numbers()
  for (const row of learning.at('pulls').items()) row.numbers()
  // Where nothing was learned there is no mean, which JSON calls null.
  for (const row of learning.at('means').items())
    for (const mean of row.items()) if (!mean.empty) checkFigure(mean)
}

/** What plans promise, and of how many steps. */
export function checkPlan(plan: JsonField): void {
  plan.at('key').at('schedule').at('sigmas').numbers()
  for (const entry of plan.at('plans').items()) {
    checkFigures(entry, ['budget', 'nfe'])
    checkFigures(entry.at('quality'), ['mean', 'p10'])
    entry.at('quality').at('basis').text()
  }
}

/** The same as an argument. */
export function checkPlanDocument(plan: PlanDocument): void {
  checkPlan(readArgument('plan', plan, 'the document of calibrate'))
}
