import { defineConfig, mergeConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// One browser at a time: networks take all cores.
export default mergeConfig(shared, defineConfig({ test: { fileParallelism: false } }))
