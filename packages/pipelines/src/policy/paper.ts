import { ucb1 } from '@fastflow/bandits'
import { banditSkip, isJsonInput, parseJson, type SkipPolicy } from '@fastflow/core'
import { checkNumber, checkOptions, checkText } from '@fastflow/core/backend'
import {
  checkPolicyDocument,
  type PolicyDocument,
  parsePolicyKey,
  policyField,
  policySource,
} from './document.ts'
import { type PaperOptions, paperNames } from './options.ts'
import { type PaperState, parsePaperState } from './paper-state.ts'

export interface PaperPolicy {
  readonly policy: SkipPolicy<PaperState>
  /** Name and options, part of the policy key. */
  readonly id: string
  /**
   * Checks a state that came from outside.
   *
   * @param source where it was found, for the message.
   * @throws FastFlowError `policy-unreadable`, `policy-mismatch` for another bandit or other arms.
   */
  parse(state: unknown, source?: string): PaperState
}

/**
 * The FastFlow paper's policy: one UCB1 bandit a grid step chooses how many steps to skip.
 *
 * The first generation evaluates every step and calibrates the price of an evaluation; see {@link banditSkip}.
 *
 * @throws FastFlowError `invalid-argument` for bad arms, a bad exploration constant or a bad price.
 *
 * Reference: FastFlow: Accelerating the Generative Flow Matching Models with Bandit Inference, arXiv 2602.11105.
 */
export function paperPolicy(options: PaperOptions = {}): PaperPolicy {
  checkOptions('options', options, paperNames)
  return paperOf(options)
}

/** The same of options among others. */
export function paperOf({ arms = [0, 2, 4, 6], exploration = 0.2, price = 0.4 }: PaperOptions): PaperPolicy {
  checkNumber('exploration', exploration, 0)
  const bandit = ucb1({ c: exploration })
  const policy = banditSkip({ bandit, arms, price })
  return {
    policy,
    id: `${policy.name} c=${exploration} price=${price} arms=${arms.join(',')}`,
    parse: (state, source = 'policy') => parsePaperState(state, { policy, bandit, arms, source }),
  }
}

/**
 * Reads a document of the paper's policy as it says itself that it was learned: under its own key and arms. Takes its JSON text,
 * the bytes of its file or the parsed value.
 *
 * @param source where it was found, for the message.
 * @throws FastFlowError `policy-unreadable` naming the field, `invalid-argument` for a bad `source`.
 */
export function parsePaperDocument(stored: unknown, source = 'policy'): PolicyDocument<PaperState> {
  checkText('source', source, 'where the document was found')
  const document = isJsonInput(stored) ? parseJson(stored, policySource(source)) : stored
  const checked = checkPolicyDocument(document, parsePolicyKey(document, source), source)
  const arms = policyField(document, source).at('state').at('arms').numbers({ whole: true, least: 0 })
  return { ...checked, state: paperPolicy({ arms }).parse(checked.state, source) }
}
