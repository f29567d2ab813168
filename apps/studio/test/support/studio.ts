import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Only what never comes may end a test: networks may share two cores with everything else. */
const PATIENCE = 600_000

/** The page, in the words of its user. */
export interface Studio {
  readonly page: Page
  /** What the page logged as an error, or threw. */
  readonly complaints: readonly string[]
  /** Messages of what went wrong. */
  alerts(): Promise<readonly string[]>
  /** Waits until something can be generated. */
  ready(): Promise<void>
  pick(model: string): Promise<void>
  setSteps(steps: number): Promise<void>
  generate(): Promise<void>
  /** Labels of the strips of decisions: the accelerated run's and the full run's. */
  strips(): Promise<readonly string[]>
  /** The value under a name in the figures beside the picture. */
  figure(name: string): Promise<string>
}

export async function openStudio(context: BrowserContext, url: string): Promise<Studio> {
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  const generateButton = page.getByRole('button', { name: 'Generate', exact: true })
  const studio: Studio = {
    page,
    complaints,
    alerts: () => page.getByRole('alert').allTextContents(),
    ready: () => generateButton.and(page.locator(':enabled')).waitFor(),
    async pick(model) {
      await page.getByRole('radio', { name: model, exact: true }).check({ force: true })
      await page.locator('.model').filter({ hasText: model }).getByText('ready').waitFor()
    },
    async setSteps(steps) {
      const field = page.getByLabel('Steps', { exact: true })
      if (!(await field.isVisible())) await page.getByText('More settings').click()
      await field.fill(String(steps))
      await field.press('Tab')
    },
    async generate() {
      await generateButton.click()
      await studio.ready()
      expect(await studio.alerts()).toEqual([])
    },
    strips: () =>
      page
        .locator('.strips svg')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? '')),
    figure: async (name) =>
      (await page.locator('.figures > div').filter({ hasText: name }).locator('dd').textContent()) ?? '',
  }
  return studio
}
