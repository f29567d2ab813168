import { type Extrapolator, emulate, emulateSolver, frozen } from '@fastflow/core'
import { ownSolver } from '../task/own-solver.ts'
import type { RunKey } from '../task/run.ts'
import type { Acceleration } from './acceleration.ts'
import { checkPolicyDocument, type PolicyDocument, type PolicyKey } from './document.ts'
import type { PaperAcceleration, PaperOptions } from './options.ts'
import { type PaperPolicy, paperOf } from './paper.ts'
import { openMemory } from './paper-memory.ts'
import { type PaperRun, recording } from './paper-run.ts'
import type { PaperState } from './paper-state.ts'
import type { FoundPolicy, PolicyPlaces } from './places.ts'
import { sampleRun } from './sample-run.ts'

/** Extrapolation of the paper: linear, through the last two velocities, taken up by the solver of the full run. */
function extrapolatorOf(run: RunKey): Extrapolator {
  const solver = ownSolver(run.solver())
  return solver ? emulateSolver(solver) : emulate(2)
}

/** Key of the policy that is learned with these options. */
export function policyKeyOf(options: PaperOptions, run: RunKey): PolicyKey {
  return keyOf(paperOf(options), run)
}

/**
 * Takes up learning where the given document, or else what is stored or shipped, left it. Runs of all processes are learned from
 * through the store's journal; where a store has none, the one that ends last is stored.
 */
export async function openLearnedPolicy(
  paper: PaperPolicy,
  options: PaperAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const { policy } = paper
  const key = keyOf(paper, run)
  const learn = options.learn ?? true
  const notes: string[] = []
  const read = ({ document, source }: FoundPolicy): PaperState =>
    paper.parse(checkPolicyDocument(document, key, source).state, source)
  const documentOf = (state: PaperState): PolicyDocument<PaperState> => {
    return { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state }
  }
  const given =
    options.policy === undefined ? undefined : read({ document: options.policy, source: 'policy' })
  let replacing = given !== undefined || options.fresh === true
  // What is applied as it was given needs no store.
  const memory =
    learn || !replacing
      ? await openMemory(places, { key, policy, read, documentOf, ignored: replacing, notes })
      : undefined
  let state = replacing ? given : memory?.state.state
  let taught: Pick<PaperRun, 'mu' | 'landings'> | undefined
  notes.push(...notesOn(state, learn))
  return {
    notes,
    listens: () => false,
    async sample(runOptions) {
      const landings: PaperRun['landings'][number][] = []
      const result = await sampleRun({
        ...runOptions,
        extrapolator: extrapolatorOf(run),
        policy: learn ? recording(policy, landings) : frozen(policy),
        ...(state && { policyState: state }),
      })
      if (!learn || result.status.kind !== 'completed') return result
      state = result.policyState
      taught = { mu: state.mu, landings }
      return result
    },
    plan: () => undefined,
    document: () => state && documentOf(state),
    async save() {
      if (taught === undefined || memory === undefined) return
      const { epoch } = memory.state
      const record: PaperRun = { format: 'fastflow-paper-run', version: 1, epoch, ...taught }
      taught = undefined
      if (replacing) replacing = !(await memory.replace((before) => ({ epoch: before.epoch + 1, state })))
      else await memory.learn({ epoch, state }, record)
    },
  }
}

function keyOf({ id }: Pick<PaperPolicy, 'id'>, run: RunKey): PolicyKey {
  const { model, schedule, guidanceScale, guidanceInterval, dims, dtype } = run
  const { sigmas } = schedule
  const guidance = { guidanceScale, ...(guidanceInterval && { guidanceInterval }) }
  return { model, sigmas, ...guidance, dims, dtype, extrapolator: extrapolatorOf(run).name, policy: id }
}

function notesOn(state: PaperState | undefined, learn: boolean): readonly string[] {
  if (typeof state?.mu === 'number') return []
  return learn
    ? [
        'calibrating: nothing has been learned for these settings yet, so the first image evaluates every step',
      ]
    : ['nothing has been learned for these settings yet and learning is off: every step is evaluated']
}
