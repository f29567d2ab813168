import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { differing, readExpected } from './oracle.ts'
import { referenceFile } from './test-data.ts'

/** Texts for each tokenizer. */
const COUNT = '5000'
/** A Python that has `tokenizers` and `transformers` of the versions below. */
const python = process.env.FASTFLOW_TOKENIZERS_PYTHON ?? 'python3'
const shipped = resolve(import.meta.dirname, '../../../models/emoji/tokenizer/tokenizer.json')
const KINDS = {
  emoji: shipped,
  t5: referenceFile('flux/pipeline/tokenizer_2/tokenizer.json'),
  umt5: referenceFile('wan/pipeline/tokenizer/tokenizer.json'),
  gemma: referenceFile('lumina2/pipeline/tokenizer/tokenizer.json'),
  'gemma of sana': referenceFile('sana/pipeline/tokenizer/tokenizer.json'),
  ltx: referenceFile('ltx/pipeline/tokenizer/tokenizer.json'),
  qwen: referenceFile('z-image/pipeline/tokenizer/tokenizer.json'),
  'qwen from its vocabulary': referenceFile('qwen-image/pipeline/tokenizer'),
  clip: referenceFile('sd3/pipeline/tokenizer'),
  'clip with a pad of its own': referenceFile('sd3/pipeline/tokenizer_2'),
  'clip of flux': referenceFile('flux/pipeline/tokenizer'),
}

function hasLibrary(): boolean {
  const check =
    "import tokenizers, transformers; assert tokenizers.__version__ == '0.22.2', tokenizers.__version__"
  try {
    execFileSync(python, ['-c', check], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const library = hasLibrary()

test('all kinds are here (skipped without what is named above)', ({ skip }) => {
  const missing = Object.entries(KINDS).flatMap(([name, path]) => (path === undefined ? [name] : []))
  skip(!library, `no tokenizers 0.22.2 and transformers in ${python}; name one in FASTFLOW_TOKENIZERS_PYTHON`)
  skip(missing.length > 0, `no files of ${missing.join(', ')}`)
  expect(missing).toEqual([])
})

for (const [name, path] of Object.entries(KINDS))
  test.skipIf(!library || path === undefined)(`${COUNT} texts of ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'fastflow-tokenizers-'))
    try {
      const out = join(folder, 'expected.jsonl.gz')
      const script = resolve(import.meta.dirname, 'oracle/write_expected.py')
      execFileSync(python, [script, out, `${name}=${path}`, '--files', COUNT], { stdio: 'ignore' })
      for (const expected of readExpected(out)) expect(differing(expected), expected.name).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
