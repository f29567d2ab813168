import { readFile } from 'node:fs/promises'
import { learningCurve } from '@fastflow/bench'
import { decisionsOf, type PlanDocument } from '@fastflow/core'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { chartSvg, decisionStrip, learningChart, planChart, pullsMap } from '@fastflow/report'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noBrowser } from './support/chromium.ts'
import { type StudioServer, serveStudio } from './support/server.ts'
import { openStudio, type Studio } from './support/studio.ts'

describe.skipIf(noBrowser)(`charts are those of @fastflow/report ${noBrowser ?? ''}`, () => {
  let server: StudioServer
  let browser: Browser
  let studio: Studio

  beforeAll(async () => {
    server = await serveStudio()
    browser = await launch()
    studio = await openStudio(await browser.newContext({ acceptDownloads: true }), server.url)
    await studio.ready()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  /** What the page keeps, as it saves it. */
  const document = async <Document>(button: string): Promise<Document> => {
    const [download] = await Promise.all([
      studio.page.waitForEvent('download'),
      studio.page.getByRole('button', { name: button, exact: true }).click(),
    ])
    return JSON.parse(await readFile(await download.path(), 'utf8'))
  }
  const card = (title: string): Locator =>
    studio.page.locator('section').filter({ has: studio.page.getByRole('heading', { name: title }) })
  const widthOf = async (drawing: Locator): Promise<number> =>
    Number((await drawing.getAttribute('viewBox'))!.split(' ')[2])
  const isDrawn = (drawing: Locator, markup: string): Promise<boolean> =>
    drawing.evaluate((element, text) => {
      const template = element.ownerDocument.createElement('template')
      template.innerHTML = text
      return element.isEqualNode(template.content.firstElementChild)
    }, markup)

  test('fidelity for cost, and the strip of what is planned', async () => {
    const plan = await document<PlanDocument>('Plan')
    const drawing = card('Fidelity for cost').locator('.drawing svg')
    const width = await widthOf(drawing)
    const chart = (chosen: number) => planChart(plan, { chosen })!
    expect(await isDrawn(drawing, chartSvg(chart(12), { width, colors: 'page' }))).toBe(true)
    expect(await isDrawn(drawing, chartSvg(chart(8), { width, colors: 'page' }))).toBe(false)
    expect(await isDrawn(card('Fidelity for cost').locator('.legend'), chart(12).legend.text)).toBe(true)
    const decisions = decisionsOf(plan.plans.find(({ budget }) => budget === 12)!, 50)
    expect(await isDrawn(studio.page.locator('.strips svg').first(), decisionStrip(decisions).text)).toBe(
      true,
    )
  })

  test('a point of the plan can be picked', async () => {
    await studio.page.locator('[data-budget="19"]').click()
    expect(await studio.strips()).toEqual(['19 of 50 steps evaluated', '50 of 50 steps evaluated'])
  })

  test('what the policy chooses, and what a picture costs while it learns', async () => {
    const { page } = studio
    const learning = card('The policy, learning')
    const drawings = learning.locator('.drawing svg')
    const shipped = await document<PolicyDocument<PaperState>>('Policy')
    const map = (state: PaperState, width: number) =>
      chartSvg(pullsMap(learningCurve(state, []))!, { width, colors: 'page' })
    expect(await isDrawn(drawings, map(shipped.state, await widthOf(drawings)))).toBe(true)

    await studio.setSteps(10)
    await learning.getByRole('button', { name: 'Start anew' }).click()
    await learning.getByText(/, from [3-9] pictures, /).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.ready()
    expect(await studio.alerts()).toEqual([])
    const { state } = await document<PolicyDocument<PaperState>>('Policy')
    expect(state.generations).toBeGreaterThanOrEqual(3)
    expect(await isDrawn(drawings.first(), map(state, await widthOf(drawings.first())))).toBe(true)
    const nfe = await readCurve(page)
    expect(nfe).toHaveLength(state.generations)
    const cost = learningChart(learningCurve(state, nfe))!
    const drawn = chartSvg(cost, { width: await widthOf(drawings.last()), colors: 'page' })
    expect(await isDrawn(drawings.last(), drawn)).toBe(true)
  })

  test('what was made is kept when a comparison is stopped, and measured', async () => {
    const { page } = studio
    await page.getByRole('radio', { name: 'Budget' }).check({ force: true })
    await studio.setSteps(50)
    await page.getByLabel('Evaluations an image').press('Home')
    await page.getByLabel('Also make the full run').uncheck()
    await studio.generate()
    expect(await studio.figure('Fidelity')).toContain('–')
    await page.getByRole('button', { name: 'Compare budgets' }).click()
    await page.locator('.thumbs li').nth(1).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.ready()
    expect(await studio.alerts()).toEqual([])
    const names = await page.locator('.thumbs .name').allTextContents()
    expect(names[0]).toBe('6 of 50')
    expect(names.at(-1)).toBe('Full run')
    expect(Number.parseFloat(await studio.figure('Fidelity'))).toBeGreaterThan(20)
    const drawing = card('Fidelity for cost').locator('.drawing svg')
    expect(await drawing.getByText('plan-6: 6 evaluations').count()).toBe(1)
  })

  test('nothing was logged as an error on the way', () => {
    expect(studio.complaints).toEqual([])
  })
})

/** What the pictures cost that the policy learned from, as the page keeps it. */
function readCurve(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const asked = <Value>(request: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const [{ name = '' } = {}] = await indexedDB.databases()
    const database = await asked(indexedDB.open(name))
    const [table = ''] = database.objectStoreNames
    const records = await asked(database.transaction(table).objectStore(table).getAll())
    database.close()
    // Of the two journals, that of the policy has a document which is no list.
    const journals: { document?: string; updates: string[] }[] = records.filter(({ updates }) => updates)
    const curve = journals.find(({ document }) => document?.startsWith('['))
    return curve ? [...JSON.parse(curve.document!), ...curve.updates.map((text) => JSON.parse(text))] : []
  })
}
