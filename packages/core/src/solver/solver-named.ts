import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { dpmSolver } from './dpm-solver-pp.ts'
import { euler } from './euler.ts'
import type { Solver } from './solver.ts'
import { unipcSolver } from './unipc.ts'

const unipcName = /^unipc([123])(-bh1)?(?:-uncorrected-(\d+(?:-\d+)*))?(-stops)?$/
const dpmName = /^dpm\+\+([123])m(-heun)?(-lower)?(-euler)?(?:-to-(0\.\d+|\d+e-\d+))?$/

type Order = 1 | 2 | 3

/**
 * The solver that a plan or a recorded run names, options included: `euler`, `unipc2`, `dpm++2m`, and with what a scheduler's config
 * can say (`dpm++3m-lower`, `unipc2-bh1-uncorrected-0`). Its `name` is the one given. 1 NFE a step.
 *
 * @throws FastFlowError `invalid-argument` for other names.
 */
export function solverNamed(name: string): Solver {
  const found = typeof name === 'string' ? read(name) : undefined
  // What is written otherwise than it would be here is not known to be the same.
  if (found !== undefined && found.name === name) return found
  throw invalidArgument(
    'solver',
    `${shown(name)} is not the name of a solver; it is euler, or begins with unipc1 to unipc3 or dpm++1m to dpm++3m`,
  )
}

function read(name: string): Solver | undefined {
  if (name === euler().name) return euler()
  const unipc = unipcName.exec(name)
  if (unipc !== null)
    return unipcSolver({
      order: Number(unipc[1]) as Order,
      scale: unipc[2] === undefined ? 'bh2' : 'bh1',
      uncorrected: unipc[3]?.split('-').map(Number) ?? [],
      stopsBefore: unipc[4] !== undefined,
    })
  const dpm = dpmName.exec(name)
  if (dpm === null) return undefined
  return dpmSolver({
    order: Number(dpm[1]) as Order,
    slope: dpm[2] === undefined ? 'midpoint' : 'heun',
    lowerOrderFinal: dpm[3] !== undefined,
    eulerAtFinal: dpm[4] !== undefined,
    finalSigma: Number(dpm[5] ?? 0),
  })
}
