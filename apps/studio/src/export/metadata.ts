import type { Take } from '../engine/protocol.ts'
import { runSettingsOf } from '../state/settings.ts'
import type { Result } from '../state/state.ts'

/** What a picture file says of itself: enough to compute it again, in the words of the command line. */
export function metadataOf(
  take: Take,
  { request: { about, subject, source, settings } }: Result,
): Readonly<Record<string, unknown>> {
  const { nfe, steps, decisions, estimatedPsnr } = take.stats
  const { guidanceScale, guidanceInterval } = runSettingsOf(settings)
  const { negativePrompt } = settings
  return {
    model: about.name,
    digest: about.digest,
    [about.task === 'class-to-image' ? 'class' : 'prompt']: subject,
    ...(negativePrompt && { negativePrompt }),
    ...(source && { image: source.name }),
    ...(take.clip && { frames: take.clip.frames.length }),
    seed: take.seed,
    steps,
    guidance: guidanceScale,
    ...(guidanceInterval && { guidanceInterval }),
    accelerate: accelerateOf(take),
    nfe,
    decisions,
    estimatedPsnr,
  }
}

function accelerateOf({ method }: Take): 'off' | 'paper' | 'plan' {
  if (method === 'full') return 'off'
  return method === 'paper' ? 'paper' : 'plan'
}
