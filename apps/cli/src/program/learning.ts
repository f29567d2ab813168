import type { Command } from 'commander'
import { learnBenchCommand } from '../commands/learn-bench.ts'
import { measureCommand } from '../commands/measure.ts'
import type { Io } from '../io.ts'
import { decimal, oneOf, wholeNumber } from '../options.ts'
import { cacheOption } from './cache-option.ts'
import { withModel } from './model.ts'

export function addLearning(program: Command, io: Io): void {
  withMeasured(
    io,
    program.command('measure').description("how far the images of a model's plans are from its full run's"),
  )
    .option('--out <file>', 'also write the table here, or into a folder under its digest')
    .action((options) => measureCommand(io, options))
  withMeasured(
    io,
    program
      .command('learn-bench')
      .description('how policies learn, how targets are kept and how the alarm does, over measured runs'),
  )
    .option(
      '--limit <x>',
      'score that rewards are measured against (default: lpips 0.05, psnr 30)',
      decimal('--limit', 0.0001, 120),
    )
    .option('--confidence <share>', 'of the targets', decimal('--confidence', 0.01, 0.999), 0.95)
    .option('--generations <n>', 'requests a replay', wholeNumber('--generations', 20, 100_000), 200)
    .option('--repeats <n>', 'replays', wholeNumber('--repeats', 1, 10_000), 50)
    .option('--swapped <folder>', 'a model of the same shapes with other weights, for the alarm')
    .action((options) => learnBenchCommand(io, options))
}

function withMeasured(io: Io, command: Command): Command {
  return withModel(command)
    .option('--metric <name>', 'lpips or psnr', oneOf('--metric', ['lpips', 'psnr']), 'lpips')
    .option('--weights <file>', 'network of LPIPS to measure with')
    .option('--cases <file>', 'JSON lines of prompts and pictures to measure on')
    .option(
      '--runs <n>',
      'noises to measure on; those measured before count',
      wholeNumber('--runs', 1, 100_000),
      64,
    )
    .addOption(cacheOption(io))
    .option('--json', 'print one JSON document')
}
