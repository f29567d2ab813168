import { type DriftResult, fixedNfeFor, type LearnBench } from '@fastflow/bench'
import { checkDocument } from '../check-document.ts'
import { textTable } from './text-table.ts'

/** What a replay was made over. */
export interface Measured {
  readonly model: string
  readonly metric: 'lpips' | 'psnr'
  readonly proxy: { readonly version: string }
  readonly numSteps: number
}

/** Learning curves, how targets were kept, and what the alarm did, as text tables. @throws FastFlowError `invalid-argument`. */
export function learningTable(result: LearnBench, measured: Measured): string {
  checkDocument('result', result, ['curves', 'coverage'], 'what runLearnBench returned')
  checkDocument('measured', measured, [], '{ model, metric, proxy, numSteps } of the measured runs')
  checkDocument('measured.proxy', measured.proxy, [], '{ version } of the proxy')
  const { limit, runs, curves, coverage, drift } = result
  const { model, metric, proxy, numSteps } = measured
  const plans = curves.filter(({ name }) => name.startsWith('always ')).map(({ final }) => final)
  const goal = { metric, limit, confidence: 0 }
  const rows = curves.map(({ name, rewards, nfe, regret, final, settled }) => {
    const equal = fixedNfeFor(final.p10, goal, plans)
    return [
      name,
      ...[rewards[0]!, rewards[1]!, final.reward].map((value) => value.toFixed(3)),
      String(settled),
      ...regret.map((value) => value.toFixed(1)),
      ...[nfe[0]!, final.nfe].map((value) => value.toFixed(1)),
      final.p10.toPrecision(3),
      equal?.toFixed(1) ?? '-',
    ]
  })
  const titles = [
    'policy',
    'reward 1-10',
    '11-20',
    'final',
    'settled',
    'regret 10',
    '50',
    'all',
    'NFE 1-10',
    'final',
    'worst tenth',
    'fixed NFE for it',
  ]
  return [
    `${model}: ${proxy.version}, limit ${limit}, ${runs} measured runs, ${numSteps} steps`,
    textTable(titles, rows, [0]),
    '',
    textTable(
      [`${metric} target`, 'certified', 'kept', 'share within', 'NFE', 'refused'],
      coverage.map((one) => [
        String(one.limit),
        `${one.served} of ${one.repeats}`,
        String(one.kept),
        one.share === null ? '-' : `${(one.share * 100).toFixed(1)} %`,
        one.nfe.toFixed(1),
        Object.entries(one.refusals)
          .map(([kind, count]) => `${kind} ${count}`)
          .join(', ') || '-',
      ]),
      [5],
    ),
    '',
    describeDrift(drift),
  ].join('\n')
}

function describeDrift({ nfe, repeats, unchanged, falseAlarms, swapped }: DriftResult): string {
  const calm = `drift, ${nfe} evaluations: ${falseAlarms} of ${repeats} repeats of ${unchanged} unchanged requests raised a false alarm`
  if (swapped === undefined) return calm
  const { found, mean, worst, requests } = swapped
  if (mean === null) return `${calm}; other weights were never found in ${requests} requests`
  return `${calm}; other weights were found in ${found}, after ${mean.toFixed(1)} requests on average, ${worst} at most`
}
