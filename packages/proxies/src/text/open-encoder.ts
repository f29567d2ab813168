import { type ConfigFile, FastFlowError, type ModelFolder, readConfig } from '@fastflow/core'
import { decodeUtf8 } from '@fastflow/core/backend'
import { createTokenizer, type Tokenizer, tokenizerFromVocab } from '@fastflow/tokenizers'

/** The tokenizer of a folder, and the files that say how it is used. */
export interface OpenEncoder {
  readonly encoder: Tokenizer
  /** The file that errors about its tokens name. */
  readonly document: ConfigFile
  /** Where special tokens are named, the first file that names one counts. */
  readonly named: readonly ConfigFile[]
}

/**
 * Opens `tokenizer.json`, or where there is none `vocab.json` and `merges.txt` beside it.
 *
 * @param fixText what `CLIPTokenizer` does to texts beforehand.
 * @throws FastFlowError `model-not-found` where neither is there, `model-unreadable`.
 */
export async function openEncoder(
  folder: ModelFolder,
  path: string,
  settings: ConfigFile,
  fixText: ((text: string) => string) | undefined,
): Promise<OpenEncoder> {
  const beside = path.replace(/[^/]*$/, '')
  const map = await optional(folder, `${beside}special_tokens_map.json`)
  const named = map === undefined ? [settings] : [settings, map]
  const vocabPath = `${beside}vocab.json`
  const mergesPath = `${beside}merges.txt`
  if ((await folder.has(path)) || !(await folder.has(vocabPath)) || !(await folder.has(mergesPath))) {
    const document = await readDocument(folder, path, vocabPath)
    const encoder = opened(folder, path, () => createTokenizer(document.values))
    return { encoder, document, named }
  }
  const document = await readConfig(folder, vocabPath)
  const merges = decodeUtf8(await folder.read(mergesPath))
  if (merges === undefined) throw unreadable(folder, mergesPath, `${mergesPath}: is no text in UTF-8`)
  const files = {
    vocab: document.values,
    merges,
    settings: settings.values,
    addedTokens: (await optional(folder, `${beside}added_tokens.json`))?.values,
    specialTokensMap: map?.values,
  }
  const encoder = opened(folder, vocabPath, () =>
    tokenizerFromVocab(files, fixText === undefined ? {} : { fixText }),
  )
  return { encoder, document, named }
}

async function optional(folder: ModelFolder, path: string): Promise<ConfigFile | undefined> {
  return (await folder.has(path)) ? readConfig(folder, path) : undefined
}

/** `tokenizer.json`; where it is missing, the error says what could be there instead. */
async function readDocument(folder: ModelFolder, path: string, vocabPath: string): Promise<ConfigFile> {
  try {
    return await readConfig(folder, path)
  } catch (cause) {
    if (!FastFlowError.isInstance(cause) || cause.code !== 'model-not-found') throw cause
    const fix = 'save the tokenizer with transformers into the folder (a spiece.model alone is not read)'
    const message = `${folder.location}: has neither ${path} nor ${vocabPath} with merges.txt; ${fix}`
    throw new FastFlowError({ code: 'model-not-found', field: path, message, cause })
  }
}

/** The tokenizer that `open` makes; its errors say which file of which folder they are about. */
function opened(folder: ModelFolder, path: string, open: () => Tokenizer): Tokenizer {
  const placed = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (cause) {
      if (!FastFlowError.isInstance(cause)) throw cause
      // What this build does not know is about the file as a whole, as where it is none of a tokenizer.
      const field = cause.code === 'unsupported' ? path : cause.field
      throw unreadable(folder, field, `${path}: ${cause.message}`, cause)
    }
  }
  const tokenizer = placed(open)
  return { ...tokenizer, encode: (text, options) => placed(() => tokenizer.encode(text, options)) }
}

function unreadable(folder: ModelFolder, field: string, problem: string, cause?: unknown): FastFlowError {
  const message = `${folder.location}/${problem}`
  return new FastFlowError({ code: 'model-unreadable', field, message, cause })
}
