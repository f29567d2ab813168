import { expect, it } from 'vitest'

// Runs in place of the tests where Chromium is missing: skipped on a developer's machine, failed in CI.

const message = 'no Chromium found; install it (apt-get install chromium) or name one in FASTFLOW_CHROMIUM'

it.skipIf(!process.env.CI)(`backend-web in a browser: ${message}`, () => {
  expect.fail(message)
})
