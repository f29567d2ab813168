import { invalidArgument, type PlanKey, type Solver } from '@fastflow/core'
import { checkMethods, isNumbers } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { ownSolver } from '../task/own-solver.ts'
import type { RunKey } from '../task/run.ts'

/** The part of a plan's key that a run settles; the rest says how the plan was made. */
export interface PlanRunKey
  extends Pick<PlanKey, 'model' | 'schedule' | 'guidance' | 'guidanceInterval' | 'dims' | 'dtype'> {
  /** Takes the steps of the full run; missing where that is Euler's method. Plans know it by its name. */
  readonly solver?: Solver
}

/** What a plan has to be made for to be used in this run. */
export function planKeyOf({
  model,
  schedule,
  guidanceScale,
  guidanceInterval,
  dims,
  dtype,
  solver,
}: RunKey): PlanRunKey {
  const { name, sigmas } = schedule
  const interval = guidanceInterval && { guidanceInterval }
  const taken = ownSolver(solver())
  return {
    model,
    schedule: { name, sigmas },
    guidance: guidanceScale,
    ...interval,
    dims,
    dtype,
    ...(taken && { solver: taken }),
  }
}

/** Plan documents keep nine digits of a noise level, runs all of them; both have to give the same name. */
const nineDigits = (sigma: number): number => Number(sigma.toPrecision(9))

/** Name a plan is stored under: SHA-256, in hex, of what it applies to. A new plan for the same run replaces the old. */
export function planDigest(key: Omit<PlanRunKey, 'solver'> & { readonly solver?: Solver | string }): string {
  const { schedule, ...rest } = checkMethods(
    'key',
    key,
    [],
    'a plan key, as planKey() of a pipeline gives it',
  ) as unknown as typeof key
  checkMethods('key.schedule', schedule, [], 'a schedule')
  if (!isNumbers(schedule.sigmas))
    throw invalidArgument('key.schedule', 'has no list of sigmas; pass the schedule of the run')
  const { model, guidance, guidanceInterval, dims, dtype, solver } = rest
  const interval = guidanceInterval ? [guidanceInterval] : []
  const solverName = solver === undefined ? [] : [typeof solver === 'string' ? solver : solver.name]
  const fields = [
    'fastflow-plan',
    model,
    schedule.sigmas.map(nineDigits),
    guidance,
    dims,
    dtype,
    ...interval,
    ...solverName,
  ]
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(fields))))
}
