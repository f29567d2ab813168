import { defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['@fastflow/source', 'module', 'node']

/** Tests resolve workspace packages to their sources and leave a report for `scripts/run.mjs`. */
export const shared: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'test-report.json' }]],
    onConsoleLog: (log) => {
      throw new Error(`a test wrote to the console: ${log}`)
    },
  },
})
