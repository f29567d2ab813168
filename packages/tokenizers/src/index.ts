export { createTokenizer, type EncodeOptions, type Encoding, type Tokenizer } from './tokenizer.ts'
