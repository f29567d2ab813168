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

interface Place {
  readonly folder: ModelFolder
  /** The part of the path up to the file's name. */
  readonly beside: string
  readonly settings: ConfigFile
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
  const place = { folder, beside: path.replace(/[^/]*$/, ''), settings }
  const map = await optional(place, 'special_tokens_map.json')
  const named = map === undefined ? [settings] : [settings, map]
  if (await folder.has(path)) {
    const document = await readConfig(folder, path)
    const encoder = opened(folder, path, () => createTokenizer(document.values))
    return { encoder, document, named }
  }
  const vocabPath = `${place.beside}vocab.json`
  const mergesPath = `${place.beside}merges.txt`
  if (!(await folder.has(vocabPath)) || !(await folder.has(mergesPath)))
    throw missing(folder, path, vocabPath)
  const document = await readConfig(folder, vocabPath)
  const merges = decodeUtf8(await folder.read(mergesPath))
  if (merges === undefined) throw unreadable(folder, mergesPath, `${mergesPath}: is no text in UTF-8`)
  const files = {
    vocab: document.values,
    merges,
    settings: settings.values,
    addedTokens: (await optional(place, 'added_tokens.json'))?.values,
    specialTokensMap: map?.values,
  }
  const encoder = opened(folder, vocabPath, () =>
    tokenizerFromVocab(files, fixText === undefined ? {} : { fixText }),
  )
  return { encoder, document, named }
}

async function optional({ folder, beside }: Place, name: string): Promise<ConfigFile | undefined> {
  return (await folder.has(beside + name)) ? readConfig(folder, beside + name) : undefined
}

function missing(folder: ModelFolder, path: string, vocabPath: string): FastFlowError {
  const other = `${vocabPath} with merges.txt`
  const fix = 'save the tokenizer with transformers into the folder'
  const message = `${folder.location}: has neither ${path} nor ${other}; ${fix} (a spiece.model alone is not read)`
  return new FastFlowError({ code: 'model-not-found', field: path, message })
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
