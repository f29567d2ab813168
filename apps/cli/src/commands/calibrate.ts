import { prepareOutput } from '../files.ts'
import type { Io } from '../io.ts'
import { onlyWith } from '../options.ts'
import type { CalibrateCommandOptions } from './calibrate-options.ts'
import { calibratePaper } from './calibrate-paper.ts'
import { calibratePlan } from './calibrate-plan.ts'

/**
 * Makes a plan, or learns the paper's policy, and writes it to a file that `generate --policy` applies, or into a folder
 * under the name it is looked up by: in `policies/` of a model folder it ships with the model.
 */
export async function calibrateCommand(io: Io, options: CalibrateCommandOptions): Promise<void> {
  onlyWith('--method', options.method, {
    plan: {
      '--evaluations': options.evaluations,
      '--certify': options.certify,
      '--nfe': options.nfe,
      '--passes': options.passes,
      '--target': options.target,
      '--cases': options.cases,
      '--start': options.start,
    },
    paper: { '--generations': options.generations, '--arms': options.arms },
  })
  const output = await prepareOutput(io, options.out)
  await (options.method === 'plan' ? calibratePlan : calibratePaper)(io, options, output)
}
