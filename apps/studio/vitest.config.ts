import { defineConfig, mergeConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// One browser at a time: networks take all cores. A process for each, as they leave browsers and servers behind when they fail.
export default mergeConfig(shared, defineConfig({ test: { fileParallelism: false, isolate: true } }))
