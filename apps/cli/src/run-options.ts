import type { GuidanceInterval } from '@fastflow/core'
import type { FlowOptions, RunSettings } from '@fastflow/pipelines'
import { type Command, Option } from 'commander'
import { decimal, interval, size, wholeNumber } from './options.ts'

/** Options that fix what plans and policies depend on; left out, they are the model's own. */
export interface RunOptions {
  readonly steps?: number
  readonly size?: { readonly width: number; readonly height: number }
  readonly frames?: number
  readonly fps?: number
  readonly guidance?: number
  readonly guidanceInterval?: GuidanceInterval
  readonly trueGuidance?: number
  readonly guidance2?: number
  readonly guidanceRescale?: number
  readonly guidanceTruncation?: number
  readonly guidanceNormalization?: boolean
  readonly negativePrompt?: string
  readonly strength?: number
}

/** Options that fix what is read; left out, they are the model's own. */
export interface ReadingOptions {
  readonly maxSequenceLength?: number
  readonly systemPrompt?: string
  readonly complexHumanInstruction?: readonly string[]
  readonly autoResize?: boolean
}

type Parse = (text: string) => unknown

/** An option of a run: how it is typed, and what the packages call it. */
interface RunOption {
  readonly flags: string
  readonly field: keyof FlowOptions | 'size'
  readonly text: string
  /** Left out for a text, and for what is on or, with `no-` before it, off. */
  readonly parse: Parse | undefined
}

type Table<Names extends string = string> = Readonly<Record<Names, RunOption>>

/** @param parse makes a parser of the option's name. */
function option(
  flags: string,
  field: RunOption['field'],
  text: string,
  parse?: (name: string) => Parse,
): RunOption {
  return { flags, field, text, parse: parse?.(nameOf(flags)) }
}

function nameOf(flags: string): string {
  return flags.split(' ')[0]!
}

const whole = (low: number, high: number) => (name: string) => wholeNumber(name, low, high)
const number = (low: number, high: number) => (name: string) => decimal(name, low, high)

const guidanceText =
  'guidance scale; 1 switches guidance off, 0 ignores the prompt or class; models without guidance have 1'
const intervalText =
  'noise levels at which guidance acts, e.g. 0.1,0.8; one network pass an evaluation elsewhere'
const trueText = 'guidance by a negative prompt, for models whose --guidance is an input of the network'
const rescaleText = 'share of the guided velocity that is brought to the deviation of the conditional one'
const normText = 'bring the guided velocity to the norm of the conditional one'

/** Which of them a model takes it says itself. */
const run: Table<keyof RunOptions> = {
  steps: option('--steps <n>', 'numSteps', 'steps of the full grid', whole(1, 10_000)),
  size: option('--size <WxH>', 'size', "pixels, e.g. 1024x768 (default: the model's)", size),
  frames: option('--frames <n>', 'numFrames', "frames of a clip (default: the model's)", whole(1, 10_000)),
  fps: option('--fps <n>', 'fps', 'frames a second that the network is told', number(1, 240)),
  guidance: option('--guidance <scale>', 'guidanceScale', guidanceText, number(0, 100)),
  guidanceInterval: option('--guidance-interval <low,high>', 'guidanceInterval', intervalText, (name) =>
    interval(name, 0, 1),
  ),
  trueGuidance: option('--true-guidance <scale>', 'trueGuidanceScale', trueText, number(0, 100)),
  guidance2: option(
    '--guidance-2 <scale>',
    'guidanceScale2',
    'of the second of two networks',
    number(0, 100),
  ),
  guidanceRescale: option('--guidance-rescale <share>', 'guidanceRescale', rescaleText, number(0, 1)),
  guidanceTruncation: option(
    '--guidance-truncation <share>',
    'guidanceTruncation',
    'share of the run in which guidance acts',
    number(0, 1),
  ),
  guidanceNormalization: option('--guidance-normalization', 'guidanceNormalization', normText),
  negativePrompt: option('--negative-prompt <text>', 'negativePrompt', 'what to lead away from'),
  strength: option('--strength <share>', 'strength', 'how much of --image is made anew', number(0, 1)),
}

const instructionText = 'the instruction before the prompt, its lines as they are, "" for none'
const lines = () => (text: string) => (text === '' ? [] : text.split('\n'))

const reading: Table<keyof ReadingOptions> = {
  maxSequenceLength: option(
    '--max-sequence-length <n>',
    'maxSequenceLength',
    'most tokens of a prompt that are read',
    whole(1, 100_000),
  ),
  systemPrompt: option('--system-prompt <text>', 'systemPrompt', 'stands before the prompt, "" for nothing'),
  complexHumanInstruction: option(
    '--complex-human-instruction <text>',
    'complexHumanInstruction',
    instructionText,
    lines,
  ),
  autoResize: option('--auto-resize', 'autoResize', 'bring --image to a size the model was trained on'),
}

const all: Table = { ...run, ...reading }

/** What people type for options of the packages. */
export const typedOptions: readonly (readonly [field: string, option: string])[] = Object.values(all).flatMap(
  ({ flags, field }) =>
    (field === 'size' ? ['width', 'height'] : [field]).map((name) => [name, nameOf(flags)] as const),
)

export function runSettingsOf(options: RunOptions): RunSettings {
  return fieldsOf(run, options)
}

/** What all turns of a bench share: steps and guidance are its own. */
export function turnSettingsOf(options: RunOptions): Omit<RunSettings, 'numSteps' | 'guidanceScale'> {
  const { numSteps: _, guidanceScale: __, ...shared } = runSettingsOf(options)
  return shared
}

export function readingOf(options: ReadingOptions): Partial<FlowOptions> {
  return fieldsOf(reading, options)
}

/** Whatever their order on the command line is, in that of the table. */
function fieldsOf(table: Table, options: RunOptions & ReadingOptions): Partial<FlowOptions> {
  const values: Readonly<Record<string, unknown>> = { ...options }
  const given = Object.entries(table).filter(([name]) => values[name] !== undefined)
  const fields = given.map(([name, { field }]) =>
    field === 'size' ? values[name] : { [field]: values[name] },
  )
  return Object.assign({}, ...fields)
}

/** What was typed, by the names of the command line, besides the size. */
export function typedIn(options: RunOptions & ReadingOptions): Readonly<Record<string, unknown>> {
  const names = Object.keys(all) as (keyof typeof options)[]
  const typed = names.filter((name) => name !== 'size' && options[name] !== undefined)
  return Object.fromEntries(typed.map((name) => [name, options[name]]))
}

export function addRunOptions(command: Command): Command {
  return add(command, run)
}

export function addReadingOptions(command: Command): Command {
  return add(command, reading)
}

function add(command: Command, table: Table): Command {
  for (const { flags, text, parse } of Object.values(table)) {
    const typed = new Option(flags, text)
    command.addOption(parse ? typed.argParser(parse) : typed)
    if (!flags.includes('<')) command.addOption(new Option(flags.replace('--', '--no-'), `do not ${text}`))
  }
  return command
}
