import type { JsonField } from '@fastflow/core'
import { byType, documentOf, ID } from '../document.ts'
import type { PostProcessor } from './post-processor.ts'
import { template } from './template.ts'

const READERS: ReadonlyMap<string, (field: JsonField) => PostProcessor> = new Map<
  string,
  (field: JsonField) => PostProcessor
>([
  ['TemplateProcessing', template],
  // Offsets are all that it changes.
  ['ByteLevel', () => (parts) => parts],
  ['BertProcessing', enclosing],
  ['RobertaProcessing', enclosing],
  ['Sequence', sequence],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readPostProcessor(field: JsonField): PostProcessor {
  return byType(field, READERS)
}

function sequence(field: JsonField): PostProcessor {
  const steps = field.at('processors').items().map(readPostProcessor)
  return (parts, add) => steps.reduce((changed, step) => step(changed, add), parts)
}

function enclosing(field: JsonField): PostProcessor {
  return enclose(pairId(field.at('cls')), pairId(field.at('sep')))
}

/** `cls` before the text and `sep` behind it; behind a second part, another `sep`. */
export function enclose(cls: number, sep: number): PostProcessor {
  return (parts, add) => (add ? parts.map((ids, k) => (k === 0 ? [cls, ...ids, sep] : [...ids, sep])) : parts)
}

/** Written as a token and its id. */
function pairId(field: JsonField): number {
  const [token, id] = field.list()
  if (typeof token !== 'string') throw field.wrong('is not a token and its id')
  return documentOf(id, `${field.path}[1]`).whole(ID)
}
