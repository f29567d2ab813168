import { baselineFromConfig, readConfig } from '@fastflow/core'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeLumina2 } from '../text/encode-lumina2.ts'
import type { Family, FamilySource } from './family.ts'
import { endsAt, scaleAboveOne } from './guidance.ts'
import { rowNorms } from './joins.ts'
import { latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { openPlanes } from './plane-latents.ts'
import { openText } from './texts.ts'

/** Lumina Image 2: Gemma 2 behind a system prompt, time and velocity the other way round, guidance that keeps norms. */
export const lumina2: Family = { classNames: ['Lumina2Pipeline', 'Lumina2Text2ImgPipeline'], open }

async function open(source: FamilySource): Promise<TaskModel> {
  const config = await readConfig(source.folder, 'transformer/config.json')
  const planes = await openPlanes(source, config, {
    patch: 2,
    side: config.whole('sample_size', { least: 1, most: 4096, otherwise: 128 }),
    numSteps: 30,
    guidanceScale: 4,
  })
  const { channels, defaults, scheduler } = planes
  const text = await openText(source, 'text_encoder', { paddingSide: 'right' })
  return latentModel(source, {
    ...planes,
    task: 'text-to-image',
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      'systemPrompt',
      'guidanceNormalization',
      'guidanceTruncation',
    ],
    fps: undefined,
    roles: ['encoder_hidden_states', 'encoder_attention_mask'],
    others: [text.part],
    tokenizers: [text.tokenizer],
    baseline: ({ numSteps }) =>
      // The pipeline takes channels for tokens; where the scheduler shifts dynamically, that is what the model is run with.
      baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), {
        grid: 'pipeline',
        imageSeqLen: channels,
      }),
    guidance(settings, { schedule: { sigmas } }) {
      const { guidanceTruncation = 1, guidanceNormalization = true } = settings
      const steps = sigmas.length - 1
      let acting = 0
      while (acting < steps && (acting + 1) / steps <= guidanceTruncation) acting++
      const scale = acting === 0 ? 1 : scaleAboveOne(settings, defaults)
      const last = acting === steps ? 0 : (sigmas[acting - 1] ?? 0)
      return { ...endsAt(settings, scale, last), joined: guidanceNormalization }
    },
    join: ({ settings, dims }) =>
      (settings.guidanceNormalization ?? true) ? rowNorms(dims.at(-1)!) : undefined,
    encode: (texts, options) =>
      text.use(
        (encoder) =>
          Promise.all(
            texts.map(async ({ text: prompt, negative }) => {
              const [encoded] = await encodeLumina2(encoder, [prompt], { ...options, negative })
              return maskedText(encoded!)
            }),
          ),
        options.signal,
      ),
    time: (_, timestep) => 1 - timestep / (scheduler.num_train_timesteps ?? 1000),
    sign: -1,
  })
}
