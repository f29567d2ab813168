import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

const conditions = ['@fastflow/source', 'module', 'node']

/**
 * Turbo must not replay a run that skipped tests: what they lacked (Chromium, test data) may be there next time. The file is an
 * input of every `test` task in turbo.json, so that new contents make the next run a run.
 */
const skipped: Reporter = {
  onTestRunEnd(modules) {
    const skips = modules.some((module) => [...module.children.allTests('skipped')].length > 0)
    if (skips) writeFileSync('test-skipped', `${randomUUID()}\n`)
  },
}

/** Tests resolve workspace packages to their sources and leave a report for `scripts/run.mjs`. */
export const shared: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    // Files of a workspace take turns in one process: each would load everything anew, which takes the command line a second.
    isolate: false,
    // How long a test takes says nothing about what it tests, least of all on a busy machine.
    testTimeout: 0,
    hookTimeout: 0,
    reporters: ['default', ['json', { outputFile: 'test-report.json' }], skipped],
    onConsoleLog: (log) => {
      throw new Error(`a test wrote to the console: ${log}`)
    },
  },
})
