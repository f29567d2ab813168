import type { AbortSignalLike } from '@fastflow/core'
import {
  checkFunction,
  checkNumber,
  checkOptions,
  checkSignal,
  type OptionNames,
  readArgument,
} from '@fastflow/core/backend'
import { checkSource } from '../check/values.ts'
import { checkTerms } from '../run/check-settings.ts'
import type { BenchTerms } from '../run/settings.ts'
import type { GeneratingSource } from '../source/source.ts'
import { expectedMs, timeEvaluation } from './effort.ts'

/** How much of a bench may be left out. */
const OPEN = ['samples', 'paperGenerations', 'oracle', 'budgets', 'plans', 'exact', 'controls'] as const

/** Terms of a bench that a time may decide. */
export type OpenTerm = (typeof OPEN)[number]

type Effort = Pick<BenchTerms, 'samples' | 'paperGenerations' | 'oracle'> & Partial<BenchTerms>

const few = { budgets: [8, 12, 19] } as const
const own = { ...few, paperGenerations: 0, oracle: false, plans: 'own', exact: false } as const

/** From most to least. */
const EFFORTS: readonly Effort[] = [
  { samples: 64, paperGenerations: 200, oracle: true },
  { samples: 32, paperGenerations: 100, oracle: true },
  { samples: 32, paperGenerations: 50, oracle: false },
  { samples: 24, paperGenerations: 50, oracle: false },
  { samples: 16, paperGenerations: 50, oracle: false },
  { samples: 8, paperGenerations: 20, oracle: false },
  { samples: 4, paperGenerations: 10, oracle: false, ...few },
  { samples: 2, paperGenerations: 4, oracle: false, ...few },
  { samples: 8, ...own },
  { samples: 4, ...own },
  { samples: 2, ...own, controls: 'ab2' },
  { samples: 1, ...own, controls: 'none', budgets: [12] },
]

export interface FittedTermsOptions {
  /** Terms that may become less, besides the samples, the exact solution and the controls; the others stay as they are. */
  readonly open: readonly OpenTerm[]
  /** Milliseconds that it may take, about. */
  readonly ms: number
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`. */
  readonly now: () => number
  readonly signal?: AbortSignalLike
}

const names: OptionNames<FittedTermsOptions> = { open: true, ms: true, now: true, signal: true }

/**
 * As much of a bench as a time is enough for, or else the least there is: fewer samples first, then no plans that are
 * searched on the samples themselves, fewer budgets, and the model's own plans alone.
 *
 * Cost: 6 evaluations, which are timed.
 *
 * @throws FastFlowError `invalid-argument` naming the term or the option; whatever generating throws.
 */
export async function fittedTerms(
  pipe: GeneratingSource,
  terms: BenchTerms,
  options: FittedTermsOptions,
): Promise<BenchTerms> {
  checkSource(pipe, ['generateTurn'])
  checkTerms(terms)
  checkOptions('options', options, names)
  const { open, ms, now, signal } = options
  for (const term of readArgument('open', open, 'terms that may become less').items()) term.oneOf(OPEN)
  checkNumber('ms', ms, 0)
  checkFunction('now', now, '() => performance.now()')
  checkSignal(signal)
  const { seed, guidanceScale } = terms
  const each = await timeEvaluation(
    (numSteps) =>
      pipe.generateTurn(0, { seed, guidanceScale, numSteps, accelerate: 'off', ...(signal && { signal }) }),
    now,
  )
  return termsWithin(terms, [...open, 'samples', 'exact', 'controls'], ms, each)
}

/** The most that fits, or else the least there is. */
export function termsWithin(
  terms: BenchTerms,
  open: readonly OpenTerm[],
  ms: number,
  msPerEvaluation: number,
): BenchTerms {
  const efforts = [terms, ...EFFORTS.map((effort) => lessened(terms, effort, open))]
  return efforts.find((one) => expectedMs(one, msPerEvaluation) <= ms) ?? efforts.at(-1)!
}

/** Never more than there was. */
function lessened(terms: BenchTerms, effort: Effort, open: readonly OpenTerm[]): BenchTerms {
  const { samples, paperGenerations, oracle, budgets = terms.budgets } = effort
  const most: BenchTerms = {
    ...terms,
    ...effort,
    samples: Math.min(samples, terms.samples),
    paperGenerations: Math.min(paperGenerations, terms.paperGenerations),
    oracle: oracle && terms.oracle,
    budgets: terms.budgets.filter((nfe) => budgets.includes(nfe)),
    exact: terms.exact && effort.exact !== false,
    plans: terms.plans === 'calibrated' ? (effort.plans ?? terms.plans) : terms.plans,
  }
  const kept = OPEN.filter(
    (term) => !open.includes(term) || (term === 'budgets' && most.budgets.length === 0),
  )
  return { ...most, ...Object.fromEntries(kept.map((term) => [term, terms[term]])) }
}
