import { baselineFromConfig, readConfig } from '@fastflow/core'
import { checkNumber } from '@fastflow/core/backend'
import { checkNumSteps } from '../task/checks.ts'
import { MAX_GUIDANCE } from '../task/limits.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeZImage } from '../text/encode-z-image.ts'
import type { Family, FamilySource } from './family.ts'
import { endsAt } from './guidance.ts'
import { normAtMost } from './joins.ts'
import { latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { openPlanes } from './plane-latents.ts'
import { openText } from './texts.ts'

/** Z-Image and its distilled Turbo: Qwen 3, time and velocity the other way round. */
export const zImage: Family = { classNames: ['ZImagePipeline'], open }

async function open(source: FamilySource): Promise<TaskModel> {
  const config = await readConfig(source.folder, 'transformer/config.json')
  const planes = await openPlanes(source, config, { patch: 2, side: 128, numSteps: 50, guidanceScale: 5 })
  const { defaults, scheduler } = planes
  const text = await openText(source, 'text_encoder')
  return latentModel(source, {
    ...planes,
    task: 'text-to-image',
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      'guidanceNormalization',
      'guidanceTruncation',
    ],
    fps: undefined,
    roles: ['encoder_hidden_states', 'encoder_attention_mask'],
    others: [text.part],
    tokenizers: [text.tokenizer],
    baseline({ numSteps }, { dims }) {
      const imageSeqLen = Math.floor(dims[1]! / 2) * Math.floor(dims[2]! / 2)
      const steps = checkNumSteps({ defaults }, numSteps)
      return baselineFromConfig(scheduler, steps, { grid: evenInFloat32(steps), imageSeqLen })
    },
    guidance(settings, { schedule: { sigmas }, timesteps }) {
      const {
        guidanceScale = defaults.guidanceScale,
        guidanceTruncation = 1,
        guidanceNormalization,
      } = settings
      checkNumber('guidanceScale', guidanceScale, 0, MAX_GUIDANCE)
      const off = timesteps.findIndex((timestep) => timeInFloat32(timestep) > guidanceTruncation)
      // Here `v_c + scale (v_c - v_0)` is meant, and 0 is off: one less than elsewhere.
      const scale = off === 0 ? 1 : 1 + guidanceScale
      return {
        ...endsAt(settings, scale, off < 1 ? 0 : sigmas[off - 1]!),
        joined: guidanceNormalization === true,
      }
    },
    join: ({ settings }) => (settings.guidanceNormalization ? normAtMost : undefined),
    encode: (texts, options) =>
      text.use(async (encoder) => {
        const prompts = texts.map((one) => one.text)
        return (await encodeZImage(encoder, prompts, options)).map(maskedText)
      }, options.signal),
    time: (_, timestep) => (1000 - timestep) / 1000,
    sign: -1,
  })
}

/** The network's time as the pipeline compares it: rounding decides where a time is the bound itself. */
function timeInFloat32(timestep: number): number {
  return Math.fround(Math.fround(1000 - timestep) / 1000)
}

/** `linspace(1, 1/T, T)` as torch makes it: in float32, the second half counted from the end. */
function evenInFloat32(steps: number): readonly number[] {
  const last = Math.fround(1 / steps)
  const step = steps === 1 ? 0 : Math.fround(Math.fround(last - 1) / (steps - 1))
  return Array.from({ length: steps }, (_, k) =>
    Math.fround(k < Math.floor(steps / 2) ? 1 + k * step : last - (steps - 1 - k) * step),
  )
}
