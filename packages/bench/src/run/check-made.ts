import type { JsonField } from '@fastflow/core'
import { checkOptions, type OptionNames, readArgument } from '@fastflow/core/backend'
import { checkParts } from '../check/run.ts'
import type { MadeRun, MadeTerms } from './made.ts'

const names: OptionNames<MadeTerms> = {
  model: true,
  steps: true,
  seed: true,
  guidanceScale: true,
  guidanceInterval: true,
  frames: true,
  environment: true,
}

/** @throws FastFlowError `invalid-argument` naming the term. */
export function checkMadeTerms(terms: MadeTerms): void {
  checkOptions('terms', terms, names)
  const field = readArgument('terms', terms, 'what all the runs share')
  field.at('model').text()
  field.at('steps').whole({ least: 1 })
  field.at('seed').whole()
  field.at('guidanceScale').number({ least: 0 })
  checkParts({ guidanceInterval: terms.guidanceInterval })
  if (terms.frames !== undefined) field.at('frames').whole({ least: 1 })
  const environment = field.at('environment')
  for (const name of ['node', 'browser'] as const)
    if (environment.at(name).value !== undefined) environment.at(name).text()
  environment.at('backend').text()
  environment.at('threads').whole({ least: 1 })
  environment.at('eventLoopLagP99Ms').number({ least: 0 })
}

/** Runs of as many frames as the first. @throws FastFlowError `invalid-argument` naming the part. */
export function checkMade(made: readonly MadeRun[]): void {
  const runs = readArgument('made', made, 'a list of runs with their frames, the full run first').items()
  const numFrames = runs[0]?.at('frames').items().length
  if (numFrames === 0) throw runs[0]!.at('frames').wrong('has no frame in it')
  for (const run of runs) checkRun(run, numFrames)
}

/** What its frames hold is checked where they are compared. */
function checkRun(run: JsonField, numFrames: number | undefined): void {
  for (const name of ['method', 'decisions']) run.at(name).text()
  for (const name of ['nfe', 'passes']) run.at(name).number({ least: 0 })
  for (const name of ['modelMs', 'overheadMs', 'wallMs']) run.at(name).number()
  for (const frame of run.at('frames').items(numFrames)) frame.record()
}
