import { type Command, Option } from 'commander'
import { oneOf, wholeNumber } from '../options.ts'
import { addRunOptions } from '../run-options.ts'

/** The model, where its networks run, and the settings of a run. */
export function withModel(command: Command, required = true): Command {
  return addRunOptions(withNetworks(command, required))
}

function withNetworks(command: Command, required: boolean): Command {
  const model = new Option('--model <name>', 'a shipped or added model, or the path of a model folder')
  return withRunners(command.addOption(model.makeOptionMandatory(required)))
}

/** Where networks run. */
export function withRunners(command: Command): Command {
  return command
    .option('--threads <n>', 'threads inside the network', wholeNumber('--threads', 1, 256))
    .option(
      '--isolation <kind>',
      'where networks run: thread, or process for models you do not trust',
      oneOf('--isolation', ['thread', 'process']),
    )
    .option('--worker <command>', 'where networks run instead, e.g. "python -m fastflow_diffusers.worker"')
    .option(
      '--memory <mode>',
      'networks in memory: all (resident), one at a time (sequential), or as they fit (auto)',
      oneOf('--memory', ['auto', 'resident', 'sequential']),
    )
}
