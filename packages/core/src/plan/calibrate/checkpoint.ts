import { invalidArgument } from '../../errors.ts'
import { sameJson } from '../../json/brief.ts'
import { JsonField } from '../../json/field.ts'
import type { JsonSource } from '../../json/json.ts'
import { namedSolver } from '../../solver/named-solver.ts'
import type { Solver } from '../../solver/solver.ts'
import type { PlanDocument } from '../document/document.ts'
import type { PlanFloor } from '../document/plan-floor.ts'
import type { Parts } from '../fit/route.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Trial } from '../search/trial.ts'

/** Where a calibration stands; plain JSON. Latents are not in it: runs are recorded again if more has to be walked. */
export interface Checkpoint {
  readonly version: 3
  readonly sigmas: readonly number[]
  readonly target: PlanTarget
  /** Of the full run; missing where that is Euler. */
  readonly solver?: string
  readonly depth: number
  readonly ridge: number
  readonly range: number
  /** 2 where the runs hold both parts of guided velocities. */
  readonly parts: Parts
  /** Evaluations made. */
  readonly spent: number
  readonly runs: readonly { readonly seed: number; readonly gram: readonly number[] }[]
  /** Undefined until it has been measured. */
  readonly floor: PlanFloor | undefined
  readonly trials: readonly Trial[]
  /** What was planned, with the held-out runs made so far; missing until certifying has begun. */
  readonly planned?: PlanDocument
}

type Terms = Pick<Checkpoint, 'sigmas' | 'target' | 'solver' | 'depth' | 'ridge' | 'range' | 'parts'>

/** What a checkpoint is tied to. */
export function termsOf({
  sigmas,
  target,
  solver,
  depth,
  ridge,
  range,
  parts,
}: Omit<Terms, 'solver'> & { readonly solver: Solver }): Terms {
  return { sigmas, target, ...namedSolver(solver), depth, ridge, range, parts }
}

/** A calibration with these terms that stands here. */
export function checkpointOf(
  terms: Terms,
  position: Pick<Checkpoint, 'spent' | 'runs' | 'floor' | 'trials'>,
): Checkpoint {
  return { version: 3, ...terms, ...position }
}

const source: JsonSource = {
  code: 'policy-unreadable',
  name: 'checkpoint',
  prefix: 'checkpoint.',
  place: 'checkpoint:',
  fix: 'it is not one that this release wrote, start without it',
}

/** @throws FastFlowError `policy-unreadable` for a malformed checkpoint, `invalid-argument` for one of other options. */
export function checkCheckpoint(checkpoint: unknown, terms: Terms): void {
  const document = new JsonField(checkpoint, source)
  document.at('version').oneOf([3])
  document.at('spent').whole()
  const runs = document.at('runs').items()
  const trials = document.at('trials').items()
  for (const field of ['sigmas', 'target', 'solver', 'depth', 'ridge', 'range', 'parts'] as const) {
    if (sameJson(document.at(field).value, terms[field])) continue
    throw invalidArgument(`checkpoint.${field}`, 'differs from the options; start without the checkpoint')
  }
  const numSteps = terms.sigmas.length - 1
  for (const run of runs) {
    run.at('seed').number()
    run.at('gram').numbers({ length: (terms.parts * numSteps) ** 2 })
  }
  for (const trial of trials) checkTrial(trial, numSteps)
  const floor = document.at('floor')
  if (!floor.empty) for (const name of ['fewerSteps', 'exact']) floor.at(name).numbers()
}

function checkTrial(trial: JsonField, numSteps: number): void {
  trial.at('family').text()
  trial.at('mode').oneOf(['fitted', 'rehearsed'])
  trial.at('parts').oneOf([1, 2])
  const path = trial.at('path').numbers({ whole: true, least: 0, most: numSteps })
  const rising = path.every((node, m) => m === 0 || node > path[m - 1]!)
  if (path.length < 2 || path[0] !== 0 || path.at(-1) !== numSteps || !rising)
    throw trial.at('path').wrong(`does not increase from 0 to ${numSteps}`)
  for (const row of trial.at('weights').items(path.length - 1)) row.numbers()
  if (trial.at('scores').numbers().length === 0) throw trial.at('scores').wrong('has no score in it')
  for (const name of ['response', 'stateWeight']) if (!trial.at(name).empty) trial.at(name).number()
  const conditional = trial.at('conditional')
  if (!conditional.empty) conditional.numbers({ whole: true, least: 0, most: numSteps })
}
