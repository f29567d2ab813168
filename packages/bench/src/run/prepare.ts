import { type Plan, parsePlan } from '@fastflow/core'
import type { PaperState } from '@fastflow/pipelines'
import type { LearningCurve } from '../document.ts'
import type { Method } from '../method.ts'
import {
  ab2Methods,
  fixedMethods,
  flatMethod,
  floorMethod,
  fullMethod,
  paperMethod,
} from '../methods/controls.ts'
import { learningCurve, learnPaper } from '../methods/learn.ts'
import { oracleEvaluations, searchOracle } from '../methods/oracle.ts'
import {
  givenPlan,
  jointMethods,
  makeJointPlan,
  makePlan,
  makeSinglePlan,
  ownPlan,
  type PlanSettings,
  type Plans,
  planMethods,
} from '../methods/plans.ts'
import { generating } from '../source/generating.ts'
import type { BenchSource } from '../source/source.ts'
import type { Preparation } from './preparation.ts'
import { tuneRivals } from './tune-rivals.ts'

/** Every method of the bench, ready to run; learning, calibrating and tuning happen here. */
export async function prepareMethods(
  pipe: BenchSource,
  preparation: Preparation,
): Promise<{ methods: readonly Method[]; learning: LearningCurve | undefined; plans: Plans | undefined }> {
  const { settings, grids } = preparation
  const learned = settings.paperGenerations > 0 ? await learn(pipe, preparation) : undefined
  const plans = settings.plans === 'none' ? undefined : await plan(pipe, preparation)
  const tuned = settings.tuningSamples > 0 ? await tuneRivals(pipe, preparation) : []
  const all = settings.controls === 'all'
  const fixed = { all: fixedMethods, ab2: ab2Methods, none: () => [] }[settings.controls]
  const methods = [
    fullMethod(grids),
    ...(all ? [floorMethod(grids)] : []),
    ...settings.budgets.flatMap((nfe) => [
      ...fixed(grids, nfe),
      ...(plans ? planMethods(grids.full, plans, nfe) : []),
    ]),
    ...(plans ? jointMethods(grids.full, plans) : []),
    ...tuned,
    ...(all ? [flatMethod(grids)] : []),
    ...(learned ? [paperMethod(grids, learned.state)] : []),
  ]
  return { methods, learning: learned && learningCurve(learned.state, learned.nfe), plans }
}

async function learn(
  pipe: BenchSource,
  { settings, log, tally }: Preparation,
): Promise<{ state: PaperState; nfe: readonly number[] }> {
  const { numSteps, guidanceScale, paperGenerations: generations, signal } = settings
  const onGeneration = (done: number): void => tally.report(`learning ${done} of ${generations}`)
  tally.enter('learning')
  return log.once(
    'learned',
    async () => {
      const options = { generations, numSteps, guidanceScale, signal, onGeneration }
      const { state, curve } = await learnPaper(generating(pipe, 'paperGenerations'), options)
      return { state, nfe: curve.nfe }
    },
    tally.cost,
  )
}

async function plan(pipe: BenchSource, { settings, grids, log, tally }: Preparation): Promise<Plans> {
  const { guidanceScale, budgets, signal, samples, seed } = settings
  const options: PlanSettings = { schedule: grids.full, guidanceScale, budgets, signal }
  const frontier = async (name: string, make: () => Promise<Plan>): Promise<Plan> =>
    parsePlan(await log.once(name, async () => (await make()).toJSON(), tally.cost))
  if (typeof settings.plans === 'object') return { plan: givenPlan(settings.plans, grids.full) }
  tally.enter('planning')
  if (settings.plans === 'own') return { plan: await frontier('plan', () => ownPlan(pipe, options)) }
  const planned = await frontier('plan', () =>
    makePlan(pipe, options, {}, ({ stage }) => tally.report(`planning, ${stage}`)),
  )
  const toExact = (): Promise<Plan> =>
    makePlan(pipe, options, { target: 'exact' }, ({ stage }) =>
      tally.report(`planning for the exact solution, ${stage}`),
    )
  const exact = settings.exact ? { 'plan-exact': await frontier('plan-exact', toExact) } : {}
  const plan1 = await frontier('plan1', () => makeSinglePlan(pipe, options))
  const joint = await log.once(
    'joint',
    async () =>
      (
        await makeJointPlan(pipe, options, ({ stage }) => tally.report(`planning passes, ${stage}`))
      )?.toJSON() ?? null,
    tally.cost,
  )
  const plans: Plans = { plan: planned, plan1, ...exact, ...(joint && { joint: parsePlan(joint) }) }
  if (!settings.oracle) return plans
  tally.enter('oracle', oracleEvaluations(settings.numSteps, samples))
  const onProgress = (): void => tally.report('searching the oracle')
  const oracle = await frontier('oracle', () =>
    searchOracle(pipe, planned, { schedule: grids.full, guidanceScale, seed, samples, signal, onProgress }),
  )
  return { ...plans, oracle }
}
