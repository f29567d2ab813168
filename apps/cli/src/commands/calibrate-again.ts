import { promptsOf } from '@fastflow/bench'
import type { ReplanLevel, ReplannedBudget } from '@fastflow/core'
import { planDigest } from '@fastflow/pipelines'
import { readCases } from '../cases.ts'
import { fileAt, type OutputPlace, pathAt, prepareFile } from '../files.ts'
import type { Io } from '../io.ts'
import { readPlanFile } from '../policy-file.ts'
import { createProgress } from '../progress.ts'
import { writeResult } from '../rescue.ts'
import { runSettingsOf } from '../run-options.ts'
import { withPipeline } from '../session.ts'
import type { CalibrateCommandOptions } from './calibrate-options.ts'
import { report } from './calibrate-plan.ts'

/** How far planning again goes. */
export const replanLevels: readonly ReplanLevel[] = ['check', 'refit', 'search']

/** Plans again from a plan made for another model, guidance, size or number of steps, at the price of a check where that does. */
export async function calibrateAgain(
  io: Io,
  options: CalibrateCommandOptions & { readonly replan: string },
  output: OutputPlace,
): Promise<void> {
  const { evaluations, upTo, cases } = options
  const plan = await readPlanFile(pathAt(io, options.replan, '--replan'), '--replan')
  await withPipeline(io, options, async (pipe) => {
    const settings = runSettingsOf(options)
    const file = fileAt(output, `${planDigest(pipe.planKey(settings))}.json`)
    if (output.isFolder) await prepareFile(io, file, '--out')
    const progress = createProgress(io, `calibrate ${pipe.model}`)
    try {
      const result = await pipe.replan({
        ...settings,
        ...(cases !== undefined && promptsOf(await readCases(io, pipe, cases))),
        ...(evaluations !== undefined && { evaluations }),
        ...(upTo !== undefined && { upTo }),
        plan,
        signal: io.signal,
        onNote: (note) => io.log(note),
        onProgress: ({ stage, budget, ...now }) =>
          progress.update(now.evaluations, now.limit, budget === undefined ? stage : `${stage} ${budget}`),
      })
      progress.end()
      await writeResult(io, file, `${JSON.stringify(result.plan)}\n`)
      for (const budget of result.budgets) io.log(outcomeLine(budget))
      io.log(`${result.evaluations} evaluations were made`)
      report(io, options, { file, frontier: result.plan, resumedAt: undefined })
    } finally {
      progress.end()
    }
  })
}

function outcomeLine({ budget, outcome, before, after, holds }: ReplannedBudget): string {
  const name = typeof budget === 'number' ? `nfe ${budget}` : `${budget.passes} passes`
  const was = before === undefined ? 'never measured before' : `${before.toFixed(1)} dB before`
  return `${name}: ${outcome}, ${was}, ${after.toFixed(1)} now${holds ? '' : ', worse than it was'}`
}
