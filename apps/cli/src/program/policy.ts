import { exportFormats } from '@fastflow/report'
import type { Command } from 'commander'
import { policyExportCommand, policyShowCommand } from '../commands/policy.ts'
import { policyEvaluateCommand } from '../commands/policy-evaluate.ts'
import type { Io } from '../io.ts'
import { decimal, oneOf, wholeNumber } from '../options.ts'

export function addPolicy(program: Command, io: Io): void {
  const policy = program.command('policy').description('look into the files that calibrate writes')
  policy
    .command('show')
    .description('what a policy does, what it cost and how good it is')
    .argument('<file>', 'a file that calibrate wrote')
    .option('--json', 'print one JSON document')
    .action((file, options) => policyShowCommand(io, file, options))
  policy
    .command('export')
    .description('the steps a plan evaluates, for other tools')
    .argument('<file>', 'a plan that calibrate wrote')
    .option('--nfe <n>', 'evaluations of the plan', wholeNumber('--nfe', 1, 10_000))
    .option('--passes <n>', 'or its network passes', wholeNumber('--passes', 1, 20_000))
    .option(
      '--as <format>',
      'mask (1,0,...), decisions (CGS...), sigmas, sd.cpp, cache-dit, or comfyui (a node with weights)',
      oneOf('--as', exportFormats),
      'mask',
    )
    .option('--json', 'print one JSON document')
    .action((file, options) => policyExportCommand(io, file, options))
  policy
    .command('evaluate')
    .description('what another policy would have earned, from a log of decisions')
    .argument('<log>', 'a file that generate --lpips wrote with --log')
    .requiredOption('--policy <name>', 'full, uniform, nfe:N, or a snapshot of a learned state (a file)')
    .option('--confidence <share>', 'of the intervals', decimal('--confidence', 0.5, 0.9999), 0.95)
    .option('--clip <weight>', 'largest weight of one decision', decimal('--clip', 1, 1e9), 100)
    .option('--json', 'print one JSON document')
    .action((file, options) => policyEvaluateCommand(io, file, options))
}
