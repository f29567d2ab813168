import { decodeImage, encodePng } from '@fastflow/media'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio, type Studio } from './support/studio.ts'

const STEPS = 10

describe.skipIf(noBrowser)(`nothing that was made is lost ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser
  let context: BrowserContext
  let studio: Studio

  beforeAll(async () => {
    server = await serveStudio()
    browser = await launch()
    context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    studio = await openStudio(context, server.url)
    await studio.ready()
    await studio.pick('CIFAR-10')
    await studio.ready()
    await studio.setSteps(STEPS)
    await studio.page.getByRole('radio', { name: 'ship' }).check({ force: true })
    await studio.page.getByLabel('Also make the full run').uncheck()
    await studio.generate()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  // Without a plan the first picture evaluates every step, and is its own full run.
  const picture = (name: string) => studio.page.locator('.side.fast').getByRole('img', { name })
  const made = () => studio.page.locator('.made li')

  test('a run that is stopped, or refused, leaves the last picture', async () => {
    const { page } = studio
    expect(await picture('ship, seed 7').count()).toBe(1)
    await page.getByRole('radio', { name: 'frog' }).check({ force: true })
    await page.getByLabel('Seed', { exact: true }).fill('8')
    // So many that there is time to stop.
    await studio.setSteps(1000)
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.ready()
    expect(await picture('ship, seed 7').count()).toBe(1)
    const caption = await page.locator('.facts .caption').textContent()
    expect(caption).toBe('ship seed 7')
    const from = page.getByLabel('Guided from noise level', { exact: true })
    await page.getByLabel('Guidance', { exact: true }).fill('2.5')
    await from.fill('0.5')
    await from.press('Tab')
    const to = page.getByLabel('to noise level', { exact: true })
    await to.fill('0.2')
    await to.press('Tab')
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('alert').first().waitFor()
    await studio.ready()
    expect(await picture('ship, seed 7').count()).toBe(1)
  })

  test('after a reload everything is as it was', async () => {
    const { page } = studio
    await page.reload()
    await studio.ready()
    expect(await page.getByRole('radio', { name: 'CIFAR-10' }).isChecked()).toBe(true)
    expect(await page.getByRole('radio', { name: 'frog' }).isChecked()).toBe(true)
    expect(await picture('ship, seed 7').count()).toBe(1)
    expect(await made().count()).toBe(1)
  })

  test('what was made before can be taken up again, with its settings', async () => {
    const { page } = studio
    await studio.pick('Emoji')
    await studio.ready()
    expect(await picture('ship, seed 7').count()).toBe(0)
    await page.getByLabel('Prompt', { exact: true }).fill('my very own words')
    await made().getByRole('button').click()
    await page.locator('.model').filter({ hasText: 'CIFAR-10' }).getByText('ready').waitFor()
    await picture('ship, seed 7').waitFor()
    expect(await page.getByRole('radio', { name: 'ship' }).isChecked()).toBe(true)
    expect(await page.getByLabel('Seed', { exact: true }).inputValue()).toBe('7')
    await studio.pick('Emoji')
    await studio.ready()
    expect(await page.getByLabel('Prompt', { exact: true }).inputValue()).toBe('my very own words')
  })

  test('a link opens the same settings on another device', async () => {
    const { page } = studio
    await made().getByRole('button').click()
    await picture('ship, seed 7').waitFor()
    await studio.ready()
    await page.getByRole('button', { name: 'Link', exact: true }).click()
    await page.getByText('A link to these settings is copied').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(link.startsWith(`${server.url}#model=cifar10&`)).toBe(true)
    const other = await openStudio(await browser.newContext(), link)
    await other.ready()
    expect(await other.page.getByRole('radio', { name: 'ship' }).isChecked()).toBe(true)
    expect(await other.page.getByLabel('Steps', { exact: true }).inputValue()).toBe(String(STEPS))
    expect(new URL(other.page.url()).hash).toBe('')
    await other.page.context().close()
  })

  test('a picture to edit is fitted to the same bytes as on the command line', async () => {
    const { page } = studio
    await studio.pick('Emoji editing')
    await page.getByRole('button', { name: 'Take an example' }).click()
    await page.getByText('red fox. Drop another').waitFor()
    for (const file of await pictures()) {
      await page.getByLabel('Picture to edit').setInputFiles(file)
      await page.getByText(`${file.name}. Drop another`).waitFor()
      const shown = await page.locator('.drop canvas').evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
        return [...data].filter((_, n) => n % 4 < 3)
      })
      expect(shown).toEqual([...(await decodeImage(file.buffer, { size: 64 })).data])
    }
    await studio.pick('CIFAR-10')
    await studio.ready()
  })

  test('networks run on what is chosen, also after a reload', async () => {
    const { page } = studio
    const name = page.locator('.runtime summary')
    await name.click()
    await page.getByLabel('Run on').selectOption('WebAssembly, 1 thread')
    await name.filter({ hasText: 'WebAssembly, one thread' }).waitFor()
    await studio.ready()
    expect(await page.getByRole('radio', { name: 'CIFAR-10' }).isChecked()).toBe(true)
    await page.reload()
    await studio.ready()
    expect(await name.textContent()).toBe('WebAssembly, one thread')
  })

  test('what is cleared can be had back', async () => {
    const { page } = studio
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await made().count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await made().waitFor()
    await page.reload()
    await studio.ready()
    expect(await made().count()).toBe(1)
  })

  test('nothing was logged as an error on the way', () => {
    expect(studio.complaints).toEqual([])
  })
})

/** Larger and smaller than the model's pictures, wide and tall. */
async function pictures(): Promise<
  readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]
> {
  const sizes = [
    [150, 90],
    [31, 57],
    [64, 64],
  ] as const
  return Promise.all(
    sizes.map(async ([width, height]) => {
      const data = Uint8Array.from({ length: 3 * width * height }, (_, n) => (n * n * 31 + n * 7) % 256)
      const buffer = Buffer.from(await encodePng({ width, height, data }))
      return { name: `${width}x${height}.png`, mimeType: 'image/png', buffer }
    }),
  )
}
