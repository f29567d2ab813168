import { type MomentsRow, type State, ucb1 } from '@fastflow/bandits'
import {
  type BanditSkipState,
  banditSkip,
  FastFlowError,
  invalidArgument,
  type SkipPolicy,
} from '@fastflow/core'

export interface PaperOptions {
  /** Skip lengths to choose from. Default 0, 2, 4, 6, as in the paper's code; its text has 1, 2, 4, 8. */
  readonly arms?: readonly number[]
  /** UCB1's exploration constant for rewards scaled to at most 1. Default 0.2. */
  readonly exploration?: number
}

export type PaperState = BanditSkipState<State<MomentsRow>>

export interface PaperPolicy {
  readonly policy: SkipPolicy<PaperState>
  /** Name and options, part of the policy key. */
  readonly id: string
  /** Checks a state that came from outside. @throws FastFlowError `policy-unreadable`. */
  parse(state: unknown): PaperState
}

/** The FastFlow paper's policy (arXiv 2602.11105): one UCB1 bandit a grid step chooses how many steps to skip. */
export function paperPolicy(options: PaperOptions = {}): PaperPolicy {
  const arms = options.arms ?? [0, 2, 4, 6]
  const exploration = options.exploration ?? 0.2
  if (!(exploration >= 0 && Number.isFinite(exploration))) {
    throw invalidArgument('exploration', `${exploration} is not a number of at least 0`)
  }
  const bandit = ucb1({ c: exploration })
  return {
    policy: banditSkip({ bandit, arms }),
    id: `ucb1-skip c=${exploration} arms=${arms.join(',')}`,
    parse: (state) => parseState(state, bandit.parse),
  }
}

function parseState(value: unknown, parseBandit: (row: unknown) => State<MomentsRow>): PaperState {
  const state = value as PaperState
  const number = (field: 'numSteps' | 'generations'): number => {
    if (Number.isInteger(state[field]) && state[field] >= 0) return state[field]
    throw unreadable(field, `${JSON.stringify(state[field])} is not a whole number`)
  }
  const numSteps = number('numSteps')
  if (!Array.isArray(state.arms)) throw unreadable('arms', 'is not a list')
  if (!Array.isArray(state.bandits) || state.bandits.length !== numSteps) {
    throw unreadable('bandits', `is not a list of ${numSteps}`)
  }
  if (state.mu !== undefined && !(state.mu > 0))
    throw unreadable('mu', `${state.mu} is not a positive number`)
  const bandits = state.bandits.map((row: unknown, step) => {
    // JSON has no undefined: a step without a bandit comes back as null.
    if (row === undefined || row === null) return undefined
    try {
      return parseBandit(row)
    } catch (cause) {
      throw unreadable(`bandits[${step}]`, cause instanceof Error ? cause.message : String(cause), cause)
    }
  })
  const fields = { arms: [...state.arms], numSteps, generations: number('generations'), mu: state.mu }
  return { ...fields, largest: 0, bandits, pending: undefined }
}

function unreadable(field: string, problem: string, cause?: unknown): FastFlowError {
  return new FastFlowError({
    code: 'policy-unreadable',
    field: `policy.state.${field}`,
    message: `policy.state.${field}: ${problem}; delete the policy to learn it anew`,
    cause,
  })
}
