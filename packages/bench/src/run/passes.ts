import type { BenchPasses, BenchRow } from '../document.ts'

/** For every plan that runs both passes at each evaluation: how many passes joint plans need for its mean PSNR. */
export function passesOfPlans(rows: readonly BenchRow[]): readonly BenchPasses[] {
  const joint = frontierOf(rows.filter(({ method }) => /^plan-passes-\d+$/.test(method)))
  if (joint.length === 0) return []
  return rows
    .filter(({ method }) => /^plan-\d+$/.test(method))
    .map(({ method, passes, psnr }) => {
      const needed = passesAt(joint, psnr.mean)
      return { plan: method, passes, joint: needed, ratio: needed === null ? null : needed / passes }
    })
}

interface Point {
  readonly passes: number
  readonly psnr: number
}

/** Rows that no cheaper one surpasses, by their passes. */
function frontierOf(rows: readonly BenchRow[]): readonly Point[] {
  let best = Number.NEGATIVE_INFINITY
  return rows
    .map(({ passes, psnr }) => ({ passes, psnr: psnr.mean }))
    .sort((a, b) => a.passes - b.passes || b.psnr - a.psnr)
    .filter(({ psnr }) => {
      const better = psnr > best
      best = Math.max(best, psnr)
      return better
    })
}

/** Passes at which the frontier reaches a PSNR, linear between its points; null outside them. */
function passesAt(points: readonly Point[], psnr: number): number | null {
  const at = points.findIndex((point) => point.psnr >= psnr)
  const [below, above] = [points[at - 1], points[at]]
  if (above === undefined || below === undefined) return null
  const share = (psnr - below.psnr) / (above.psnr - below.psnr)
  return below.passes + share * (above.passes - below.passes)
}
