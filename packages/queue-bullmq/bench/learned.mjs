// What the workers of bench/killed.mjs learn: the statistics of a bandit, and the log of the rewards in them.
import { thompsonGaussian } from '@fastflow/bandits'

const bandit = thompsonGaussian()
const ARMS = 4

/** The reward of a job: sums of such numbers depend on their order in the last bits. */
export function rewardOf(id) {
  const n = Number(id.slice(id.lastIndexOf('-') + 1))
  return { id, arm: n % ARMS, reward: Math.sin(n) / 3 }
}

const empty = () => ({ log: [], state: bandit.init({ arms: ARMS }) })

/** Puts updates into what is known, as any worker may at any time. */
export function fold(document, updates) {
  const { log, state } = document ?? empty()
  const learned = updates.reduce(
    (before, { arm, reward }) => bandit.update(before, { arm, reward }),
    bandit.parse(state),
  )
  return { log: [...log, ...updates.map(({ id }) => id)], state: learned }
}

/** The statistics of one process that learns from the log from its beginning to its end. */
export function replay(log) {
  return log
    .map(rewardOf)
    .reduce((before, { arm, reward }) => bandit.update(before, { arm, reward }), bandit.init({ arms: ARMS }))
}
