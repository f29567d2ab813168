import { FastFlowError, invalidArgument, type ModelFolder, readJson } from '@fastflow/core'
import { checkPrompt } from './prompt.ts'

const PATH = 'calibration_prompts.json'

/**
 * Prompts that calibration runs take in turn: those given, else the model's own list.
 *
 * @throws FastFlowError `invalid-argument` for an empty list or a bad prompt, and where neither list is there;
 *   `model-unreadable` when the model's list is damaged.
 */
export async function calibrationPrompts(
  folder: ModelFolder,
  prompts: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (prompts === undefined) return ownPrompts(folder)
  if (!Array.isArray(prompts) || prompts.length === 0)
    throw invalidArgument('prompts', 'is not a list of prompts; pass what people are likely to ask for')
  return prompts.map((prompt, n) => checkPrompt(prompt, `prompts[${n}]`))
}

async function ownPrompts(folder: ModelFolder): Promise<readonly string[]> {
  if (!(await folder.has(PATH))) {
    const fix = 'pass prompts, a list of what people are likely to ask for, or put that file into the folder'
    throw invalidArgument('prompts', `${folder.location} brings no ${PATH}; ${fix}`)
  }
  const place = `${folder.location}/${PATH}`
  const fix = 'restore the file, or pass prompts'
  const list = readJson(await folder.read(PATH), {
    code: 'model-unreadable',
    name: PATH,
    prefix: PATH,
    place: `${place}:`,
    fix,
  })
  const prompts = list.items()
  if (prompts.length === 0) throw list.wrong('is not a list of prompts')
  return prompts.map(({ value, path }) => {
    try {
      return checkPrompt(value, `prompts${path}`)
    } catch (cause) {
      if (!FastFlowError.isInstance(cause)) throw cause
      const message = `${place}: ${cause.message}; ${fix}`
      throw new FastFlowError({ code: 'model-unreadable', field: PATH + path, message, cause })
    }
  })
}
