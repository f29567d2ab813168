import { encodePng } from '@fastflow/media'
import { chartSvg, decibels, decisionStrip, trajectoryChart } from '@fastflow/report'
import { documentOf } from './document.ts'
import { type EmojiRun, emojiRuns } from './emoji-runs.ts'

const CHART = { width: 640, height: 280 } as const

/** Where the chart has its axis, below which the strips lie step by step. */
const AXIS = { left: 44, width: 578 } as const

/** Height of a run below the chart: its picture, and room around it. */
const ROW = 76

/**
 * A trajectory with evaluated and skipped steps: how far two runs of the emoji model are from its full run on their way, which
 * steps they evaluate, and the pictures that come out.
 *
 * @param model folder of the emoji model.
 */
export async function trajectory(model: string): Promise<string> {
  const runs = await emojiRuns(model)
  const [full] = runs
  const steps = full!.decisions.length
  const trajectories = runs.slice(1).map((run) => run.trajectory)
  const chart = trajectoryChart(documentOf({ model: 'emoji', steps, samples: 1, trajectories }))!
  const rows = runs.map((run, n) => rowOf(run, CHART.height + 8 + n * ROW))
  const drawing = at(chartSvg(chart, CHART), { x: 0, y: 0, ...CHART })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${CHART.height + 8 + runs.length * ROW}" role="img" aria-label="${chart.label}">`,
    '<style>.computed{fill:var(--computed)}.skipped{fill:var(--skipped)}text{font-family:var(--sans)}</style>',
    drawing,
    ...(await Promise.all(rows)),
    '</svg>',
  ].join('\n')
}

async function rowOf({ name, decisions, psnr, image }: EmojiRun, y: number): Promise<string> {
  const nfe = [...decisions].filter((decision) => decision !== 'S').length
  const said = nfe === decisions.length ? '' : `, ${decibels(psnr)} to the full run`
  const png = Buffer.from(await encodePng(image)).toString('base64')
  return [
    `<text x="${AXIS.left}" y="${y + 26}" fill="var(--ink)" font-size="13">${name}: ${nfe} evaluations${said}</text>`,
    at(decisionStrip(decisions).text, { x: AXIS.left, y: y + 36, width: AXIS.width, height: 14 }),
    `<image x="640" y="${y + 4}" width="64" height="64" href="data:image/png;base64,${png}"/>`,
  ].join('\n')
}

/** A drawing at a place of another one. */
function at(svg: string, place: Readonly<Record<'x' | 'y' | 'width' | 'height', number>>): string {
  const attributes = Object.entries(place).map(([name, value]) => ` ${name}="${value}"`)
  return svg.replace('<svg', `<svg${attributes.join('')}`)
}
