import { nodeBackend } from '@fastflow/backend-node'
import { type Subject, subjectsOf } from '@fastflow/bench'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'

/** What the shipped models of prompts are shown with; none of it is what they were calibrated on. */
const prompts: Readonly<Record<string, readonly string[]>> = {
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
}

/** What the editing model is shown with: what is drawn first, and what is changed then. */
const edits: Readonly<Record<string, readonly (readonly [picture: string, instruction: string])[]>> = {
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
}

/** Name of the model that draws what the editing model changes. */
const DRAWING = 'emoji'

/** Seed of those drawings. */
const DRAWING_SEED = 1

export interface DemoSubjectOptions {
  /** At most this many. */
  readonly most: number
  readonly models: ReadonlyMap<string, string>
  readonly signal: AbortSignal
  readonly threads: number | undefined
}

/** Subjects to show a model with: written for it, or else its own. Pictures to edit are drawn by the shipped model. */
export async function demoSubjects(pipe: Pipeline, options: DemoSubjectOptions): Promise<readonly Subject[]> {
  const list = prompts[pipe.model]
  if (pipe.task !== 'image-editing' && list) return list.map((subject) => ({ subject }))
  const pairs = edits[pipe.model]
  const folder = options.models.get(DRAWING)
  if (pipe.task !== 'image-editing' || pairs === undefined || folder === undefined) return subjectsOf(pipe)
  return drawAndEdit(folder, pairs.slice(0, options.most), options)
}

async function drawAndEdit(
  folder: string,
  pairs: readonly (readonly [string, string])[],
  { signal, threads }: DemoSubjectOptions,
): Promise<readonly Subject[]> {
  const drawing = await loadPipeline(folder, {
    backend: nodeBackend(),
    signal,
    ...(threads !== undefined && { threads }),
  })
  try {
    const subjects: Subject[] = []
    for (const [picture, subject] of pairs) {
      const { items } = await drawing.generate(picture, { seed: DRAWING_SEED, accelerate: 'auto', signal })
      subjects.push({ subject, image: items[0]!.image })
    }
    return subjects
  } finally {
    await drawing.dispose()
  }
}
