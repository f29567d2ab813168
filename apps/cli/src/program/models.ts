import type { Command } from 'commander'
import {
  modelsAddCommand,
  modelsListCommand,
  modelsManifestCommand,
  modelsRemoveCommand,
} from '../commands/models.ts'
import type { Io } from '../io.ts'

export function addModels(program: Command, io: Io): void {
  const models = program.command('models').description('models that --model can name')
  models
    .command('list')
    .description('their names, sizes and where they are from')
    .option('--json', 'print one JSON document')
    .action((options) => modelsListCommand(io, options))
  models
    .command('add')
    .description('bring one here, checked by its digest; goes on where it was interrupted')
    .argument(
      '<source>',
      'a package (emoji: @fastflow/models-emoji), an http(s) address, a folder or tarball',
    )
    .option('--name <name>', 'what to call it (default: what its source calls it)')
    .option('--sha256 <hex>', 'digest that a tarball or a manifest has to have')
    .option('--registry <address>', "registry of packages (default: that of npm's settings)")
    .option('--json', 'print one JSON document')
    .action((source, options) => modelsAddCommand(io, source, options))
  models
    .command('remove')
    .description('remove one that was added')
    .argument('<name>', 'its name')
    .option('--json', 'print one JSON document')
    .action((name, options) => modelsRemoveCommand(io, name, options))
  models
    .command('manifest')
    .description('write the manifest of a folder that is to be offered on the web')
    .argument('<folder>', 'a model folder')
    .option('--name <name>', 'what the model is to be called (default: the name of its folder)')
    .option('--json', 'print one JSON document')
    .action((folder, options) => modelsManifestCommand(io, folder, options))
}
