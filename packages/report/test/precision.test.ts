import type { PrecisionDocument } from '@fastflow/bench'
import { expect, it } from 'vitest'
import { chartSvg, precisionChart, precisionTable, renderReport } from '../src/index.ts'
import { precisionDocument as document } from './precision-document.ts'

it('the table has a line a row and stars on the front', () => {
  const lines = precisionTable(document).split('\n')
  expect(lines).toHaveLength(6)
  expect(lines[1]).toMatch(/^fox +full .* same .*1\.000 +1\.00x +\*$/)
  expect(lines[2]).toMatch(/35\.25 .*0\.250 +4\.00x$/)
  expect(lines[4]).toMatch(/35\.50 .*0\.125 +8\.00x +\*$/)
})

it('the plot joins the front and says it in words; the reference itself has no place in it', () => {
  const chart = precisionChart(document)!
  expect(chart.label).toContain(
    'Not surpassed: fox-<int8> plan-6 35.5 dB at 0.13, fox-<int8> full 44.0 dB at 0.50.',
  )
  const svg = chartSvg(chart, { width: 560 })
  expect(svg.match(/<title>/g)).toHaveLength(3)
  expect(svg).toContain('stroke-dasharray')
  expect(svg).not.toContain('<int8>')
  expect(precisionChart({ ...document, rows: document.rows.slice(0, 1) })).toBeUndefined()
})

it('a page of it alone has table and plot, with names escaped', () => {
  const page = renderReport({
    title: 'x',
    created: '2026-11-30T00:00:00Z',
    sections: [],
    precision: [document],
  })
  expect(page).toContain('id="precision-1-chart"')
  expect(page.match(/<tr><th scope="row"/g)).toHaveLength(4)
  expect(page).not.toContain('<int8>')
})

it('a document that lacks something is refused by the name of the part', () => {
  const { time: _, ...rest } = document.rows[1]!
  const broken = { ...document, rows: [rest] } as unknown as PrecisionDocument
  expect(() => precisionTable(broken)).toThrow('document.rows[0].time')
  const page = { title: 'x', created: 'y', sections: [], precision: [broken] }
  expect(() => renderReport(page)).toThrow('document.precision[0].rows[0].time')
})
