import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio, type Studio } from './support/studio.ts'

const STEPS = 10
/** Pictures of one press of the button. */
const ROUND = 20

describe.skipIf(noBrowser)(`two tabs ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser

  beforeAll(async () => {
    server = await serveStudio()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test('that learn at once lose nothing of each other', async () => {
    const context = await browser.newContext()
    const open = async (): Promise<Studio> => {
      const studio = await openStudio(context, server.url)
      await studio.ready()
      return studio
    }
    const first = await open()
    await first.pick('CIFAR-10')
    await first.ready()
    // The other one opens what this one was left with.
    const tabs = [first, await open()]
    for (const tab of tabs) await tab.setSteps(STEPS)
    for (const { page } of tabs)
      await page.getByRole('button', { name: `Learn from ${ROUND} pictures` }).click()
    for (const { page } of tabs)
      await page.getByText(`Learned from ${ROUND} pictures.`).waitFor({ state: 'attached' })
    const { page } = first
    await page.reload()
    await first.ready()
    await first.setSteps(STEPS)
    await page.getByText(`Learned on this device: ${2 * ROUND} generations`).waitFor()
    await page.getByText(`from ${2 * ROUND} pictures, ${2 * ROUND} of them on this device`).waitFor()
    expect(await first.alerts()).toEqual([])
  })
})
