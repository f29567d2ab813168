import { invalidArgument } from '@fastflow/core'
import { prepareOutput } from '../files.ts'
import type { Io } from '../io.ts'
import { onlyWith } from '../options.ts'
import { calibrateAgain } from './calibrate-again.ts'
import type { GivenCalibrateOptions } from './calibrate-options.ts'
import { calibratePaper } from './calibrate-paper.ts'
import { calibratePlan } from './calibrate-plan.ts'
import { calibrateRecorded } from './calibrate-recorded.ts'

/**
 * Makes a plan, or learns the paper's policy, and writes it to a file that `generate --policy` applies, or into a folder
 * under the name it is looked up by: in `policies/` of a model folder it ships with the model.
 */
export async function calibrateCommand(io: Io, options: GivenCalibrateOptions): Promise<void> {
  const plan = {
    '--evaluations': options.evaluations,
    '--certify': options.certify,
    '--passes': options.passes,
    '--target': options.target,
    '--cases': options.cases,
    '--start': options.start,
    '--replan': options.replan,
    '--up-to': options.upTo,
  }
  const paper = { '--generations': options.generations, '--arms': options.arms }
  if (options.recorded !== undefined) {
    const made = Object.entries({ ...plan, ...paper }).find(([, value]) => value !== undefined)
    if (made) throw invalidArgument(made[0], 'goes with runs that are made; leave it out, or --recorded')
    return calibrateRecorded(io, options)
  }
  onlyWith('--method', options.method, { plan: { '--nfe': options.nfe, ...plan }, paper })
  const { model, out } = options
  if (model === undefined) throw invalidArgument('--model', 'is missing; give a model, or --recorded')
  if (out === undefined) throw invalidArgument('--out', 'is missing; give a file or a folder')
  const { replan, upTo, nfe, passes, target, certify, start } = options
  if (replan === undefined && upTo !== undefined)
    throw invalidArgument('--up-to', 'goes with --replan; leave it out')
  if (replan !== undefined) {
    const own = {
      '--nfe': nfe,
      '--passes': passes,
      '--target': target,
      '--certify': certify,
      '--start': start,
    }
    const said = Object.entries(own).find(([, value]) => value !== undefined)
    if (said) throw invalidArgument(said[0], 'is what the plan of --replan says; leave it out')
    return calibrateAgain(io, { ...options, model, out, replan }, await prepareOutput(io, out))
  }
  const output = await prepareOutput(io, out)
  await (options.method === 'plan' ? calibratePlan : calibratePaper)(io, { ...options, model, out }, output)
}
