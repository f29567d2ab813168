import { createRandom } from '@fastflow/core'
import { checkMethods, checkNumber, checkOneOf, type Pace, readArgument } from '@fastflow/core/backend'
import { type Goal, perfect, type QualityTable, rewardsOf } from '@fastflow/pipelines'
import type { Chooser } from './chooser.ts'
import { type Contender, contenders, fixed } from './contenders.ts'
import { splitTable } from './split.ts'

export interface CurveSettings {
  readonly generations: number
  /** Replays, each with its own halves and order. */
  readonly repeats: number
}

/** How one way to choose did, over all replays. */
export interface Curve {
  readonly name: string
  /** Mean reward of generations 1 to 10, 11 to 20, and so on. */
  readonly rewards: readonly number[]
  /** Mean evaluations in the same groups. */
  readonly nfe: readonly number[]
  /** Reward behind that of the best fixed plan in hindsight, summed up, after 10, 50 and all generations. */
  readonly regret: readonly [number, number, number]
  /** Over the last quarter. */
  readonly final: Outcome
  /** First generation from which ten in a row earn 95 % of the final reward on average. */
  readonly settled: number
}

export interface Outcome {
  readonly reward: number
  readonly nfe: number
  /** The score that all but a tenth of the images keep to. */
  readonly p10: number
}

/** One request of a replay. */
interface Step {
  readonly arm: number
  readonly reward: number
  readonly score: number
  /** What the best fixed plan in hindsight earned. */
  readonly best: number
}

const GROUP = 10

/** Replays ways to choose over measured runs: half of them are known beforehand, the others are drawn as requests. */
export async function learningCurves(
  table: QualityTable,
  goal: Goal,
  settings: CurveSettings,
  pace: Pace,
): Promise<readonly Curve[]> {
  const arms = [...table.nfe, table.numSteps]
  const all: readonly Contender[] = [
    ...contenders,
    ...arms.map((nfe, arm) => ({ name: `always ${nfe}`, start: () => fixed(arm) })),
  ]
  const curves: Curve[] = []
  for (const contender of all) {
    const replays: (readonly Step[])[] = []
    for (let repeat = 0; repeat < settings.repeats; repeat++)
      replays.push(await replay(contender, table, goal, arms, settings.generations, repeat, pace))
    curves.push(await curveOf(contender.name, replays, arms, goal, pace))
  }
  return curves
}

async function replay(
  contender: Contender,
  table: QualityTable,
  goal: Goal,
  arms: readonly number[],
  generations: number,
  seed: number,
  pace: Pace,
): Promise<readonly Step[]> {
  const order = createRandom(seed).next
  const { known, fresh } = splitTable(table, Math.floor(table.runs.length / 2), order)
  const rewards = fresh.runs.map((run) => rewardsOf(goal, run.scores, arms))
  const means = arms.map((_, arm) => rewards.reduce((sum, row) => sum + row[arm]!, 0))
  const best = means.indexOf(Math.max(...means))
  const chooser: Chooser = contender.start(goal, arms, known)
  // Choices have randomness of their own, so that all contenders see the same requests.
  const { next } = createRandom(seed + 1_000_000)
  const steps: Step[] = []
  while (steps.length < generations) {
    if (pace.due()) await pace.rest()
    const drawn = Math.floor(order() * fresh.runs.length)
    const run = fresh.runs[drawn]!
    const { scores } = run
    const arm = chooser.choose(run, next)
    chooser.learn(run, arm, rewards[drawn]!)
    const row = rewards[drawn]!
    steps.push({ arm, reward: row[arm]!, score: scores[arm] ?? perfect[goal.metric], best: row[best]! })
  }
  return steps
}

async function curveOf(
  name: string,
  replays: readonly (readonly Step[])[],
  arms: readonly number[],
  goal: Goal,
  pace: Pace,
): Promise<Curve> {
  const generations = replays[0]!.length
  const at = (g: number, value: (step: Step) => number): number =>
    replays.reduce((sum, steps) => sum + value(steps[g]!), 0) / replays.length
  const between = (from: number, to: number, value: (step: Step) => number): number => {
    let sum = 0
    for (let g = from; g < to; g++) sum += at(g, value)
    return sum / (to - from)
  }
  const reward = (step: Step): number => step.reward
  const nfe = (step: Step): number => arms[step.arm]!
  const lost = (step: Step): number => step.best - step.reward
  const groups = Array.from({ length: Math.floor(generations / GROUP) }, (_, k) => k * GROUP)
  const late = Math.floor(generations * 0.75)
  const final = {
    reward: between(late, generations, reward),
    nfe: between(late, generations, nfe),
    p10: worstTenth(
      goal,
      replays.flatMap((steps) => steps.slice(late).map(({ score }) => score)),
    ),
  }
  let settled = 0
  while (settled <= generations - GROUP && between(settled, settled + GROUP, reward) < 0.95 * final.reward) {
    if (pace.due()) await pace.rest()
    settled++
  }
  return {
    name,
    rewards: groups.map((g) => between(g, g + GROUP, reward)),
    nfe: groups.map((g) => between(g, g + GROUP, nfe)),
    regret: [10, 50, generations].map((g) => {
      const end = Math.min(g, generations)
      return end * between(0, end, lost)
    }) as [number, number, number],
    final,
    settled: (settled <= generations - GROUP ? settled : generations) + 1,
  }
}

function worstTenth({ metric }: Goal, scores: readonly number[]): number {
  const worstLast = [...scores].sort((a, b) => (metric === 'psnr' ? b - a : a - b))
  return worstLast[Math.min(worstLast.length - 1, Math.floor(0.9 * worstLast.length))]!
}

/**
 * Evaluations that fixed plans would need for the same worst tenth, interpolated between neighbouring plans; undefined
 * where no fixed plan does so well, or all do better.
 *
 * @param p10 the score that all but a tenth of the images keep to.
 * @throws FastFlowError `invalid-argument`.
 */
export function fixedNfeFor(p10: number, goal: Goal, fixedPlans: readonly Outcome[]): number | undefined {
  checkNumber('p10', p10, -Infinity)
  checkOneOf('goal.metric', checkMethods('goal', goal, [], '{ metric, limit, confidence }').metric, [
    'lpips',
    'psnr',
  ])
  const plans = readArgument('fixedPlans', fixedPlans, '{ nfe, p10 } of plans')
  for (const plan of plans.items()) for (const name of ['nfe', 'p10']) plan.at(name).number()
  const better = (a: number, b: number): boolean => (goal.metric === 'psnr' ? a >= b : a <= b)
  const first = fixedPlans.findIndex((plan) => better(plan.p10, p10))
  if (first < 1) return first === 0 ? fixedPlans[0]!.nfe : undefined
  const [below, above] = [fixedPlans[first - 1]!, fixedPlans[first]!]
  const share = (p10 - below.p10) / (above.p10 - below.p10)
  return below.nfe + share * (above.nfe - below.nfe)
}
