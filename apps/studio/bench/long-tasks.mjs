// How long the page's main thread is busy at a stretch while it generates, by the Long Tasks API (tasks of 50 ms and more),
// on the built app. Nothing to gate tests on: a busy machine stretches every task.
import { chromium as browsers } from 'playwright-core'
import { preview } from 'vite'

const executablePath = process.env.FASTFLOW_CHROMIUM ?? '/usr/bin/chromium'
const server = await preview({
  root: new URL('..', import.meta.url).pathname,
  preview: { port: 0 },
  logLevel: 'error',
})
const browser = await browsers.launch({ executablePath, args: ['--no-sandbox', '--no-first-run'] })
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(300_000)
  await page.goto(server.resolvedUrls.local[0])
  // Editing takes over the picture that was made before.
  for (const model of ['Emoji', 'Emoji editing', 'Emoji clips', 'CIFAR-10']) {
    if (model === 'Emoji editing') await page.getByRole('button', { name: 'Edit', exact: true }).click()
    else await page.getByRole('radio', { name: model, exact: true }).check({ force: true })
    await page.locator('.model').filter({ hasText: model }).getByText('ready').first().waitFor()
    await page.evaluate(() => {
      globalThis.longTasks = []
      globalThis.observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.longTasks.push(Math.round(duration))
      })
      globalThis.observer.observe({ type: 'longtask' })
    })
    const started = performance.now()
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await page.getByRole('button', { name: 'Generate', exact: true }).waitFor()
    const seconds = (performance.now() - started) / 1000
    const tasks = await page.evaluate(() => {
      globalThis.observer.disconnect()
      return globalThis.longTasks
    })
    const longest = tasks.length > 0 ? `${Math.max(...tasks)} ms` : 'under 50 ms'
    const figures = await page.locator('.figures dd').allTextContents()
    process.stdout.write(
      `${model}: ${tasks.length} long tasks in ${seconds.toFixed(1)} s, longest ${longest}; ${figures.join(', ')}\n`,
    )
  }
} finally {
  await browser.close()
  await server.close()
}
