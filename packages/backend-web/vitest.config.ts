import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import { chromium, chromiumArgs } from '../../vitest.chromium.ts'
import { shared } from '../../vitest.shared.ts'
import { generateInNode } from './test/support/generate-in-node.ts'
import { quantizeInNode } from './test/support/quantize-in-node.ts'
import { testServer } from './test/support/server.ts'

/** Tests run in the system's Chromium; without one a single test says so, and arguments are checked in Node. */
const inChromium: ViteUserConfig = {
  resolve: { conditions: ['@fastflow/source', 'module', 'browser'] },
  plugins: [testServer()],
  optimizeDeps: {
    exclude: ['onnxruntime-web'],
    // Named here, so that no test is interrupted by the discovery of one.
    include: ['@noble/hashes/sha2.js', '@noble/hashes/utils.js'],
  },
  worker: { format: 'es' },
  // Threads need a cross-origin isolated page.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  test: {
    fileParallelism: false,
    // A page of its own for every file: what one leaves in it, a worker or a cache, is no concern of the next.
    isolate: true,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      commands: { generateInNode, quantizeInNode },
      provider: playwright({
        launchOptions: { executablePath: chromium ?? '', args: [...chromiumArgs] },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
}

const config: ViteUserConfig = defineConfig(mergeConfig(shared, chromium === undefined ? {} : inChromium))
// Merging adds lists up: these have to take the place of the shared ones.
if (chromium === undefined) config.test!.include = ['test/support/no-chromium.ts', 'test/misuse.test.ts']
else config.resolve!.conditions = ['@fastflow/source', 'module', 'browser']
export default config
