// The program that consumers run: samples an analytic flow and learns where to skip.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const toy = `
import { ucb1 } from '@fastflow/bandits'
import { banditSkip, fillNormal, linearSchedule, sample } from '@fastflow/core'

const velocity = (x, sigma, { out }) => {
  for (let k = 0; k < x.length; k++) out[k] = x[k] - 2
  return out
}
const schedule = linearSchedule(50)
const x = fillNormal(new Float32Array(64), 1)
const policy = banditSkip({ bandit: ucb1(), arms: [0, 2, 4] })
const { stats, status } = await sample({ velocity, schedule, x, policy })
if (status.kind !== 'completed' || stats.nfe !== 50) throw new Error(JSON.stringify({ stats, status }))
console.log('sampled')
`

/** An empty project with this in its manifest. */
export function project(folder, manifest = {}, files = {}) {
  const all = { private: true, name: 'consumer', version: '1.0.0', type: 'module', ...manifest }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(all, null, 2))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

/** @throws Error where what was printed is not what the program prints. */
export function expectSampled(out) {
  if (!out.includes('sampled')) throw new Error(`printed ${JSON.stringify(out.slice(-300))}`)
}
