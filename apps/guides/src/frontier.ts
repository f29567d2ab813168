import { chartSvg, ownFrontier } from '@fastflow/report'
import { documentOf, type Figure } from './document.ts'

/** Columns of the table that are drawn, as its head has them, and the families that charts know them by. */
const COLUMNS = {
  Euler: 'euler',
  'uniform skip': 'uniform',
  'best tuned other method': 'tuned',
  plan: 'plan',
} as const

/**
 * A frontier of error against evaluations: the first table of `docs/measured.md`, which a bench of `models/cifar10` printed.
 *
 * @param measured text of that page.
 */
export function frontier(measured: string): string {
  const document = documentOf({ model: 'cifar10', steps: 50, samples: 32, figures: figuresOf(measured) })
  return chartSvg(ownFrontier(document)!, { width: 640 })
}

function figuresOf(measured: string): readonly Figure[] {
  const table = /^\| NFE \|.*(?:\n\|.*)+/m.exec(measured)?.[0] ?? ''
  const [head = [], , ...rows] = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return Object.entries(COLUMNS).flatMap(([title, family]) =>
    rows.map((row) => {
      const nfe = Number(row[1])
      const [mean = NaN, p10 = NaN] =
        /([\d.]+) \/ ([\d.]+)/
          .exec(row[head.indexOf(title)] ?? '')
          ?.slice(1)
          .map(Number) ?? []
      return { method: `${family}-${nfe}`, nfe, mean, p10 }
    }),
  )
}
