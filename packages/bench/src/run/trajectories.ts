import { createRandom, numStepsOf, type StepEvent, sample } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { BenchTrajectory } from '../document.ts'
import { distinctMethods, type Method } from '../method.ts'
import { fullMethod } from '../methods/controls.ts'
import type { BenchFlow, BenchSource } from '../source/source.ts'
import { shownMethods } from './gallery.ts'
import type { Preparation } from './preparation.ts'

/** States of a full run are kept up to this many numbers, 256 MB. */
const MOST_NUMBERS = 2 ** 26

/**
 * How far the runs of the first sample are from its full run on their way, at the noise levels where they land; none of a model whose
 * states are too many to keep. States of the full run between two steps lie on the line between them.
 *
 * Cost: the evaluations of the full run and of the methods that are shown.
 */
export async function trajectoriesOf(
  pipe: BenchSource,
  methods: readonly Method[],
  { settings, grids }: Pick<Preparation, 'settings' | 'grids'>,
): Promise<readonly BenchTrajectory[]> {
  const { seed, guidanceScale, signal, budgets } = settings
  const flow = await pipe.prepareTurn(0, { seed, guidanceScale, signal })
  const { sigmas } = grids.full
  if ((numStepsOf(grids.full) + 1) * flow.noise.length > MOST_NUMBERS) return []
  const states: Float32Array[] = [flow.noise.slice()]
  await follow(flow, fullMethod(grids), settings, ({ x }) => void states.push(x.slice()))
  const trajectories: BenchTrajectory[] = []
  for (const method of followedMethods(methods, budgets).slice(1)) {
    throwIfAborted(signal, 'bench')
    const points: { sigma: number; psnr: number }[] = []
    await follow(flow, method, settings, ({ x, sigma }) => {
      points.push({ sigma, psnr: decibelsAt(x, sigma, states, sigmas) })
    })
    trajectories.push({ method: method.name, points })
  }
  return trajectories
}

/** The full run, and what is followed beside it. */
export function followedMethods(methods: readonly Method[], budgets: readonly number[]): readonly Method[] {
  const names = shownMethods(budgets)
  return distinctMethods(methods.filter(({ name }) => names.includes(name)))
}

async function follow(
  flow: BenchFlow,
  method: Method,
  { seed, signal }: Preparation['settings'],
  onStep: (event: StepEvent<Float32Array>) => void,
): Promise<void> {
  const { status } = await sample<Float32Array, unknown>({
    velocity: flow.velocity,
    schedule: method.schedule,
    x: flow.noise,
    passesPerEvaluation: flow.passesPerEvaluation,
    signal,
    onStep,
    ...method.options(createRandom(seed).next),
  })
  if (status.kind !== 'completed') throw flow.failure(status)
}

/** dB of the difference to the full run's state at this noise level, of states that span 2; at most 100, as equal ones have. */
function decibelsAt(
  x: Float32Array,
  sigma: number,
  states: readonly Float32Array[],
  sigmas: readonly number[],
): number {
  const after = Math.max(
    1,
    sigmas.findIndex((one) => one <= sigma),
  )
  const [before, then] = [sigmas[after - 1]!, sigmas[after]!]
  const share = (before - sigma) / (before - then)
  const [from, to] = [states[after - 1]!, states[after]!]
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += (x[k]! - from[k]! - share * (to[k]! - from[k]!)) ** 2
  return Math.min(100, -10 * Math.log10(sum / x.length / 4))
}
