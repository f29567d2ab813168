#!/usr/bin/env node
import { runCli } from './cli.ts'
import { processIo } from './io.ts'

const code = await runCli(process.argv.slice(2), processIo())
// An output that could not be written has failed already.
if (code !== 0) process.exitCode = code
