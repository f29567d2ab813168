import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { type Case, jsonLines, subjectsOf } from '@fastflow/bench'
import { type FastFlowError, invalidArgument, type RgbImage, readJson } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { pathAt } from './files.ts'
import type { Io } from './io.ts'
import { readImage } from './read-image.ts'
import { readBytes, whyUnread } from './read-text.ts'
import { pictureSizeOf } from './session.ts'

/** Digest of what is generated, for checkpoints. */
export function digestOf(cases: readonly Case[]): string {
  const hash = createHash('sha256')
  for (const { subject, image } of cases) hash.update(JSON.stringify(subject)).update(image?.data ?? '')
  return hash.digest('hex')
}

const FIELDS = ['prompt', 'image', 'target', 'caption'] as const

/**
 * Reads a file of at most 64 MiB, one JSON object a line: `{ "prompt", "image"?, "target"?, "caption"? }`, pictures as
 * paths relative to the file, absolute ones or `file:` addresses. Without a file, the model's own subjects in turn.
 *
 * @throws FastFlowError `invalid-argument` naming the line.
 */
export async function casesOf(io: Io, pipe: Pipeline, file: string | undefined): Promise<readonly Case[]> {
  if (file === undefined) return subjectsOf(pipe)
  const path = pathAt(io, file, '--cases')
  const bytes = await readBytes(path).catch((cause) => {
    throw invalidArgument(
      '--cases',
      `${path} cannot be read (${whyUnread(cause)}); give a file of JSON lines`,
    )
  })
  const lines = jsonLines(bytes)
  if (lines.length === 0) throw invalidArgument('--cases', `${path} is empty; write one JSON object a line`)
  const cases: Case[] = []
  for (const { number, bytes: line } of lines) {
    const place = `${path}:${number}`
    const fields = parseLine(line, place)
    const read = (name: 'image' | 'target'): Promise<RgbImage> | undefined => {
      const at = fields[name]
      return at === undefined
        ? undefined
        : readImage({ ...io, cwd: dirname(path) }, at, pictureSizeOf(pipe), `--cases ${place} ${name}`)
    }
    const [image, target] = [await read('image'), await read('target')]
    if (pipe.task === 'image-editing' && image === undefined)
      throw invalidArgument('--cases', `${place} has no image; ${pipe.model} edits pictures`)
    cases.push({ subject: fields.prompt, ...(image && { image }), target, caption: fields.caption })
  }
  return cases
}

/**
 * {@link casesOf} for runs that take them in turn.
 *
 * @throws FastFlowError `invalid-argument` for models that read no prompts, too.
 */
export async function readCases(io: Io, pipe: Pipeline, file: string): Promise<readonly Case[]> {
  if (pipe.task !== 'class-to-image') return casesOf(io, pipe, file)
  throw invalidArgument('--cases', `is for models that read prompts; ${pipe.model} takes all classes in turn`)
}

type Fields = { readonly prompt: string } & Partial<Record<(typeof FIELDS)[number], string>>

function parseLine(line: Uint8Array, place: string): Fields {
  const fix = 'write one object a line, such as { "prompt": "a fox, 3d" }'
  const refuse = (problem: string): FastFlowError => invalidArgument('--cases', `${place} ${problem}; ${fix}`)
  const object = readJson(line, {
    code: 'invalid-argument',
    name: '--cases',
    prefix: '--cases ',
    place: `--cases: ${place}`,
    fix,
  })
  const names = Object.keys(object.record())
  const unknown = names.find((name) => !FIELDS.some((known) => known === name))
  if (unknown !== undefined)
    throw refuse(`has the field ${unknown.slice(0, 60)}; known are ${FIELDS.join(', ')}`)
  if (!names.includes('prompt')) throw refuse('has no prompt')
  const fields = Object.fromEntries(names.map((name) => [name, object.at(name).text()]))
  const { prompt = '' } = fields
  if (prompt.trim() === '') throw refuse('has an empty prompt')
  return { ...fields, prompt }
}
