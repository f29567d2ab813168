import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio } from './support/studio.ts'

const NETWORK = 'models/cifar10/unet/model.onnx'

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
})
