import { defineConfig, mergeConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// A process of its own for every file: one of them replaces a function of the core by another.
export default mergeConfig(shared, defineConfig({ test: { isolate: true } }))
