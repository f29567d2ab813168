// Kills a process that appends to a journal, again and again, and counts what was lost:
//   node bench/crash.mjs [--kills 100] [--writes 1000]
// Each round a new process appends updates to the same key, compacts every 50 and says after each append that it is
// on disk; kill -9 comes after a random number of them. Exit code 1 where anything acknowledged is missing, counted
// twice, or where a document cannot be read. Prints one JSON document.
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { filePolicyStore } from '../dist/index.js'

const KEY = 'counts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    writes: { type: 'string', default: '1000' },
    child: { type: 'string' },
    round: { type: 'string', default: '0' },
  },
})

/** Number and sum of what each round appended: lost and doubled updates show in one of both. */
function fold(document, updates) {
  const counts = { ...document }
  for (const { round, i } of updates) {
    const [n, sum] = counts[round] ?? [0, 0]
    counts[round] = [n + 1, sum + i]
  }
  return counts
}

async function append(folder, round, writes) {
  const { journal } = filePolicyStore(folder)
  for (let i = 0; i < writes; i++) {
    await journal.append(KEY, { round, i })
    writeSync(1, '.')
    if (i % 50 === 49) await journal.compact(KEY, fold)
  }
}

/** @returns how many appends were acknowledged before the kill. */
function killed(folder, round, writes) {
  const file = fileURLToPath(import.meta.url)
  const args = [file, '--child', folder, '--round', String(round), '--writes', String(writes)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const after = Math.floor(Math.random() * (writes - 1)) + 1
  let acknowledged = 0
  return new Promise((resolve) => {
    child.stdout.on('data', (dots) => {
      acknowledged += dots.length
      if (acknowledged >= after) child.kill('SIGKILL')
    })
    child.on('close', () => resolve(acknowledged))
  })
}

async function main(kills, writes) {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-crash-'))
  const rounds = []
  const result = { kills, writes, acknowledged: 0, lost: 0, doubled: 0, corrupt: 0, cutShort: 0 }
  try {
    for (let round = 0; round < kills; round++) {
      rounds.push(await killed(folder, round, writes))
      try {
        const { document, updates, damaged } = await filePolicyStore(folder).journal.read(KEY)
        const counts = fold(document, updates)
        result.cutShort += damaged
        for (const [k, least] of rounds.entries()) {
          const [n, sum] = counts[k] ?? [0, 0]
          result.lost += Math.max(0, least - n)
          if (sum !== (n * (n - 1)) / 2) result.doubled++
        }
      } catch (error) {
        process.stderr.write(`${error.stack}\n`)
        result.corrupt++
      }
    }
  } finally {
    await rm(folder, { recursive: true })
  }
  result.acknowledged = rounds.reduce((sum, n) => sum + n, 0)
  process.stdout.write(`${JSON.stringify(result)}\n`)
  if (result.lost + result.doubled + result.corrupt > 0) process.exitCode = 1
}

if (values.child !== undefined) await append(values.child, Number(values.round), Number(values.writes))
else await main(Number(values.kills), Number(values.writes))
