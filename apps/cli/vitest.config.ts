import { availableParallelism } from 'node:os'
import { defineConfig, mergeConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// By far the longest suite: on two cores it takes both, lest it goes on alone on one of them after all others have ended.
const maxWorkers = Math.max(2, availableParallelism() - 1)

export default mergeConfig(shared, defineConfig({ test: { maxWorkers } }))
