// What pipelines of Diffusers 0.39 write round a prompt before their tokenizers read it.

/**
 * Qwen 3's chat template for one message of a user, whose answer begins behind it.
 *
 * @param thinking whether the model may think first; without it the template ends with an empty thought.
 */
export function qwen3Chat(prompt: string, { thinking }: { readonly thinking: boolean }): string {
  const answer = '<|im_start|>assistant\n'
  return `<|im_start|>user\n${prompt}<|im_end|>\n${answer}${thinking ? '' : '<think>\n\n</think>\n\n'}`
}

/** Tokens of {@link qwenImagePrompt} before the prompt. */
export const QWEN_IMAGE_DROPPED = 34

/** What Qwen-Image asks its language model to do with a prompt. */
export function qwenImagePrompt(prompt: string): string {
  const task =
    'Describe the image by detailing the color, shape, size, texture, quantity, text, spatial relationships of the objects and background:'
  const system = `<|im_start|>system\n${task}<|im_end|>\n`
  return `${system}<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n`
}

const LUMINA2_SYSTEM =
  'You are an assistant designed to generate superior images with the superior degree of image-text alignment based on textual prompts or user prompts.'

/** Lumina 2's prompt; negative ones go without. */
export function lumina2Prompt(prompt: string, system: string = LUMINA2_SYSTEM): string {
  return `${system} <Prompt Start> ${prompt}`
}

/** SANA's `complex_human_instruction`, which stands before a prompt; negative ones go without. */
export const SANA_INSTRUCTION: readonly string[] = [
  "Given a user prompt, generate an 'Enhanced prompt' that provides detailed visual descriptions suitable for image generation. Evaluate the level of detail in the user prompt:",
  '- If the prompt is simple, focus on adding specifics about colors, shapes, sizes, textures, and spatial relationships to create vivid and concrete scenes.',
  '- If the prompt is already detailed, refine and enhance the existing details slightly without overcomplicating.',
  'Here are examples of how to transform or refine prompts:',
  '- User Prompt: A cat sleeping -> Enhanced: A small, fluffy white cat curled up in a round shape, sleeping peacefully on a warm sunny windowsill, surrounded by pots of blooming red flowers.',
  '- User Prompt: A busy city street -> Enhanced: A bustling city street scene at dusk, featuring glowing street lamps, a diverse crowd of people in colorful clothing, and a double-decker bus passing by towering glass skyscrapers.',
  'Please generate only the enhanced description for the prompt below and avoid including any additional commentary or evaluations:',
  'User Prompt: ',
]
