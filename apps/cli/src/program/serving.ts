import type { Command } from 'commander'
import { queueStatusCommand } from '../commands/queue-status.ts'
import { serveCommand } from '../commands/serve.ts'
import { workerCommand } from '../commands/worker.ts'
import type { Io } from '../io.ts'
import { folder, wholeNumber } from '../options.ts'
import { cacheOption } from './cache-option.ts'
import { withRunners } from './model.ts'

export function addServing(program: Command, io: Io): void {
  withServed(program.command('serve').description('an images API that the official OpenAI clients talk to'))
    .option('--host <address>', 'to listen on; others than this machine only with --keys', '127.0.0.1')
    .option('--port <n>', 'to listen on; 0 takes one that is free', wholeNumber('--port', 0, 65_535), 8000)
    .option('--keys <file>', 'who may ask: lines with a name and the SHA-256 of a key')
    .option('--queue <address>', 'redis://HOST:PORT, shared with workers that have the same --data')
    .option(
      '--concurrency <n>',
      'jobs at once; 0 leaves them to workers',
      wholeNumber('--concurrency', 0, 64),
      1,
    )
    .option('--queue-limit <n>', 'jobs that may wait', wholeNumber('--queue-limit', 1, 100_000), 64)
    .option('--public-url <address>', 'under which others reach it')
    .addOption(cacheOption(io))
    .action((options) => serveCommand(io, options))

  withServed(program.command('worker').description('makes the images of servers with the same queue'))
    .requiredOption('--queue <address>', 'redis://HOST:PORT of the queue')
    .option('--concurrency <n>', 'jobs at once', wholeNumber('--concurrency', 1, 64), 1)
    .action((options) => workerCommand(io, options))

  program
    .command('queue')
    .description('what servers and workers share')
    .command('status')
    .description('how many jobs wait and are at work, for how long, and for how many workers')
    .requiredOption('--queue <address>', 'redis://HOST:PORT of the queue')
    .option('--json', 'print one JSON document')
    .action((options) => queueStatusCommand(io, options))
}

function withServed(command: Command): Command {
  return withRunners(command)
    .requiredOption(
      '--model <name...>',
      'shipped models, folders, or NAME=FOLDER; the first is the usual one',
    )
    .option('--data <folder>', 'keeps accepted jobs and results over a restart', folder('--data'))
    .option('--weights <file>', 'network of LPIPS to measure targets with')
    .option('--quiet', 'no line of JSON a request')
}
