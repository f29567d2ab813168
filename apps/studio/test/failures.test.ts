import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page, Worker } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { dist, type StudioServer, serveStudio } from './support/server.ts'
import { openStudio } from './support/studio.ts'

const NETWORK = 'models/cifar10/unet/model.onnx'
const STEPS = 10
/** The plan that comes with the model that opens first. */
const PLAN = `models/emoji/policies/${shippedPlan()}`

describe.skipIf(noBrowser)(`what goes wrong is said in words ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser
  let context: BrowserContext

  beforeAll(async () => {
    server = await serveStudio({ isolated: false })
    browser = await launch()
  })
  beforeEach(async () => {
    // A service worker would set the headers that this host does not.
    context = await browser.newContext({ serviceWorkers: 'block' })
  })
  afterEach(async () => {
    server.faults.clear()
    await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test.each([
    ['missing', 'A file of the model is missing'],
    ['truncated', 'A file of the model is damaged'],
  ] as const)('a network that is %s, until it is put right', async (fault, title) => {
    server.faults.set(NETWORK, fault)
    const studio = await openStudio(context, server.url)
    const { page } = studio
    await studio.ready()
    await page.getByRole('radio', { name: 'CIFAR-10' }).check({ force: true })
    await page.getByRole('alert').getByText(title).waitFor()
    expect((await studio.alerts()).join()).toContain('unet/model.onnx')
    expect(await page.getByRole('button', { name: 'Model not loaded' }).isDisabled()).toBe(true)
    server.faults.clear()
    await page.getByRole('button', { name: 'Load the model again' }).click()
    await studio.ready()
    expect(await studio.alerts()).toEqual([])
  })

  test('a plan that came damaged is named, not used, and not kept', async () => {
    const visited = await browser.newContext()
    try {
      server.faults.set(PLAN, 'truncated')
      const studio = await openStudio(visited, server.url)
      const { page } = studio
      await studio.ready()
      await page.getByText(PLAN.replace('models/emoji/', '')).waitFor()
      await page.getByText('A file that comes with the model arrived damaged').waitFor()
      expect((await page.locator('.digest').boundingBox())!.width).toBeLessThan(120)
      await page.getByText('None yet. The first picture makes one.').waitFor()
      server.faults.clear()
      await page.reload()
      await studio.ready()
      await page.getByText('Came with the model: 6, 8').waitFor()
      await page.getByText('Not needed any more').waitFor()
    } finally {
      await visited.close()
    }
  })

  test('no list of models', async () => {
    server.faults.set('models.json', 'missing')
    const { page } = await openStudio(context, server.url)
    await page.getByRole('alert').getByText('models.json, the list of models, cannot be read').waitFor()
  })

  test('a host without isolation: one thread, and why', async () => {
    const studio = await openStudio(context, server.url)
    await studio.ready()
    await studio.page.getByText('WebAssembly, one thread').click()
    await studio.page.getByText('threads need a cross-origin isolated page').waitFor()
  })

  test('a picture model without a prompt, a policy that is none', async () => {
    const studio = await openStudio(context, server.url)
    const { page } = studio
    await studio.ready()
    await page.getByLabel('Prompt', { exact: true }).fill('  ')
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('alert').getByText('prompt: is empty').waitFor()
    const file = { name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"mine"}') }
    await page.getByLabel('Plan or policy file').setInputFiles(file)
    await page.getByRole('alert').getByText('is not a FastFlow policy document').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await studio.alerts()).toEqual([])
  })

  test('a browser that gives no more memory, and another try', async () => {
    // The runtime begins with 16 MB; V8 gives it 4 MB more, and there is no more of it.
    const poor = await launch(['--js-flags=--wasm-max-mem-pages=320'])
    try {
      const studio = await openStudio(await poor.newContext({ serviceWorkers: 'block' }), server.url)
      const { page } = studio
      await page.getByRole('alert').getByText('memory').waitFor()
      await page.getByRole('button', { name: 'Load the model again' }).waitFor()
    } finally {
      await poor.close()
    }
  })

  test('an engine that ends, with or without a word, is started anew and draws the same picture', async () => {
    const studio = await openStudio(context, server.url)
    const { page } = studio
    const draw = async (): Promise<string> => {
      await studio.setSteps(STEPS)
      await studio.generate()
      return page.locator('.side.fast canvas').evaluate((one: HTMLCanvasElement) => one.toDataURL())
    }
    const loadAgain = async (): Promise<void> => {
      await page.getByRole('alert').getByText('The engine stopped').waitFor()
      await page.getByRole('button', { name: 'Model not loaded' }).waitFor()
      await page.getByRole('button', { name: 'Load the model again' }).click()
      await studio.ready()
    }
    await studio.ready()
    await page.getByLabel('Also make the full run').uncheck()
    const before = await draw()
    // So many that it is still at it.
    await studio.setSteps(1000)
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByText(/^Evaluation \d/).waitFor()
    await engineOf(page).evaluate(() => {
      setTimeout(() => {
        throw new Error('the graphics card is lost')
      })
    })
    await page.getByRole('alert').getByText('the graphics card is lost').waitFor()
    await loadAgain()
    expect(await page.getByLabel('Steps', { exact: true }).inputValue()).toBe('1000')
    await engineOf(page).evaluate(() => self.close())
    await loadAgain()
    expect(await draw()).toBe(before)
  })

  test('storage that is full: the model runs, and what cannot be kept is named', async () => {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    const { origin } = new URL(server.url)
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
    const studio = await openStudio(context, server.url)
    await studio.ready()
    await studio.page.getByText('is not kept in the browser').first().waitFor()
    await studio.page.getByText('storage for this page is full').first().waitFor()
  })

  test('a tab that was in the background while a picture was made', async () => {
    const studio = await openStudio(context, server.url)
    const { page } = studio
    await studio.ready()
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await hide(page, true)
    await page.waitForTimeout(300)
    await hide(page, false)
    await studio.ready()
    await page.getByText(/The tab was in the background for \d+ s/).waitFor()
    expect(await studio.figure('Evaluations')).toBe('12 of 50')
  })
})

/** The worker that the page started; the one that runs networks is started by it. */
function engineOf(page: Page): Worker {
  return page.workers()[0]!
}

/** Headless browsers show every tab: what a hidden one reports is set, the event is the browser's. */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}

function shippedPlan(): string {
  const folder = join(dist, 'models/emoji/policies')
  const isPlan = (file: string): boolean =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')).format === 'fastflow-plan'
  return readdirSync(folder).find(isPlan)!
}
