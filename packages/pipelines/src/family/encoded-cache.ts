import type { Encode, EncodedText } from './encoding.ts'

/** Prompts that are remembered: those of a few requests, or of a calibration. */
const ROOM = 32

/** The same encoder, which encodes what it met of late no second time; negative prompts above all. */
export function createCache(encode: Encode): Encode {
  const known = new Map<string, EncodedText>()
  return async (texts, options) => {
    const { maxSequenceLength, complexHumanInstruction, systemPrompt } = options
    const settings = [maxSequenceLength, complexHumanInstruction, systemPrompt]
    const keys = texts.map((text) => JSON.stringify([text, ...settings]))
    const missing = [...new Set(keys)].filter((key) => !known.has(key))
    const unknown = missing.map((key) => texts[keys.indexOf(key)]!)
    // Not even with no texts: whoever encodes loads networks first.
    const fresh = unknown.length === 0 ? [] : await encode(unknown, options)
    const found = new Map(missing.map((key, n) => [key, fresh[n]!]))
    const result = keys.map((key) => found.get(key) ?? known.get(key)!)
    for (const [n, key] of keys.entries()) {
      // The last used come last.
      known.delete(key)
      known.set(key, result[n]!)
    }
    for (const key of known.keys()) if (known.size > ROOM) known.delete(key)
    return result
  }
}
