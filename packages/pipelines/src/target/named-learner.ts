import { type ContextualBandit, discountedUcb, linTs, linUcb, slidingWindowUcb } from '@fastflow/bandits'
import { FastFlowError, isRecord } from '@fastflow/core'
import { checkNumber, checkOneOf, shown } from '@fastflow/core/backend'
import { contextFreeLearner } from './context-free-learner.ts'
import { contextualLearner } from './contextual-learner.ts'
import { BANDITS, type BanditName, EXPLORE, type Learner } from './learner.ts'

/** Width of the confidence bonus: rewards of plans next to each other differ by some hundredths. */
const WIDTH = 0.1

/**
 * The bandit of a name; by default the one with contexts whose choices are the easiest to explain.
 *
 * @param explore share of requests an arm is drawn for at random, 0 to 1: what makes logs useful for judging others.
 */
export function learnerOf(name: BanditName = 'lin-ucb', explore: number = EXPLORE): Learner {
  checkOneOf('name', name, BANDITS)
  checkNumber('explore', explore, 0, 1)
  const options = { c: WIDTH }
  if (name === 'discounted-ucb') return contextFreeLearner(name, discountedUcb(options), explore)
  if (name === 'sliding-window-ucb') return contextFreeLearner(name, slidingWindowUcb(options), explore)
  const ridge = 0.1
  const bandit: ContextualBandit =
    name === 'lin-ts' ? linTs({ deviation: WIDTH, ridge }) : linUcb({ alpha: WIDTH, ridge })
  return contextualLearner(name, bandit, explore)
}

/** The bandit that a state belongs to, as its `kind` says. @throws FastFlowError `policy-unreadable` listing what there is. */
export function learnerOfState(state: unknown): Learner {
  const kind = isRecord(state) ? state.kind : undefined
  const name = BANDITS.find((known) => known === kind)
  if (name !== undefined) return learnerOf(name)
  const message = `state: its kind ${shown(kind)} is none of ${BANDITS.join(', ')}; delete it to learn anew`
  throw new FastFlowError({ code: 'policy-unreadable', field: 'state', message })
}
