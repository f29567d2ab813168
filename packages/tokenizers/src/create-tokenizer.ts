import type { JsonField } from '@fastflow/core'
import { type AddedToken, readAddedToken } from './added/added-token.ts'
import { createAddedVocabulary } from './added/added-vocabulary.ts'
import { documentOf } from './document.ts'
import { readModel } from './models/read.ts'
import { readNormalizer } from './normalizers/read.ts'
import { readPostProcessor } from './post-processors/read.ts'
import { readPreTokenizer } from './pre-tokenizers/read.ts'
import { assemble, type Tokenizer } from './tokenizer.ts'

/**
 * Makes a tokenizer of a parsed `tokenizer.json`, the format of Hugging Face `tokenizers`. Ids equal those of that library,
 * version 0.22, whatever the engine knows of Unicode. The document's truncation and padding are ignored: the caller pads.
 *
 * @throws FastFlowError `model-unreadable` for a document that is none, `unsupported` for what this version does not do;
 * `field` is the path of what is wrong.
 */
export function createTokenizer(document: unknown): Tokenizer {
  const field = documentOf(document, 'tokenizer')
  const normalizer = readIf(field.at('normalizer'), readNormalizer, same)
  const model = readModel(field.at('model'))
  const tokens = field.at('added_tokens')
  return assemble({
    added: createAddedVocabulary(readIf(tokens, readTokens, []), model, normalizer, tokens),
    normalizer,
    model,
    preTokenizer: readIf(field.at('pre_tokenizer'), readPreTokenizer, same),
    postProcessor: readIf(field.at('post_processor'), readPostProcessor, same),
  })
}

function readIf<T>(field: JsonField, read: (field: JsonField) => T, otherwise: T): T {
  return field.empty ? otherwise : read(field)
}

function same<T>(value: T): T {
  return value
}

function readTokens(field: JsonField): readonly AddedToken[] {
  return field.items().map(readAddedToken)
}
