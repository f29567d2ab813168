import { FastFlowError, invalidArgument, type ModelFolder, parseJson } from '@fastflow/core'
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
    const fix = 'pass prompts, a list of what people are likely to ask for'
    throw invalidArgument('prompts', `${folder.location} brings no ${PATH}; ${fix}`)
  }
  const bytes = await folder.read(PATH)
  try {
    const list = parseJson(bytes)
    if (!Array.isArray(list) || list.length === 0) throw new Error('is not a list of prompts')
    return list.map((prompt, n) => checkPrompt(prompt, `prompts[${n}]`))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `${folder.location}/${PATH}: ${reason}; restore the file, or pass prompts`
    throw new FastFlowError({ code: 'model-unreadable', field: PATH, message, cause })
  }
}
