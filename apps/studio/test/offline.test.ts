import { describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { serveStudio } from './support/server.ts'
import { openStudio } from './support/studio.ts'

describe.skipIf(noBrowser)(`without the network ${noBrowser ?? ''}`, () => {
  test('after the first visit everything is there, threads included', async () => {
    // A host that sets no headers: the service worker does.
    const server = await serveStudio({ isolated: false })
    const browser = await launch()
    try {
      const studio = await openStudio(await browser.newContext(), server.url)
      const { page } = studio
      await studio.ready()
      await page.getByText('Not needed any more').waitFor()
      await server.close()
      await page.reload()
      await studio.ready()
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
      await page.getByLabel('Evaluations an image').press('Home')
      await page.getByLabel('Also make the full run').uncheck()
      await studio.generate()
      expect(await studio.figure('Evaluations')).toBe('6 of 50')
    } finally {
      await browser.close()
      await server.close().catch(() => {})
    }
  })
})
