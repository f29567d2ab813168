import { checkFunction, checkRecord, show } from './check.ts'
import { BanditError } from './errors.ts'

const METHODS = ['init', 'select', 'update', 'merge', 'parse'] as const

/** @throws BanditError naming the method that is missing, or for a bandit that has to see a context first. */
export function checkBandit(field: string, value: unknown): void {
  const bandit = checkRecord(field, value)
  for (const method of METHODS) checkFunction(`${field}.${method}`, bandit[method])
  if (bandit.feedback === 'arm' || bandit.feedback === 'all-arms') return
  const problem = `must be 'arm' or 'all-arms', got ${show(bandit.feedback)}; contextual bandits do not fit here`
  throw new BanditError(`${field}.feedback`, problem)
}
