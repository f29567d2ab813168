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
      return baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), {
        grid: 'pipeline',
        imageSeqLen,
      })
    },
    guidance(settings) {
      const {
        guidanceScale = defaults.guidanceScale,
        guidanceTruncation = 1,
        guidanceNormalization,
      } = settings
      checkNumber('guidanceScale', guidanceScale, 0, MAX_GUIDANCE)
      // Here `v_c + scale (v_c - v_0)` is meant, and 0 is off: one less than elsewhere.
      return {
        ...endsAt(settings, 1 + guidanceScale, 1 - guidanceTruncation),
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
