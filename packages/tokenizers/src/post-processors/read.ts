import { unreadable } from '../errors.ts'
import { byType, type Fields, fieldsOf, isString, wholeOf } from '../fields.ts'
import type { PostProcessor } from './post-processor.ts'
import { template } from './template.ts'

const READERS: ReadonlyMap<string, (fields: Fields) => PostProcessor> = new Map<
  string,
  (fields: Fields) => PostProcessor
>([
  ['TemplateProcessing', template],
  // Offsets are all that it changes.
  ['ByteLevel', () => (parts) => parts],
  ['BertProcessing', enclosing],
  ['RobertaProcessing', enclosing],
  ['Sequence', sequence],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readPostProcessor(value: unknown, path: string): PostProcessor {
  return byType(fieldsOf(value, path), READERS)
}

function sequence(fields: Fields): PostProcessor {
  const steps = fields
    .list('processors')
    .map((step, k) => readPostProcessor(step, `${fields.at('processors')}[${k}]`))
  return (parts, add) => steps.reduce((changed, step) => step(changed, add), parts)
}

function enclosing(fields: Fields): PostProcessor {
  return enclose(pairId(fields, 'cls'), pairId(fields, 'sep'))
}

/** `cls` before the text and `sep` behind it; behind a second part, another `sep`. */
export function enclose(cls: number, sep: number): PostProcessor {
  return (parts, add) => (add ? parts.map((ids, k) => (k === 0 ? [cls, ...ids, sep] : [...ids, sep])) : parts)
}

/** Written as a token and its id. */
function pairId(fields: Fields, name: string): number {
  const [token, id] = fields.list(name)
  if (!isString(token)) throw unreadable(fields.at(name), 'is not a token and its id')
  return wholeOf(id, `${fields.at(name)}[1]`, 0)
}
