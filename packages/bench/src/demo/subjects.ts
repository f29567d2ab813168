import type { AbortSignalLike } from '@fastflow/core'
import {
  checkFunction,
  checkOptions,
  checkSignal,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import type { Pipeline } from '@fastflow/pipelines'
import { checkPipeline } from '../check/values.ts'
import { type Subject, subjectsOf } from '../source/turns.ts'

/** What the shipped models of prompts are shown with; none of it is what they were calibrated on. */
const prompts: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    emoji: [
      'a fox, 3d',
      'strawberry, flat',
      'thumbs up, 3d',
      'cat face, flat',
      'airplane, 3d',
      'hamburger, noto',
      'a snowman, 3d',
      'tree, flat',
      'a purple heart, 3d',
      'grinning face, noto',
    ],
    'emoji-motion': [
      'strawberry bouncing, 3d',
      'fox moving left, 3d',
      'grinning face zooming in, flat',
      'airplane moving up, 3d',
      'cat face shaking, flat',
      'hamburger spinning, 3d',
    ],
  }),
)

/** What the editing model is shown with: what is drawn first, and what is changed then. */
const edits: ReadonlyMap<string, readonly (readonly [picture: string, instruction: string])[]> = new Map(
  Object.entries({
    'emoji-edit': [
      ['a fox, 3d', 'make it flat'],
      ['thumbs up, 3d', 'dark skin tone'],
      ['cat face, flat', 'make it 3d'],
      ['strawberry, 3d', 'turn it into noto style'],
      ['grinning face, flat', 'make it 3d'],
      ['waving hand, flat', 'make it 3d with medium skin tone'],
      ['a purple heart, 3d', 'convert to flat'],
      ['airplane, 3d', 'make it flat'],
      ['woman, 3d', 'dark skin tone'],
      ['hamburger, noto', 'make it 3d'],
    ],
  }),
)

/** Name of the model that draws what the editing model changes. */
const DRAWING = 'emoji'

/** Seed of those drawings. */
const DRAWING_SEED = 1

export interface DemoSubjectOptions {
  /** At most this many pictures are drawn. */
  readonly most: number
  /** Opens the shipped model of this name, which is freed here; undefined where it is not there. */
  readonly open: (model: string) => Promise<Pipeline | undefined>
  readonly signal: AbortSignalLike
}

const names: OptionNames<DemoSubjectOptions> = { most: true, open: true, signal: true }

/**
 * Subjects to show a model with: written for it, or else its own. Pictures to edit are drawn by the shipped model.
 *
 * Cost: an accelerated run a picture to edit.
 *
 * @throws FastFlowError `invalid-argument` naming the option, `aborted`, and as the pipelines do.
 */
export async function demoSubjects(pipe: Pipeline, options: DemoSubjectOptions): Promise<readonly Subject[]> {
  checkPipeline(pipe, ['subjects'])
  checkOptions('options', options, names)
  checkWhole('most', options.most, 1)
  checkFunction('open', options.open, 'async (model) => pipeline')
  checkSignal(options.signal)
  const list = prompts.get(pipe.model)
  if (pipe.task !== 'image-editing' && list) return list.map((subject) => ({ subject }))
  const pairs = edits.get(pipe.model)
  const drawing =
    pipe.task === 'image-editing' && pairs !== undefined ? await options.open(DRAWING) : undefined
  if (drawing === undefined || pairs === undefined) return subjectsOf(pipe)
  try {
    return await drawAndEdit(drawing, pairs.slice(0, options.most), options.signal)
  } finally {
    await drawing.dispose()
  }
}

async function drawAndEdit(
  drawing: Pipeline,
  pairs: readonly (readonly [string, string])[],
  signal: AbortSignalLike,
): Promise<readonly Subject[]> {
  const subjects: Subject[] = []
  for (const [picture, subject] of pairs) {
    const { items } = await drawing.generate(picture, { seed: DRAWING_SEED, accelerate: 'auto', signal })
    subjects.push({ subject, image: items[0]!.image })
  }
  return subjects
}
