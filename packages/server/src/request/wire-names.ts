/** What the options of the packages are called in requests. */
const WIRE: Readonly<Record<string, string>> = {
  subject: 'prompt',
  class: 'prompt',
  label: 'prompt',
  count: 'n',
  numSteps: 'num_inference_steps',
  guidanceScale: 'guidance_scale',
  negativePrompt: 'negative_prompt',
  width: 'size',
  height: 'size',
  numFrames: 'seconds',
  strength: 'input_fidelity',
  nfe: 'fastflow.nfe',
  passes: 'fastflow.passes',
  accelerate: 'fastflow.accelerate',
  psnr: 'fastflow.target.psnr',
  lpips: 'fastflow.target.lpips',
  confidence: 'fastflow.target.confidence',
  target: 'fastflow.target',
  proxy: 'fastflow.target.lpips',
}

/** The name in requests of what an error is about. */
export function wireField(field: string): string {
  return WIRE[field] ?? (field.startsWith('target.') ? `fastflow.${field}` : field)
}

/** A message that begins with the name of an option, with the one of requests. */
export function wireMessage(field: string, message: string): string {
  return message.startsWith(`${field}: `) ? wireField(field) + message.slice(field.length) : message
}
