// One worker of bench/fleet.mjs. Usage: node fleet-worker.mjs PORT FOLDER MODEL; works between the messages `work` and `rest`, and answers
// `rest` with where its time went, in ms.
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { createServer, folderBlobs } from '@fastflow/server'
import { redisPolicyStore } from '@fastflow/store-redis'
import { Redis } from 'ioredis'

const [port, folder, model] = process.argv.slice(2)
const redis = new Redis({ port: Number(port), maxRetriesPerRequest: null })
const store = redisPolicyStore(redis)
const spent = { queue: 0, store: 0, blobs: 0, model: 0, jobs: 0 }

/** The same object, whose methods' time counts. */
function timed(object, part, names) {
  const methods = names.map((name) => [
    name,
    async (...args) => {
      const began = performance.now()
      try {
        return await object[name](...args)
      } finally {
        spent[part] += performance.now() - began
      }
    },
  ])
  return { ...object, ...Object.fromEntries(methods) }
}

const pipe = await loadPipeline(model, {
  backend: nodeBackend({ threads: 1 }),
  store: timed(store, 'store', ['load', 'save']),
})
const blobs = timed(folderBlobs(folder), 'blobs', ['put'])
const queue = bullmqQueue(redis)
const taking = {
  ...queue,
  // Waiting for a job is no cost of one: the time until it is handed out counts from when the last one was done.
  take: async (...args) => {
    const began = performance.now()
    const claim = await queue.take(...args)
    if (claim !== undefined) spent.queue += performance.now() - began
    const complete = async (result) => {
      spent.jobs++
      spent.model += result.images.reduce((sum, { stats }) => sum + stats.model_ms, 0)
      return claim.complete(result)
    }
    // Progress is told beside the next step.
    return claim && timed({ ...claim, complete }, 'queue', ['complete'])
  },
}

async function work() {
  for (const part of Object.keys(spent)) spent[part] = 0
  const server = await createServer({
    models: { cifar10: pipe },
    queue: taking,
    blobs,
    store,
    once: store.once,
  })
  await server.ready()
  return server
}

let working
process.on('message', async (message) => {
  if (message === 'work') working = work()
  else {
    await (await working).close()
    process.send(spent)
  }
})
process.send('loaded')
