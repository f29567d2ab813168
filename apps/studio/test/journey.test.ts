import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'
import type { Browser, BrowserContext, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousFindings } from './support/axe.ts'
import { launch, noBrowser } from './support/chromium.ts'
import { readChunks } from './support/png-chunks.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio, type Studio } from './support/studio.ts'

/** Few enough that a test is quick, more than the eight below which acceleration stays off. */
const STEPS = 10

describe.skipIf(noBrowser)(`a user's journey ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser
  let context: BrowserContext
  let studio: Studio

  beforeAll(async () => {
    server = await serveStudio()
    browser = await launch()
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })
    studio = await openStudio(context, server.url)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test('opens with a model that is ready', async () => {
    await studio.ready()
    expect(await studio.page.getByRole('radio', { name: 'Emoji', exact: true }).isChecked()).toBe(true)
    expect(await studio.strips()).toEqual(['12 of 50 steps evaluated', '50 of 50 steps evaluated'])
    await studio.page.getByRole('img', { name: 'from coloured blotches to a red fox' }).waitFor()
    await studio.page.getByText('What the words mean').click()
    await studio.page.getByText('One call of the network').waitFor()
    await studio.page.getByText('What the words mean').click()
  })

  test('generates what is typed by a shipped plan, and the full run beside it', async () => {
    const { page } = studio
    await page.getByLabel('Prompt', { exact: true }).fill('a red fox, 3d')
    await page.getByLabel('Evaluations an image').press('Home')
    await studio.generate()
    expect(await studio.strips()).toEqual(['6 of 50 steps evaluated', '50 of 50 steps evaluated'])
    expect(await studio.figure('Evaluations')).toBe('6 of 50')
    expect(Number.parseFloat(await studio.figure('Fidelity'))).toBeGreaterThan(20)
    expect(await page.getByRole('img', { name: 'a red fox, 3d, seed 7, 6 of 50' }).count()).toBe(1)
  })

  test('answers what the same cost comes to without FastFlow', async () => {
    const { page } = studio
    expect(await page.locator('.rival').textContent()).toMatch(
      /^The same cost without FastFlow, simply 6 steps: \d+\.\d\sdB in .* FastFlow is .*(closer|close) to the full run\.$/,
    )
    const plain = page.getByRole('img', { name: 'The same cost without FastFlow: Euler in 6 steps' })
    const pixels = await plain.evaluate((one: HTMLCanvasElement) => one.toDataURL())
    const first = page.getByLabel('Where the same cost without FastFlow ends')
    await first.focus()
    await first.press('ArrowRight')
    expect(await first.getAttribute('aria-valuetext')).toBe('26 % without FastFlow')
    await first.press('End')
    expect(await page.getByLabel('Where the full run ends').inputValue()).toBe('100')
    await page.getByLabel('Where the full run ends').fill('50')
    expect(await first.inputValue()).toBe('50')
    await first.fill('25')
    expect(await page.locator('.card .legend').filter({ hasText: 'Euler, nothing skipped' }).count()).toBe(1)
    await page.getByRole('radio', { name: 'Difference' }).check({ force: true })
    await page.getByText('8 times brighter').waitFor()
    await page.getByRole('radio', { name: 'Slider' }).check({ force: true })
    // It is Euler's, to the last bit: what the model draws on a grid of so many steps.
    await studio.setSteps(6)
    await studio.generate()
    const fast = page.getByRole('img', { name: 'a red fox, 3d, seed 7, 6 of 6' }).first()
    expect(await fast.evaluate((one: HTMLCanvasElement) => one.toDataURL())).toBe(pixels)
    await page.locator('.made button').last().click()
    await studio.ready()
  })

  test('compares by a slider that the keyboard moves', async () => {
    const slider = studio.page.getByLabel('Where the full run ends')
    await slider.focus()
    await slider.press('ArrowRight')
    expect(await slider.getAttribute('aria-valuetext')).toBe('51 % full run')
  })

  test('without a plan the first picture makes one, and budgets can be compared', async () => {
    const { page } = studio
    await studio.setSteps(STEPS)
    await page.getByText('No plan for these settings yet').filter({ visible: true }).waitFor()
    await studio.generate()
    expect(await studio.strips()).toEqual(['10 of 10 steps evaluated', '10 of 10 steps evaluated'])
    expect(await page.getByRole('listitem').filter({ hasText: 'planning' }).count()).toBe(1)
    await page.getByRole('button', { name: 'Compare budgets' }).click()
    await studio.ready()
    expect(await page.locator('.thumbs .name').allTextContents()).toEqual(['6 of 10', '8 of 10', 'Full run'])
    await page.getByRole('button', { name: '8 of 10' }).click()
    expect(await studio.strips()).toEqual(['8 of 10 steps evaluated', '10 of 10 steps evaluated'])
  })

  test('saves the picture with what made it', async () => {
    const { page } = studio
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Picture', exact: true }).click(),
    )
    expect(file.name).toBe('emoji-a-red-fox-3d-7.png')
    const chunks = readChunks(file.bytes)
    const exif = chunks.find(({ type }) => type === 'eXIf')!.data.toString('latin1')
    expect(JSON.parse(exif.slice(exif.indexOf('{'), exif.lastIndexOf('}') + 1))).toMatchObject({
      model: 'emoji',
      prompt: 'a red fox, 3d',
      seed: 7,
      steps: STEPS,
      nfe: 8,
      accelerate: 'plan',
    })
    const rows = inflateSync(chunks.find(({ type }) => type === 'IDAT')!.data)
    expect(rows.length).toBe(64 * (1 + 3 * 64))
  })

  test('saves a report that needs nothing else', async () => {
    const { page } = studio
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Report', exact: true }).click(),
    )
    const html = file.bytes.toString('utf8')
    expect(html.includes('a red fox, 3d')).toBe(true)
    expect(html.match(/<script|\bsrc="(?!data:)|url\([^)]*/g)).toBeNull()
    const report = await context.newPage()
    await report.setContent(html)
    expect(await report.getByRole('img', { name: '8 of 10 steps evaluated' }).count()).toBeGreaterThan(0)
    expect(await seriousFindings(report)).toEqual([])
    await report.close()
  })

  test('guides between two noise levels alone, with plans of their own', async () => {
    const { page } = studio
    const set = async (name: string, value: string): Promise<void> => {
      const field = page.getByLabel(name, { exact: true })
      await field.fill(value)
      await field.press('Tab')
    }
    await set('Guided from noise level', '0.5')
    await page.getByText('None yet. The first picture makes one.').waitFor()
    await studio.generate()
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Picture', exact: true }).click(),
    )
    expect(file.bytes.toString('latin1')).toContain('"guidanceInterval":[0.5,1]')
    await set('to noise level', '0.2')
    await page.getByRole('alert').getByText('is not the lowest and the highest sigma').waitFor()
    await set('to noise level', '1')
    await set('Guided from noise level', '0')
    await page.getByText('Made on this device: 6, 8 evaluations').waitFor()
    expect(await studio.alerts()).toEqual([])
  })

  test('the policy learns, is saved, and is still there after a reload', async () => {
    const { page } = studio
    await page.getByRole('radio', { name: 'Learn' }).check({ force: true })
    await studio.generate()
    const learned = page.getByText('Learned on this device: 1 generations')
    await learned.waitFor()
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Policy', exact: true }).click(),
    )
    expect(JSON.parse(file.bytes.toString('utf8'))).toMatchObject({ format: 'fastflow-policy', version: 1 })
    await page.reload()
    await studio.ready()
    expect(await page.getByText('Came with the model: 200 generations').count()).toBe(1)
    await studio.setSteps(STEPS)
    await learned.waitFor()
    await page.getByText('Made on this device: 6, 8 evaluations').waitFor()
  })

  test('says of a plan from a file that it is one', async () => {
    const { page } = studio
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Plan', exact: true }).click(),
    )
    const upload = { name: file.name, mimeType: 'application/json', buffer: file.bytes }
    await page.getByLabel('Plan or policy file').setInputFiles(upload)
    await page.getByText('Opened from a file: 6, 8 evaluations').waitFor()
  })

  test('forgets what it learned when asked to', async () => {
    const { page } = studio
    await page.getByRole('button', { name: 'Forget' }).click()
    await page.getByText('None yet. The first picture makes one.').waitFor()
    await page.getByText('None yet. Effort “Learn” makes one.').waitFor()
  })

  test('edits the picture that was made, or one from a file', async () => {
    const { page } = studio
    await studio.generate()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await studio.ready()
    expect(await page.getByRole('radio', { name: 'Emoji editing' }).isChecked()).toBe(true)
    await studio.setSteps(STEPS)
    await page.getByLabel('What to change').fill('make it flat')
    await studio.generate()
    expect(await page.getByRole('img', { name: 'make it flat, seed 7' }).count()).toBe(2)
    await page.getByRole('radio', { name: 'Before' }).check({ force: true })
    const seam = page.getByLabel('Where the picture before ends and the edited one begins')
    await seam.press('ArrowRight')
    expect(await seam.getAttribute('aria-valuetext')).toBe('51 % before')
    expect(await page.getByRole('img', { name: 'The picture before' }).isVisible()).toBe(true)
    await page
      .getByLabel('Picture to edit')
      .setInputFiles(fileURLToPath(new URL('../../../models/emoji/samples.png', import.meta.url)))
    await page.getByText('samples.png. Drop another').waitFor()
    const png = await readFile(new URL('../../../models/emoji/samples.png', import.meta.url))
    for (const kind of ['drop', 'paste'] as const) {
      await handOver(page, kind, `${kind}.png`, png)
      await page.getByText(`${kind}.png. Drop another`).waitFor()
    }
    await page
      .getByLabel('Picture to edit')
      .setInputFiles(fileURLToPath(new URL('../package.json', import.meta.url)))
    await page.getByRole('alert').getByText('package.json is not a picture').waitFor()
  })

  test('makes a clip that plays, and saves it as an animated file', async () => {
    const { page } = studio
    await studio.pick('Emoji clips')
    await page.getByRole('radio', { name: 'Budget' }).check({ force: true })
    await page.getByLabel('Evaluations an image').press('Home')
    await page.getByLabel('Also make the full run').uncheck()
    await studio.generate()
    await page.getByLabel('Also make the full run').check()
    expect(await studio.figure('Evaluations')).toBe('6 of 50')
    const canvas = page.locator('.side.fast canvas')
    const drawn = (): Promise<string> => canvas.evaluate((one: HTMLCanvasElement) => one.toDataURL())
    const first = await drawn()
    await expect.poll(drawn).not.toBe(first)
    await page.getByRole('button', { name: 'Pause' }).click()
    const file = await saved(page.waitForEvent('download'), () =>
      page.getByRole('button', { name: 'Clip', exact: true }).click(),
    )
    expect(file.name).toMatch(/-clip\.png$/)
    const types = readChunks(file.bytes).map(({ type }) => type)
    expect(types.filter((type) => type === 'fcTL').length).toBeGreaterThan(3)
    expect(types.filter((type) => type === 'acTL')).toHaveLength(1)
  })

  test('keeps to a quality that was measured, and says what is certain', async () => {
    const { page } = studio
    await studio.pick('CIFAR-10')
    await studio.ready()
    await page.getByRole('radio', { name: 'Quality' }).check({ force: true })
    await page.getByLabel('Largest distance to the full run, LPIPS').press('Home')
    await page.getByText(/evaluations reach LPIPS 0\.2 in 80 % of images, by 128 runs/).waitFor()
    await page.getByLabel('Also make the full run').uncheck()
    await studio.generate()
    expect(Number.parseInt(await studio.figure('Evaluations'), 10)).toBeLessThan(50)
    await page.getByText('LPIPS 0.2 in 80 % of pictures: pictures like this one come to').waitFor()
    await page.getByLabel('in', { exact: true }).selectOption('psnr')
    await page.getByRole('button', { name: 'Measure 14 pictures here' }).waitFor()
    await page.getByRole('radio', { name: 'Auto', exact: true }).check({ force: true })
    await studio.generate()
    expect(await studio.figure('Evaluations')).toBe('12 of 50')
    await page.getByText('Following the plan that came with the model').first().waitFor()
    await page.getByRole('radio', { name: 'Budget' }).check({ force: true })
    await page.getByLabel('Also make the full run').check()
  })

  test('stops at the next step, and goes on afterwards', async () => {
    const { page } = studio
    await studio.pick('CIFAR-10')
    await studio.ready()
    await page.getByRole('button', { name: 'Generate', exact: true }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.ready()
    expect(await studio.alerts()).toEqual([])
    await studio.setSteps(STEPS)
    await page.getByRole('radio', { name: 'ship' }).check({ force: true })
    await studio.generate()
    expect(await page.getByRole('img', { name: 'ship, seed 7' }).count()).toBe(2)
  })

  test('nothing was logged as an error on the way', () => {
    expect(studio.complaints).toEqual([])
  })
})

/** What the browser does when a file is dropped on the page, or pasted. */
async function handOver(page: Page, kind: 'drop' | 'paste', name: string, bytes: Buffer): Promise<void> {
  await page.evaluate(
    ([event, file, base64]) => {
      const data = new DataTransfer()
      const binary = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0))
      data.items.add(new File([binary], file!, { type: 'image/png' }))
      const options = { bubbles: true, cancelable: true }
      document.body.dispatchEvent(
        event === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data }),
      )
    },
    [kind, name, bytes.toString('base64')],
  )
}

async function saved(
  event: Promise<Download>,
  press: () => Promise<void>,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([event, press()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}
