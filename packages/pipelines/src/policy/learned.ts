import { type Extrapolator, emulate, emulateSolver, FastFlowError, frozen } from '@fastflow/core'
import { checkMethods } from '@fastflow/core/backend'
import { ownSolver } from '../task/own-solver.ts'
import type { RunKey } from '../task/run.ts'
import type { Acceleration } from './acceleration.ts'
import { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './document.ts'
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
 * What was learned so far under a key of the default options, by all who share the store, else what comes with the model;
 * undefined where nothing was.
 *
 * @throws FastFlowError `invalid-argument`; `policy-unreadable` or `policy-mismatch` for the one of the model.
 */
export async function learnedPolicy(
  key: PolicyKey,
  places: PolicyPlaces,
): Promise<PolicyDocument<PaperState> | undefined> {
  const { memory, documentOf } = await openDefault(key, places)
  const { state } = memory.state
  return state && documentOf(state)
}

/**
 * Puts a policy in the place of all that was learned under its key; runs that are under way count for nothing any more.
 *
 * @throws FastFlowError `invalid-argument`; `policy-unreadable` or `policy-mismatch` for the document, and
 *   `output-unwritable`: nothing has changed then.
 */
export async function adoptPolicy(document: unknown, key: PolicyKey, places: PolicyPlaces): Promise<void> {
  const { memory, read, notes } = await openDefault(key, places)
  const state = read({ document, source: 'policy' })
  if (await memory.replace(({ epoch }) => ({ epoch: epoch + 1, state }))) return
  const message = `${notes.join('; ')}; try again`
  throw new FastFlowError({ code: 'output-unwritable', field: policyDigest(key), message })
}

async function openDefault(key: PolicyKey, places: PolicyPlaces) {
  checkMethods('places', places, [], '{ store, folder }')
  checkMethods('places.store', places.store, ['load', 'save'], 'a PolicyStore')
  checkMethods('places.folder', places.folder, ['has', 'read'], 'a ModelFolder')
  const paper = paperOf({})
  const read = readerOf(paper, key)
  const documentOf = documenterOf(key)
  const notes: string[] = []
  const memory = await openMemory(places, {
    key,
    policy: paper.policy,
    read,
    documentOf,
    ignored: false,
    notes,
  })
  return { memory, read, documentOf, notes }
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
  const read = readerOf(paper, key)
  const documentOf = documenterOf(key)
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

function readerOf(paper: PaperPolicy, key: PolicyKey): (found: FoundPolicy) => PaperState {
  return ({ document, source }) => paper.parse(checkPolicyDocument(document, key, source).state, source)
}

function documenterOf(key: PolicyKey): (state: PaperState) => PolicyDocument<PaperState> {
  return (state) => ({ format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state })
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
