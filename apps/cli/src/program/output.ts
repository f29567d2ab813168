import { BANDITS } from '@fastflow/pipelines'
import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { decimal, oneOf, wholeNumber, wholeNumbers } from '../options.ts'
import { addReadingOptions } from '../run-options.ts'
import { cacheOption } from './cache-option.ts'
import { withModel } from './model.ts'

/** What `generate`, `edit` and `video` have in common. */
export function withOutput(io: Io, command: Command): Command {
  return addReadingOptions(withModel(command))
    .option(
      '--seed <n>',
      'seed of the first image; image i has seed + i',
      wholeNumber('--seed', 0, 0xffffffff),
      0,
    )
    .option('--count <n>', 'number of images', wholeNumber('--count', 1, 100_000), 1)
    .option('--out <folder>', 'where to write', 'out')
    .option(
      '--accelerate <mode>',
      'off, auto (a plan, made from the first image where there is none), plan or paper',
      oneOf('--accelerate', ['off', 'auto', 'plan', 'paper']),
      'off',
    )
    .option('--nfe <n>', 'evaluations an image, with auto or plan', wholeNumber('--nfe', 1, 10_000))
    .option(
      '--passes <n>',
      'network passes instead, two an evaluation with guidance or one, with auto or plan',
      wholeNumber('--passes', 1, 20_000),
    )
    .option('--psnr <dB>', 'least fidelity instead, certified, with auto or plan', decimal('--psnr', 1, 120))
    .option(
      '--confidence <share>',
      'share of images that have to reach it (default: 0.95)',
      decimal('--confidence', 0.01, 0.999),
    )
    .option('--arms <list>', 'skip lengths of the paper policy, e.g. 1,2,4,8', wholeNumbers('--arms', 0, 100))
    .option(
      '--lpips <x>',
      'most LPIPS to the own full run instead, certified, with auto or plan',
      decimal('--lpips', 0.0001, 0.9999),
    )
    .option('--weights <file>', 'with --lpips: network to measure with')
    .option(
      '--choose <how>',
      'with --lpips: certified, or learned by a bandit',
      oneOf('--choose', ['certified', 'learned']),
    )
    .option(
      '--bandit <name>',
      `with --choose learned: ${BANDITS.join(', ')} (default: lin-ucb)`,
      oneOf('--bandit', BANDITS),
    )
    .option(
      '--conservative <share>',
      'with --choose learned: share of what the certified plan would earn that may be lost',
      decimal('--conservative', 0.001, 0.999),
    )
    .option(
      '--mode <name>',
      'with --lpips: on, canary or shadow',
      oneOf('--mode', ['on', 'canary', 'shadow']),
    )
    .option(
      '--measure <share>',
      'with --lpips: requests whose quality is measured (default: 0.05)',
      decimal('--measure', 0, 1),
    )
    .option('--log <file>', 'with --lpips: append every decision as a line of JSON')
    .addOption(cacheOption(io))
    .option('--policy <file>', 'apply this plan or learned policy as it is, learn nothing')
    .option('--json', 'print one JSON document')
}
