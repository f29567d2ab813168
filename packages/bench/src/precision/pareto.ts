interface Point {
  readonly time: number
  readonly psnr: { readonly mean: number }
}

/** For each point whether no other is at least as fast and at least as close, and better in one of both. */
export function onFront(points: readonly Point[]): readonly boolean[] {
  return points.map((one) => !points.some((other) => other !== one && surpasses(other, one)))
}

function surpasses(a: Point, b: Point): boolean {
  const noWorse = a.time <= b.time && a.psnr.mean >= b.psnr.mean
  return noWorse && (a.time < b.time || a.psnr.mean > b.psnr.mean)
}
