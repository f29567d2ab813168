import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium as playwright } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, chromiumArgs } from '../../../vitest.chromium.ts'
import { serve } from '../serve.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const missing = 'no Chromium found; install it (apt-get install chromium) or name one in FASTFLOW_CHROMIUM'

if (chromium === undefined) it.skipIf(!process.env.CI)(missing, () => expect.fail(missing))
else describeExamples(chromium)

function describeExamples(executablePath: string): void {
  let browser: Browser
  let bundle = ''
  const servers: Server[] = []
  const addressOf = async (folder: string): Promise<string> => {
    const server = serve(folder)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://localhost:${(server.address() as AddressInfo).port}`
  }

  beforeAll(async () => {
    browser = await playwright.launch({ executablePath, args: [...chromiumArgs] })
    bundle = await mkdtemp(join(tmpdir(), 'fastflow-'))
    const config = join(root, 'vite.config.js')
    await build({ configFile: config, logLevel: 'error', build: { outDir: bundle, emptyOutDir: true } })
  })
  afterAll(async () => {
    await browser.close()
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
    await rm(bundle, { recursive: true })
  })

  describe('examples', () => {
    it.each([
      ['html', () => root],
      ['vite', () => bundle],
      ['worker', () => bundle],
    ])('%s draws the fox in 12 of 50 evaluations', async (name, folder) => {
      const page = await browser.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(error.message))
      await page.goto(`${await addressOf(folder())}/${name}/`)
      const status = page.locator('#status')
      await expect
        .poll(async () => [...problems, await status.textContent()], { timeout: 170_000 })
        .toEqual(['evaluated 12 of 50 steps'])
      const canvas = page.locator('#canvas')
      expect(await canvas.evaluate(({ width, height }: HTMLCanvasElement) => [width, height])).toEqual([
        64, 64,
      ])
      // A blank square of one colour compresses to next to nothing.
      const picture = await canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL())
      expect(picture.length).toBeGreaterThan(4000)
      await page.close()
    })

    it.each(['html/index.html', 'vite/main.js', 'worker/main.js', 'worker/worker.js'])(
      '%s has at most 30 lines',
      async (file) => {
        const lines = (await readFile(join(root, file), 'utf8')).trim().split('\n')
        // Of the page without a bundler the import map does not count: it lists what a bundler finds by itself.
        const code = lines
          .join('\n')
          .replace(/<script type="importmap">.*?<\/script>\n/s, '')
          .split('\n')
        expect(code.length).toBeLessThanOrEqual(30)
      },
    )
  })
}
