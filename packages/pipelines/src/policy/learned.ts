import { emulate, frozen } from '@fastflow/core'
import type { Acceleration } from '../generate/acceleration.ts'
import type { PaperAcceleration } from '../generate/options.ts'
import { sampleRun } from '../generate/sample-run.ts'
import { checkPolicyDocument, type PolicyKey, policyDigest, type RunKey } from './document.ts'
import { type PaperOptions, type PaperPolicy, type PaperState, paperOf } from './paper.ts'
import { type FoundPolicy, findPolicy, type PolicyPlaces } from './places.ts'

/** Extrapolation of the paper: linear, through the last two velocities. */
const extrapolator = emulate(2)

/** Key of the policy that is learned with these options. */
export function policyKeyOf(options: PaperOptions, run: RunKey): PolicyKey {
  return keyOf(paperOf(options), run)
}

/** Takes up learning where the given document, or else what is stored or shipped, left it. */
export async function openLearnedPolicy(
  { policy, id, parse }: PaperPolicy,
  options: PaperAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const key = keyOf({ id }, run)
  const digest = policyDigest(key)
  const learn = options.learn ?? true
  const found = await startingPoint(options, places, digest)
  let state: PaperState | undefined
  if (found) state = parse(checkPolicyDocument(found.document, key, found.source).state, found.source)
  const acceleration: Acceleration = {
    notes: notesOn(state, learn),
    listens: () => false,
    async sample(runOptions) {
      const result = await sampleRun({
        ...runOptions,
        extrapolator,
        policy: learn ? policy : frozen(policy),
        ...(state && { policyState: state }),
      })
      if (learn && result.status.kind === 'completed') state = result.policyState
      return result
    },
    plan: () => undefined,
    document: () => state && { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state },
    async save() {
      if (learn) await places.store.save(digest, acceleration.document())
    },
  }
  return acceleration
}

function keyOf({ id }: Pick<PaperPolicy, 'id'>, run: RunKey): PolicyKey {
  const { model, schedule, guidanceScale, guidanceInterval, dims, dtype } = run
  const { sigmas } = schedule
  const guidance = { guidanceScale, ...(guidanceInterval && { guidanceInterval }) }
  return { model, sigmas, ...guidance, dims, dtype, extrapolator: extrapolator.name, policy: id }
}

async function startingPoint(
  { policy, fresh }: PaperAcceleration,
  places: PolicyPlaces,
  digest: string,
): Promise<FoundPolicy | undefined> {
  if (policy !== undefined) return { document: policy, source: 'policy' }
  return fresh ? undefined : findPolicy(places, digest)
}

function notesOn(state: PaperState | undefined, learn: boolean): readonly string[] {
  if (typeof state?.mu === 'number') return []
  return learn
    ? [
        'calibrating: nothing has been learned for these settings yet, so the first image evaluates every step',
      ]
    : ['nothing has been learned for these settings yet and learning is off: every step is evaluated']
}
