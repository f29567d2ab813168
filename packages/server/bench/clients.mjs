// The clients of bench/load.mjs, in a process of their own. Usage: node clients.mjs ADDRESS CLIENTS; a line of JSON a round, as long as
// lines come in.
import { createInterface } from 'node:readline'

const [base, clients] = process.argv.slice(2)

async function round() {
  const codes = {}
  let withoutRetryAfter = 0
  await Promise.all(
    Array.from({ length: Number(clients) }, async (_, seed) => {
      const answer = await fetch(`${base}/v1/images/generations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: 'red', seed, quality: 'high' }),
      })
      await answer.arrayBuffer()
      codes[answer.status] = (codes[answer.status] ?? 0) + 1
      if (answer.status !== 200 && !answer.headers.get('retry-after')) withoutRetryAfter++
    }),
  )
  return { codes, withoutRetryAfter }
}

for await (const _ of createInterface(process.stdin))
  process.stdout.write(`${JSON.stringify(await round())}\n`)
