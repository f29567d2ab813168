// A policy of your own: every second step of the first half, every fourth of the second. Then one that a bandit learns.
import { ucb1 } from '@fastflow/bandits'
import { banditSkip, fillNormal, linearSchedule, sample, stateless } from '@fastflow/core'

const velocity = (x, sigma) => x.map((value) => value / (sigma + 0.5) - Math.tanh(value))
const run = { velocity, schedule: linearSchedule(48), x: fillNormal(new Float32Array(256), 1) }

const decide = (state, { index }) => [{ landing: index + (index < 24 ? 2 : 4) }, state]
const halves = { ...stateless, name: 'halves', needs: [], decide }
console.log(`halves: ${(await sample({ ...run, policy: halves })).stats.nfe} of 48`)

const policy = banditSkip({ bandit: ucb1(), arms: [0, 2, 4] })
let policyState
for (let n = 0; n < 50; n++) policyState = (await sample({ ...run, policy, policyState })).policyState
console.log(`bandit: ${(await sample({ ...run, policy, policyState })).stats.nfe} of 48`)
