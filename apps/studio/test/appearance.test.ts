import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousFindings } from './support/axe.ts'
import { launch, noBrowser } from './support/chromium.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio, type Studio } from './support/studio.ts'

describe.skipIf(noBrowser)(`for everybody ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser
  let studio: Studio

  beforeAll(async () => {
    server = await serveStudio()
    browser = await launch()
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    studio = await openStudio(context, server.url)
    await studio.ready()
    await studio.page.getByLabel('Evaluations an image').press('Home')
    await studio.setSteps(10)
    await studio.generate()
    await studio.page.getByRole('button', { name: 'Compare budgets' }).click()
    await studio.ready()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test.each(['Light', 'Dark'])('axe finds nothing serious: %s', async (theme) => {
    const { page } = studio
    await page.getByRole('radio', { name: theme, exact: true }).check({ force: true })
    for (const mode of ['Learn', 'Quality', 'Budget']) {
      await page.getByRole('radio', { name: mode, exact: true }).check({ force: true })
      expect(await seriousFindings(page)).toEqual([])
    }
  })

  test.each([320, 390, 768, 1280, 1920])('nothing is wider than %i pixels', async (width) => {
    const { page } = studio
    await page.setViewportSize({ width, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  })

  test('a keyboard reaches everything, in the order of the page, and sees where it is', async () => {
    const { page } = studio
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.getByRole('heading', { level: 1 }).click()
    const seen: string[] = []
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate(() => {
        const { activeElement: element } = document
        if (element === null || element === document.body) return ''
        return element.getAttribute('aria-label') || element.id || element.tagName
      })
      if (name === '') break
      seen.push(name)
    }
    const inOrder = [
      'prompt',
      'Evaluations an image',
      'seed',
      'Where the full run ends and the accelerated one begins',
    ]
    expect(seen.filter((name) => inOrder.includes(name))).toEqual(inOrder)
  })
})
