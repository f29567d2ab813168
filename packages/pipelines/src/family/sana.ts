import { baselineFromConfig, readConfig } from '@fastflow/core'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeSana } from '../text/encode-sana.ts'
import type { Family, FamilySource } from './family.ts'
import { guidanceAboveOne } from './guidance.ts'
import { latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { openPlanes } from './plane-latents.ts'
import { openText } from './texts.ts'

/** SANA: Gemma 2 behind an instruction, latents of 32 x 32 pixels; sizes are made as asked for, without bins. */
export const sana: Family = { classNames: ['SanaPipeline'], open }

async function open(source: FamilySource): Promise<TaskModel> {
  const config = await readConfig(source.folder, 'transformer/config.json')
  const timestepScale = config.number('timestep_scale', { least: 1e-6, most: 1e6, otherwise: 1 })
  const planes = await openPlanes(source, config, {
    patch: config.whole('patch_size', { least: 1, most: 64, otherwise: 1 }),
    side: config.whole('sample_size', { least: 1, most: 4096, otherwise: 32 }),
    numSteps: 20,
    guidanceScale: 4.5,
    blocks: 'decoder_block_out_channels',
  })
  const { defaults, scheduler } = planes
  const text = await openText(source, 'text_encoder', { paddingSide: 'right' })
  return latentModel(source, {
    ...planes,
    task: 'text-to-image',
    options: ['negativePrompt', 'prompts', 'width', 'height', 'maxSequenceLength', 'complexHumanInstruction'],
    fps: undefined,
    roles: ['encoder_hidden_states', 'encoder_attention_mask'],
    others: [text.part],
    tokenizers: [text.tokenizer],
    baseline: ({ numSteps }) =>
      baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), { grid: 'scheduler' }),
    guidance: (settings) => guidanceAboveOne(settings, defaults),
    encode: (texts, options) =>
      text.use(
        (encoder) =>
          Promise.all(
            texts.map(async ({ text: prompt, negative }) => {
              const [encoded] = await encodeSana(encoder, [prompt], { ...options, negative })
              return maskedText(encoded!)
            }),
          ),
        options.signal,
      ),
    time: (_, timestep) => timestep * timestepScale,
  })
}
