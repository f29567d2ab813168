import type { Compare } from './judge.ts'
import type { Found } from './search.ts'

/** For every budget that is not better than a smaller one by more than the error of telling, the smallest such. */
export async function budgetsAlike(
  found: ReadonlyMap<number, Found>,
  compare: Compare,
): Promise<Map<number, number>> {
  const alike = new Map<number, number>()
  const budgets = [...found.keys()].sort((a, b) => a - b)
  for (const [k, nfe] of budgets.entries()) {
    for (const smaller of budgets.slice(0, k)) {
      const { gain, error } = await compare(found.get(nfe)!.winner, found.get(smaller)!.winner)
      if (gain > error) continue
      alike.set(nfe, smaller)
      break
    }
  }
  return alike
}
