import { type AddedToken, readAddedToken } from './added/added-token.ts'
import { createAddedVocabulary } from './added/added-vocabulary.ts'
import { type Fields, fieldsOf } from './fields.ts'
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
  const fields = fieldsOf(document, 'tokenizer')
  const normalizer = fields.has('normalizer')
    ? readNormalizer(fields.value('normalizer'), fields.at('normalizer'))
    : same
  const model = readModel(fields.value('model'), fields.at('model'))
  const added = createAddedVocabulary(readTokens(fields), model, normalizer, fields.at('added_tokens'))
  return assemble({
    added,
    normalizer,
    model,
    preTokenizer: fields.has('pre_tokenizer')
      ? readPreTokenizer(fields.value('pre_tokenizer'), fields.at('pre_tokenizer'))
      : same,
    postProcessor: fields.has('post_processor')
      ? readPostProcessor(fields.value('post_processor'), fields.at('post_processor'))
      : same,
  })
}

function same<T>(value: T): T {
  return value
}

function readTokens(fields: Fields): readonly AddedToken[] {
  if (!fields.has('added_tokens')) return []
  return fields
    .list('added_tokens')
    .map((token, k) => readAddedToken(token, `${fields.at('added_tokens')}[${k}]`))
}
