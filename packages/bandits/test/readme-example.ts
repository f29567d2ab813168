import assert from 'node:assert/strict'
import { armStats, bernoulliEnvironment, simulate, thompsonBeta } from '@fastflow/bandits'

// Two servers choose among three arms; each writes a row of its own.
const bandit = thompsonBeta()
const payout = [0.2, 0.5, 0.8]
let first = bandit.init({ arms: 3 })
let second = bandit.init({ arms: 3 })

for (let round = 0; round < 200; round++) {
  const a = bandit.select(first, Math.random)
  const paysA = Math.random() < payout[a.arm]! ? 1 : 0
  first = bandit.update(first, { ...a, reward: paysA, worker: 'first' })

  const b = bandit.select(second, Math.random)
  const paysB = Math.random() < payout[b.arm]! ? 1 : 0
  second = bandit.update(second, { ...b, reward: paysB, worker: 'second' })
}

// Store, read back, merge: the order does not matter, nor does merging twice.
const stored = JSON.stringify(second)
const merged = bandit.merge(first, bandit.parse(JSON.parse(stored)))
assert.deepEqual(bandit.merge(merged, first), merged)

const stats = armStats(merged)
assert.equal(
  stats.reduce((total, arm) => total + arm.pulls, 0),
  400,
)
assert.ok(stats[2]!.pulls > 200)

// How much would this algorithm have lost? Regret after each of 1,000 rounds.
const { regret } = simulate({
  bandit,
  environment: bernoulliEnvironment(payout),
  horizon: 1000,
  random: Math.random,
})
assert.ok(regret[999]! < 100)
