import type { JsonField } from '@fastflow/core'
import { checkFigure, checkFigures, checkIf, checkInterval, checkSummary } from './figures.ts'

// Documents of a bench as they are handed over, loaded from a file perhaps: every part that is shown.

/** Rows, contests and cost, which tables show. @throws FastFlowError `invalid-argument` naming the part. */
export function checkMeasured(bench: JsonField): void {
  for (const row of bench.at('rows').items()) checkRow(row)
  for (const contest of bench.at('contests').items()) checkContest(contest)
  for (const one of bench.at('passes').items()) {
    one.at('plan').text()
    checkFigure(one.at('passes'))
    for (const name of ['joint', 'ratio']) if (!one.at(name).empty) checkFigure(one.at(name))
  }
  checkIf(bench.at('trajectories'), (trajectories) => trajectories.items().forEach(checkTrajectory))
  bench.at('exactSteps').whole()
  checkFigures(bench.at('evaluations'), ['learning', 'planning', 'oracle', 'tuning', 'samples'])
}

/** All of it, which pages show. @throws FastFlowError `invalid-argument` naming the part. */
export function checkBench(bench: JsonField): void {
  checkMeasured(bench)
  bench.at('model').text()
  for (const name of ['steps', 'samples']) bench.at(name).whole({ least: 1 })
  checkFigures(bench, ['seed', 'guidanceScale', 'paperGenerations', 'planEvaluations'])
  checkFigures(bench, ['planExactEvaluations', 'tuningSamples'])
  checkIf(bench.at('guidanceInterval'), (interval) => interval.numbers({ length: 2 }))
  checkIf(bench.at('frames'), checkFigure)
  const environment = bench.at('environment')
  environment.at(environment.at('browser').empty ? 'node' : 'browser').text()
  environment.at('backend').text()
  checkFigures(environment, ['threads', 'eventLoopLagP99Ms'])
}

function checkRow(row: JsonField): void {
  row.at('method').text()
  checkIf(row.at('tuned'), (tuned) => tuned.text())
  checkFigures(row, ['nfe', 'passes', 'modelMs', 'overheadMs', 'wallMs', 'speedup'])
  checkSummary(row.at('psnr'))
  checkIf(row.at('ssim'), checkSummary)
  checkIf(row.at('exact'), (exact) => checkSummary(exact.at('psnr')))
  checkIf(row.at('harm'), checkFigure)
  checkIf(row.at('wall'), (wall) => checkFigures(wall, ['p10', 'p90']))
  const skips = row.at('skips')
  for (const length of Object.keys(skips.record())) checkFigure(skips.at(length))
}

function checkTrajectory(trajectory: JsonField): void {
  trajectory.at('method').text()
  for (const point of trajectory.at('points').items()) checkFigures(point, ['sigma', 'psnr'])
}

function checkContest(contest: JsonField): void {
  checkFigure(contest.at('budget'))
  for (const name of ['plan', 'rival']) contest.at(name).text()
  contest.at('to').oneOf(['full', 'exact'])
  for (const name of ['difference', 'p10']) checkInterval(contest.at(name))
  checkFigure(contest.at('wins'))
  for (const pair of contest.at('pairs').items()) for (const value of pair.items(2)) checkFigure(value)
}
