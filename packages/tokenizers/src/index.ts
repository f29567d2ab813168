export { createTokenizer } from './create-tokenizer.ts'
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.ts'
export { tokenizerFromVocab, type VocabFiles, type VocabOptions } from './vocab/from-vocab.ts'
