import { invalidArgument } from '@fastflow/core'
import { checkOptions, type OptionNames, shown } from '@fastflow/core/backend'

/** `providerOptions.fastflow` of a call. */
export interface FastFlowImageOptions {
  /** What guidance leads away from. */
  readonly negativePrompt?: string
  /** Steps of the full grid. Default: the model's. */
  readonly numSteps?: number
  /** 1 switches guidance off. Default: the model's. */
  readonly guidanceScale?: number
  /** How much of a picture is made anew, for models that begin at one. In process alone. */
  readonly strength?: number
  /** `off` is the full run, `auto` (the default) follows a plan or makes one, `paper` learns as in the paper. */
  readonly accelerate?: 'off' | 'auto' | 'plan' | 'paper'
  /** Evaluations an image. */
  readonly nfe?: number
  /** Network passes an image. */
  readonly passes?: number
  /** How far an image may be from its own full run. `lpips` needs a server, which has the network that measures it. */
  readonly target?: { readonly psnr?: number; readonly lpips?: number; readonly confidence?: number }
}

const NAMES: OptionNames<FastFlowImageOptions> = {
  negativePrompt: true,
  numSteps: true,
  guidanceScale: true,
  strength: true,
  accelerate: true,
  nfe: true,
  passes: true,
  target: true,
}

/** The options of a call. @throws FastFlowError `invalid-argument` for names there are not, and for two ways to say how much. */
export function imageOptionsOf(given: unknown): FastFlowImageOptions {
  if (given === undefined) return {}
  checkOptions('providerOptions.fastflow', given, NAMES)
  const options = given as FastFlowImageOptions
  const { accelerate } = options
  if (accelerate !== undefined && !['off', 'auto', 'plan', 'paper'].includes(accelerate))
    throw invalidArgument('accelerate', `is ${shown(accelerate)}; pass off, auto, plan or paper`)
  const said = (['nfe', 'passes', 'target'] as const).filter((name) => options[name] !== undefined)
  if (said.length > 1) throw invalidArgument(said[1]!, `goes not with ${said[0]}; pass one of them`)
  return options
}
