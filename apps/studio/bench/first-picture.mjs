// How long a first visitor waits: from opening the page with an empty cache to the picture of a model, on the built app over
// loopback, in a fresh browser each time. Nothing to gate tests on: a busy machine stretches all of it.
//   node bench/first-picture.mjs [MODEL ...] [--repeats 3]
import { parseArgs } from 'node:util'
import { chromium as browsers } from 'playwright-core'
import { preview } from 'vite'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: 'string', default: '3' } },
})
const models = positionals.length > 0 ? positionals : ['Emoji', 'CIFAR-10']
const executablePath = process.env.FASTFLOW_CHROMIUM ?? '/usr/bin/chromium'
const server = await preview({
  root: new URL('..', import.meta.url).pathname,
  preview: { port: 0 },
  logLevel: 'error',
})
const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1)

/** A visit: seconds until the page is there, the model is ready, the accelerated picture is drawn. */
async function visit(model) {
  const browser = await browsers.launch({ executablePath, args: ['--no-sandbox', '--no-first-run'] })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(300_000)
    const opened = performance.now()
    await page.goto(server.resolvedUrls.local[0])
    const shown = seconds(opened)
    await page.getByRole('radio', { name: model, exact: true }).check({ force: true })
    await page.locator('.model').filter({ hasText: model }).getByText('ready').first().waitFor()
    const ready = seconds(opened)
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    // Evaluations are told when the accelerated picture is there.
    await page
      .locator('.figures')
      .getByText(/of \d+/)
      .first()
      .waitFor()
    return { shown, ready, picture: seconds(opened) }
  } finally {
    await browser.close()
  }
}

try {
  for (const model of models)
    for (let n = 0; n < Number(values.repeats); n++) {
      const { shown, ready, picture } = await visit(model)
      process.stdout.write(`${model}: page ${shown} s, model ready ${ready} s, first picture ${picture} s\n`)
    }
} finally {
  await server.close()
}
