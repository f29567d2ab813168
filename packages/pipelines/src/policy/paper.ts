import { type Bandit, type MomentsRow, type State, ucb1 } from '@fastflow/bandits'
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
    parse: (state) => parseState(state, bandit),
  }
}

function parseState(value: unknown, bandit: Bandit<MomentsRow>): PaperState {
  const state = value as Partial<PaperState>
  const number = (field: 'numSteps' | 'generations'): number => {
    const found = state[field]
    if (Number.isInteger(found) && found! >= 0) return found!
    throw unreadable(field, `${JSON.stringify(found)} is not a whole number`)
  }
  const numSteps = number('numSteps')
  const { arms, bandits, mu = null } = state
  if (state.bandit !== bandit.name)
    throw unreadable('bandit', `${JSON.stringify(state.bandit)} is not ${bandit.name}`)
  if (!Array.isArray(arms)) throw unreadable('arms', 'is not a list')
  if (!Array.isArray(bandits) || bandits.length !== numSteps)
    throw unreadable('bandits', `is not a list of ${numSteps}`)
  if (mu !== null && !(mu > 0)) throw unreadable('mu', `${mu} is not a positive number`)
  const rows = bandits.map((row: unknown, step) => (row === null ? null : parseRow(row, step, bandit)))
  const learned = {
    bandit: bandit.name,
    arms,
    numSteps,
    generations: number('generations'),
    mu,
    bandits: rows,
  }
  return { ...learned, largest: 0, pending: null }
}

function parseRow(row: unknown, step: number, bandit: Bandit<MomentsRow>): State<MomentsRow> {
  try {
    return bandit.parse(row)
  } catch (cause) {
    throw unreadable(`bandits[${step}]`, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function unreadable(field: string, problem: string, cause?: unknown): FastFlowError {
  return new FastFlowError({
    code: 'policy-unreadable',
    field: `policy.state.${field}`,
    message: `policy.state.${field}: ${problem}; delete the policy to learn it anew`,
    cause,
  })
}
