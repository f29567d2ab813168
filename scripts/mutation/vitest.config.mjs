// How the tests of a package run while one of its sources is mutated: those that take seconds are left out, and what fails
// soonest comes first.
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

const conditions = ['@fastflow/source', 'module', 'node']
const mutated = process.env.FASTFLOW_MUTATED

// Many rounds, repeats or damaged documents; what needs a build; and whole plans, for those who make no plans.
const slow = [
  'adversarial',
  'state-fuzz',
  'stationary',
  'plan-certificates',
  'plan-coverage',
  'plan-fuzz',
  'size',
]
if (!mutated.includes('/plan/calibrate/')) slow.push('plan-calibrate')
if (!mutated.includes('/plan/')) slow.push('plan-*', 'seed-ledger', 'readme')

/** Vitest has the longest file first, to keep all cores busy; here there is one, and the first failure ends a run. */
class SoonestFailure extends BaseSequencer {
  async sort(specifications) {
    const known = (specification) => this.ctx.cache.getFileTestResults(keyOf(this.ctx, specification))
    return specifications.toSorted((a, b) => {
      const [x, y] = [known(a), known(b)]
      return Number(y?.failed ?? 0) - Number(x?.failed ?? 0) || (x?.duration ?? 0) - (y?.duration ?? 0)
    })
  }
}

function keyOf({ config }, { project, moduleId }) {
  return `${project.name}:${moduleId.slice(config.root.length + 1)}`
}

export default defineConfig({
  resolve: {
    conditions,
    // One copy of the sources, the mutated one, to the test kit as well.
    alias: [
      { find: /^@fastflow\/core$/, replacement: `${process.cwd()}/packages/core/src/index.ts` },
      { find: /^@fastflow\/core\/backend$/, replacement: `${process.cwd()}/packages/core/src/backend.ts` },
    ],
  },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: slow.map((name) => `test/${name}.test.ts`),
    isolate: false,
    sequence: { sequencer: SoonestFailure },
    testTimeout: 0,
    hookTimeout: 0,
  },
})
