import { FastFlowError } from '@fastflow/core'
import { Interruption } from './io.ts'
import { typedOptions } from './run-options.ts'

/** 0 done, 1 failed, 2 bad usage; 130 and 143 ended by Ctrl-C and SIGTERM, as shells have it. */
export type ExitCode = 0 | 1 | 2 | Interruption['exitCode']

/** Bad usage gives 2, everything else that goes wrong 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  if (!FastFlowError.isInstance(error)) return 1
  return error.code === 'invalid-argument' || error.code === 'model-not-found' ? 2 : 1
}

/** The code of a command that was told to end, whatever came of it; undefined where it was not. */
export function interruptedCode({ reason }: AbortSignal): ExitCode | undefined {
  return reason instanceof Interruption ? reason.exitCode : undefined
}

/** Whether a command ended because it was cancelled, and not by something else meanwhile. */
export function isCancelled({ aborted, reason }: AbortSignal, error: unknown): boolean {
  return aborted && (error === reason || (FastFlowError.isInstance(error) && error.code === 'aborted'))
}

/** Names that are no words of English: options of the packages wherever they stand in a message. */
const camelCase = /\b[a-z]+[A-Z]\w*\b/g

const sameName = [
  'prompt',
  'image',
  'memory',
  'class',
  'seed',
  'count',
  'nfe',
  'psnr',
  'confidence',
  'evaluations',
  'passes',
  'runs',
]

/** What people type for options of the packages. */
const typed = new Map([
  ...typedOptions,
  ['prompts', '--cases'],
  ['images', '--cases'],
  ['budgets', '--nfe'],
  ['records', 'LOG'],
  ['recorded', '--recorded'],
  ['blockSize', '--block'],
  ['networks', '--networks'],
  ['out', '--out'],
  ...sameName.map((name): [string, string] => [name, `--${name}`]),
])

/** A note of the packages in the words of the command line. */
export function asTyped(note: string): string {
  return note.replaceAll('width, height', '--size').replaceAll(camelCase, (name) => typed.get(name) ?? name)
}

/** One line for people; unexpected errors keep their stack, they are ours to fix. */
export function describeError(error: unknown): string {
  if (FastFlowError.isInstance(error)) return `fastflow: ${messageOf(error)}`
  return `fastflow: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function messageOf({ field, message }: FastFlowError): string {
  const line = asTyped(message.replaceAll(/\s*\n\s*/g, ' '))
  const option = typed.get(field)
  return option !== undefined && line.startsWith(`${field}: `) ? option + line.slice(field.length) : line
}
