// `pnpm --filter @fastflow/backend-web bench --time --memory [--rounds N] [--cycles N] [--models a,b]`, in the system's
// Chromium. Time: an image on WebAssembly with two threads, all steps and a plan of 12 evaluations in turns. Memory: cycles
// of create, generate and dispose (Linux).
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chromium as playwright } from 'playwright-core'
import { createServer, runnerImport } from 'vite'

const { values } = parseArgs({
  options: {
    time: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    cycles: { type: 'string', default: '50' },
    models: { type: 'string', default: 'cifar10,emoji,emoji-edit,emoji-motion' },
  },
})
const both = !values.time && !values.memory

const at = (path) => new URL(path, import.meta.url).pathname
const { module: found } = await runnerImport(at('../../../vitest.chromium.ts'))
const server = await createServer({ configFile: at('vite.config.ts') })
await server.listen()
const browser = await playwright.launch({ executablePath: found.chromium, args: [...found.chromiumArgs] })
try {
  const page = await browser.newPage()
  await page.goto(`${server.resolvedUrls.local[0]}page.html`)
  await page.waitForFunction(() => 'bench' in globalThis)
  if (values.time || both) await time(page)
  if (values.memory || both) await memory(page)
} finally {
  await browser.close()
  await server.close()
}

function print(line) {
  process.stdout.write(`${line}\n`)
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

async function time(page) {
  for (const model of values.models.split(',')) {
    const run = ([name, rounds]) => globalThis.bench.compare(name, rounds)
    const { executionProvider, full, accelerated, passes, fixed, longTasks } = await page.evaluate(run, [
      model,
      Number(values.rounds),
    ])
    const ratio = median(full.map((ms, round) => ms / accelerated[round]))
    const work = passes.full / passes.accelerated
    print(
      `${model}, ${executionProvider}: ${passes.full} passes ${median(full).toFixed(0)} ms, ${passes.accelerated} passes ${median(accelerated).toFixed(0)} ms`,
    )
    print(
      `  ${ratio.toFixed(2)} times as fast for ${work.toFixed(2)} times fewer passes: ${(ratio / work).toFixed(3)} of the ratio`,
    )
    print(
      `  of each, ${median(fixed).toFixed(0)} ms before the first step and after the last: prompt, picture, pixels`,
    )
    print(
      `  main-thread tasks of 50 ms or more: ${longTasks.length} (longest ${Math.max(0, ...longTasks).toFixed(0)} ms)`,
    )
  }
}

/** Megabytes of the page: JavaScript after a collection, and everything the renderer process holds. */
async function measure(session, pid) {
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return {
    heap: metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6,
    resident: (4096 * pages) / 1e6,
  }
}

async function memory(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const root = await browser.newBrowserCDPSession()
  const { processInfo } = await root.send('SystemInfo.getProcessInfo')
  const { id } = processInfo
    .filter(({ type }) => type === 'renderer')
    .sort((a, b) => b.cpuTime - a.cpuTime)[0]
  const cycles = Number(values.cycles)
  const settled = Math.min(5, cycles - 1)
  let first
  for (let cycle = 1; cycle <= cycles; cycle++) {
    await page.evaluate(() => globalThis.bench.cycle('/testkit/models/words'))
    if (cycle % 5 !== 0 && cycle !== settled && cycle !== cycles) continue
    const now = await measure(session, id)
    first ??= now
    print(`cycle ${cycle}: JavaScript ${now.heap.toFixed(1)} MB, process ${now.resident.toFixed(0)} MB`)
    if (cycle === cycles) {
      const growth = (a, b) => `${((100 * (b - a)) / a).toFixed(1)} %`
      print(
        `growth from cycle ${settled} to ${cycles}: JavaScript ${growth(first.heap, now.heap)}, process ${growth(first.resident, now.resident)}`,
      )
    }
  }
}
