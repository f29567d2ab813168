import type { Command } from 'commander'
import { serveCommand } from '../commands/serve.ts'
import type { Io } from '../io.ts'
import { folder, wholeNumber } from '../options.ts'
import { cacheOption } from './cache-option.ts'
import { withRunners } from './model.ts'

export function addServing(program: Command, io: Io): void {
  withRunners(program.command('serve').description('an images API that the official OpenAI clients talk to'))
    .requiredOption(
      '--model <name...>',
      'shipped models, folders, or NAME=FOLDER; the first is the usual one',
    )
    .option('--host <address>', 'to listen on; others than this machine only with --keys', '127.0.0.1')
    .option('--port <n>', 'to listen on; 0 takes one that is free', wholeNumber('--port', 0, 65_535), 8000)
    .option('--keys <file>', 'who may ask: lines with a name and the SHA-256 of a key')
    .option('--data <folder>', 'keeps accepted jobs and results over a restart', folder('--data'))
    .option('--queue-limit <n>', 'jobs that may wait', wholeNumber('--queue-limit', 1, 100_000), 64)
    .option('--concurrency <n>', 'jobs at once', wholeNumber('--concurrency', 1, 64), 1)
    .option('--weights <file>', 'network of LPIPS to measure targets with')
    .option('--public-url <address>', 'under which others reach it')
    .addOption(cacheOption(io))
    .option('--quiet', 'no line of JSON a request')
    .action((options) => serveCommand(io, options))
}
