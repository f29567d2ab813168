import { type Browser, chromium as browsers } from 'playwright-core'
import { chromium, chromiumArgs } from '../../../../vitest.chromium.ts'

/** Why tests in the browser are skipped; undefined where they run. In CI they run, and fail without a browser. */
export const noBrowser: string | undefined =
  chromium || process.env.CI
    ? undefined
    : '(skipped: no Chromium; install it, or name one in FASTFLOW_CHROMIUM)'

export async function launch(more: readonly string[] = []): Promise<Browser> {
  if (chromium === undefined)
    throw new Error(
      'no Chromium found; install it (apt-get install chromium) or name one in FASTFLOW_CHROMIUM',
    )
  return browsers.launch({ executablePath: chromium, args: [...chromiumArgs, ...more] })
}
