import {
  adamsBashforth,
  emulate,
  euler,
  flatSegment,
  frozen,
  numStepsOf,
  randomBudget,
  uniformSkip,
} from '@fastflow/core'
import { type PaperState, paperPolicy } from '@fastflow/pipelines'
import type { Grids, Method } from '../method.ts'

/** Threshold on the relative change per step, and steps skipped after a flat one. */
const FLAT = { threshold: 0.1, skip: 2 } as const

/** The floor is the full run's distance to Euler with this many steps fewer. */
const FLOOR_STEPS = 5

/** The fine solution that `exact` compares with: third order, several times the steps of the full run. */
export function exactMethod(grids: Grids, steps: number): Method {
  return { name: 'exact', schedule: grids.of(steps), options: () => ({ solver: adamsBashforth(3) }) }
}

/** The run everything is compared with. */
export function fullMethod({ full }: Pick<Grids, 'full'>): Method {
  return { name: 'full', schedule: full, options: () => ({ solver: euler() }) }
}

/** A run that differs from the full one by a hair: who asks for more fidelity than this asks for chance. */
export function floorMethod(grids: Grids): Method {
  const steps = Math.max(1, numStepsOf(grids.full) - FLOOR_STEPS)
  return { name: 'floor', schedule: grids.of(steps), options: () => ({ solver: euler() }) }
}

/** A classic multistep solver at one budget. */
export function ab2Methods(grids: Grids, nfe: number): readonly Method[] {
  return [{ name: `ab2-${nfe}`, schedule: grids.of(nfe), options: () => ({ solver: adamsBashforth(2) }) }]
}

/** Solvers and skip rules without anything to learn or tune, at one budget. */
export function fixedMethods(grids: Grids, nfe: number): readonly Method[] {
  const linear = emulate(2)
  const { full } = grids
  return [
    { name: `euler-${nfe}`, schedule: grids.of(nfe), options: () => ({ solver: euler() }) },
    ...ab2Methods(grids, nfe),
    {
      name: `uniform-${nfe}`,
      schedule: full,
      options: () => ({ policy: uniformSkip(nfe), extrapolator: linear }),
    },
    {
      name: `random-${nfe}`,
      schedule: full,
      options: (random) => ({ policy: randomBudget(nfe), extrapolator: linear, random }),
    },
  ]
}

/** Skips where the velocity hardly changes. */
export function flatMethod({ full }: Grids): Method {
  const extrapolator = emulate(2)
  return { name: 'flat', schedule: full, options: () => ({ policy: flatSegment(FLAT), extrapolator }) }
}

/** The paper's policy as it was learned, learning no more. */
export function paperMethod({ full }: Grids, state: PaperState): Method {
  const extrapolator = emulate(2)
  const policy = frozen(paperPolicy().policy)
  return { name: 'paper', schedule: full, options: () => ({ policy, policyState: state, extrapolator }) }
}
