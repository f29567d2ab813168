import { checkDocument } from '../check-document.ts'
import { foreignName } from '../foreign-name.ts'
import { textTable } from './text-table.ts'

interface Port {
  readonly name: string
  readonly type: string
  readonly dims: readonly (number | string)[]
}

/** What `inspectFolder` of `@fastflow/pipelines` gives, as far as it is shown. */
export interface FolderDocument {
  readonly location: string
  readonly className: string | null
  readonly scheduler: string | null
  readonly runs: boolean
  readonly parts: readonly {
    readonly name: string
    readonly isThere: boolean
    readonly isUsed: boolean | null
    readonly bytes: number | null
    readonly external: readonly string[]
    readonly inputs: readonly Port[] | null
    readonly outputs: readonly Port[] | null
  }[]
  readonly tokenizers: readonly { readonly name: string; readonly maxLength: number | null }[]
  readonly memory: {
    readonly resident: number | null
    readonly sequential: number | null
    readonly available: number | null
    readonly auto: string
  }
  readonly run: FolderRun | null
  readonly problems: readonly { readonly message: string }[]
}

interface FolderRun {
  readonly task: string
  readonly defaults: { readonly numSteps: number }
  readonly options: readonly string[]
  readonly width: number
  readonly height: number
  readonly numFrames: number
  readonly multiple: number | null
  readonly schedule: string
  readonly sigmas: readonly number[]
  readonly solver: string
  readonly guidance: {
    readonly kind: string
    readonly scale: number
    readonly off: number | null
    readonly passes: number
    readonly meaning: string
  }
  readonly acceleration: { readonly applies: boolean; readonly why: string }
}

/** A folder for people: what it is, its parts, how it is run, what keeps it from running. @throws FastFlowError `invalid-argument`. */
export function folderText(folder: FolderDocument): string {
  checkDocument('folder', folder, ['parts', 'tokenizers', 'problems'], 'what inspectFolder returned')
  const { location, className, run, problems, tokenizers } = folder
  const what = run === null ? 'unknown' : run.task
  const lengths = tokenizers.map(({ name, maxLength }) => `${name} ${maxLength ?? 'unreadable'}`)
  const lines = [
    `${location}: ${foreignName(className ?? 'no class')}, ${what}`,
    ...(folder.parts.length > 0 ? [partsTable(folder)] : []),
    ...(lengths.length > 0 ? [`tokens of a text at most: ${lengths.join(', ')}`] : []),
    memoryLine(folder),
    ...(run === null ? [] : runLines(run, folder.scheduler)),
    ...problems.map(({ message }) => `PROBLEM ${message.replaceAll(/\s*\n\s*/g, ' ')}`),
    folder.runs ? 'it runs' : `it does not run: ${problems.length} to mend`,
  ]
  return lines.join('\n')
}

function partsTable({ parts }: FolderDocument): string {
  const rows = parts.map(({ name, isThere, isUsed, bytes, external, inputs, outputs }) => [
    name,
    !isThere ? 'missing' : isUsed === false ? 'not used' : '',
    bytes === null ? '-' : sizeText(bytes),
    [portsText(inputs), '->', portsText(outputs)].join(' '),
    external.join(', '),
  ])
  const titles = ['part', '', 'size', 'takes -> gives', 'weights beside it']
  const shown = rows.some((row) => row[4] !== '') ? titles.length : titles.length - 1
  return textTable(
    titles.slice(0, shown),
    rows.map((row) => row.slice(0, shown)),
    [0, 1, 3, 4],
  )
}

/** Of networks that give more, such as the hidden states of every layer, the others are counted. */
const MOST_PORTS = 5

function portsText(ports: readonly Port[] | null): string {
  if (ports === null) return '?'
  const names = ports.map(({ name, type }) => foreignName(type === 'float32' ? name : `${name} (${type})`))
  if (names.length <= MOST_PORTS) return names.join(', ')
  return `${names.slice(0, MOST_PORTS - 1).join(', ')} and ${names.length - MOST_PORTS + 1} more`
}

function memoryLine({ memory }: FolderDocument): string {
  const { resident, sequential, available, auto } = memory
  const amount = (bytes: number | null): string => (bytes === null ? 'unknown' : sizeText(bytes))
  return `memory for weights: ${amount(resident)} resident, ${amount(sequential)} sequential, of ${amount(available)}; auto is ${auto}`
}

function runLines(run: FolderRun, scheduler: string | null): readonly string[] {
  const { width, height, numFrames, multiple, sigmas, guidance, acceleration, defaults } = run
  const sides = multiple === null ? 'this size alone' : `or any multiple of ${multiple}`
  const frames = numFrames > 1 ? `, ${numFrames} frames` : ''
  const { kind, scale, off, passes, meaning } = guidance
  const value = kind === 'none' ? 'none' : `${scale}${off === null ? '' : `, off at ${off}`}`
  return [
    `size: ${width} x ${height} pixels${frames}, ${sides}`,
    `steps: ${defaults.numSteps}, ${run.solver} on ${run.schedule} (${foreignName(scheduler ?? 'no class')}), sigma ${gridText(sigmas)}`,
    `guidance: ${value}; ${meaning}; ${passes} ${passes === 1 ? 'pass' : 'passes'} an evaluation`,
    `options: ${run.options.join(', ') || 'none besides those of all models'}`,
    `acceleration: ${acceleration.applies ? 'applies' : 'stays off'}, ${acceleration.why}`,
  ]
}

function gridText(sigmas: readonly number[]): string {
  const shown = sigmas.length <= 7 ? sigmas : [...sigmas.slice(0, 3), undefined, ...sigmas.slice(-3)]
  return shown.map((sigma) => (sigma === undefined ? '...' : String(Number(sigma.toFixed(4))))).join(', ')
}

function sizeText(bytes: number): string {
  const [unit, divisor] = bytes >= 1e9 ? ['GB', 1e9] : ['MB', 1e6]
  return `${(bytes / Number(divisor)).toFixed(bytes >= 1e7 && bytes < 1e9 ? 0 : 2)} ${unit}`
}
