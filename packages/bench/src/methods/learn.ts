import { type ArmStats, armStats } from '@fastflow/bandits'
import type { AbortSignalLike, JsonField } from '@fastflow/core'
import { invalidArgument } from '@fastflow/core'
import {
  checkCallback,
  checkMethods,
  checkNumbers,
  checkOptions,
  checkSignal,
  checkWhole,
  type OptionNames,
  readArgument,
} from '@fastflow/core/backend'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { checkRun } from '../check/run.ts'
import { checkSource } from '../check/values.ts'
import type { LearningCurve } from '../document.ts'
import type { GeneratingSource } from '../source/source.ts'

/** Learning noise comes from seeds no bench or demo uses. */
const LEARNING_SEED = 1_000_000

export interface LearnSettings {
  readonly generations: number
  readonly numSteps: number
  readonly guidanceScale: number
  readonly arms?: readonly number[]
  readonly signal: AbortSignalLike
  /**
   * What was learned before, to go on from; `stored` for whatever the source's store has, to which others may add at the same
   * time. Left out, learning begins anew.
   */
  readonly policy?: PolicyDocument<PaperState> | 'stored'
  /** Whose turn it is first. Default 0. */
  readonly turn?: number
  /** After every generation; waited for. */
  readonly onGeneration?: (
    done: number,
    nfe: number,
    policy: PolicyDocument<PaperState>,
  ) => Promise<void> | void
}

const names: OptionNames<LearnSettings> = {
  generations: true,
  numSteps: true,
  guidanceScale: true,
  arms: true,
  signal: true,
  policy: true,
  turn: true,
  onGeneration: true,
}

/** What learning gave and what it cost. */
export interface Learned {
  readonly document: PolicyDocument<PaperState>
  readonly state: PaperState
  readonly curve: LearningCurve
}

/**
 * Learns the paper's policy over `generations` images, the subjects in turn.
 *
 * @throws FastFlowError `invalid-argument` naming the setting, also where acceleration stays off, so that there is nothing to
 *   learn; whatever the source throws.
 */
export async function learnPaper(pipe: GeneratingSource, settings: LearnSettings): Promise<Learned> {
  checkSource(pipe, ['generateTurn'])
  checkOptions('settings', settings, names)
  const { generations, numSteps, guidanceScale, arms, signal, turn = 0 } = settings
  checkWhole('generations', generations, 1)
  checkRun(settings)
  if (arms !== undefined) checkNumbers('arms', arms, 'numbers of skipped steps')
  checkSignal(signal)
  checkWhole('turn', turn, 0)
  const { policy } = settings
  const stored = policy === 'stored'
  if (policy !== undefined && !stored)
    checkMethods('policy', policy, [], 'the document that learning gave before, or "stored"')
  checkCallback('onGeneration', settings.onGeneration, '(done, nfe, policy) => ...')
  const nfe: number[] = []
  let document = stored ? undefined : policy
  for (let done = 0; done < generations; done++) {
    const previous = document
    const result = await pipe.generateTurn(turn + done, {
      seed: LEARNING_SEED + turn + done,
      numSteps,
      guidanceScale,
      signal,
      accelerate: {
        method: 'paper',
        fresh: !stored && previous === undefined,
        ...(!stored && previous && { policy: previous }),
        ...(arms && { arms }),
      },
    })
    document = result.policy
    if (document === undefined)
      throw invalidArgument('numSteps', `${result.notes.join('; ')}: nothing to learn; take more steps`)
    nfe.push(result.items[0]!.stats.nfe)
    await settings.onGeneration?.(done + 1, nfe.at(-1)!, document)
  }
  const { state } = document!
  return { document: document!, state, curve: learningCurve(state, nfe) }
}

/**
 * How a policy learned, out of its last state.
 *
 * @param nfe evaluations of each generation, in order.
 * @throws FastFlowError `invalid-argument` naming the part of the state.
 */
export function learningCurve(state: PaperState, nfe: readonly number[]): LearningCurve {
  const field = readArgument('state', state, 'the state of a policy that learned, such as policy.state')
  const steps = field.at('numSteps').whole({ least: 1 })
  field.at('arms').numbers({ whole: true, least: 0 })
  readArgument('nfe', nfe, 'evaluations of each generation').numbers({ least: 0 })
  const cells = field.at('bandits').items(steps).map(statsOf)
  const table = <Value>(value: (step: number, arm: number) => Value): Value[][] =>
    state.arms.map((_, arm) => cells.map((_, step) => value(step, arm)))
  return {
    policy: 'paper',
    steps,
    arms: state.arms,
    nfe,
    pulls: table((step, arm) => cells[step]![arm]?.weight ?? 0),
    means: table((step, arm) => cells[step]![arm]?.mean),
  }
}

/** A step without a choice has no bandit. */
function statsOf(bandit: JsonField): readonly ArmStats[] {
  if (bandit.value === null) return []
  try {
    return armStats(bandit.value as Parameters<typeof armStats>[0])
  } catch (cause) {
    throw bandit.wrong('is not the state of a bandit', cause)
  }
}
