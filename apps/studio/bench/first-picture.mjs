// How long the shipped text-to-image model takes to its first accelerated picture, from an empty cache, on the built app over
// loopback: until it can be asked, and until the picture is there. Nothing to gate tests on: other work stretches it.
import { chromium as browsers } from 'playwright-core'
import { preview } from 'vite'

const executablePath = process.env.FASTFLOW_CHROMIUM ?? '/usr/bin/chromium'
const repeats = Number(process.argv[2] ?? 3)
const server = await preview({
  root: new URL('..', import.meta.url).pathname,
  preview: { port: 0 },
  logLevel: 'error',
})
try {
  for (let n = 1; n <= repeats; n++) {
    // A browser of its own has nothing in its caches.
    const browser = await browsers.launch({ executablePath, args: ['--no-sandbox', '--no-first-run'] })
    const page = await browser.newPage()
    page.setDefaultTimeout(300_000)
    const started = performance.now()
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
    await page.goto(server.resolvedUrls.local[0])
    const generate = page.getByRole('button', { name: 'Generate', exact: true })
    await generate.and(page.locator(':enabled')).waitFor()
    const ready = seconds()
    await page.getByLabel('Also make the full run').uncheck()
    await generate.click()
    await page.locator('.side.fast canvas.rough').first().waitFor()
    const preview = seconds()
    await page.locator('.side.fast').getByRole('img', { name: 'steps evaluated' }).waitFor()
    process.stdout.write(
      `${n}: ready after ${ready} s, first preview after ${preview} s, picture after ${seconds()} s\n`,
    )
    await browser.close()
  }
} finally {
  await server.close()
}
