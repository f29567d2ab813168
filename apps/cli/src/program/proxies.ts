import type { Command } from 'commander'
import { proxiesAddCommand, proxiesBuildCommand } from '../commands/proxies.ts'
import type { Io } from '../io.ts'
import { oneOf } from '../options.ts'

export function addProxies(program: Command, io: Io): void {
  const proxies = program.command('proxies').description('networks that pictures are scored with')
  proxies
    .command('build')
    .description('an ONNX file of LPIPS from its weights')
    .argument('<name>', 'lpips', oneOf('NAME', ['lpips']))
    .requiredOption('--weights <file>', 'safetensors file: backbone (alex, squeeze or vgg) and linear heads')
    .requiredOption('--out <file>', 'ONNX file to write')
    .option('--spatial', 'the distance at every pixel instead of one a picture')
    .option('--json', 'print one JSON document')
    .action((_, options) => proxiesBuildCommand(io, options))
  proxies
    .command('add')
    .description('install LPIPS for score and quality targets, its weights checked by their digest')
    .argument('<name>', 'lpips', oneOf('NAME', ['lpips']))
    .requiredOption('--from <source>', 'folder, file or http(s) address of lpips_NET_v0.1.safetensors')
    .option('--net <name>', 'alex, squeeze or vgg', oneOf('--net', ['alex', 'squeeze', 'vgg']), 'alex')
    .option('--sha256 <hex>', 'digest of a file to accept, for weights that are not known here')
    .option('--json', 'print one JSON document')
    .action((_, options) => proxiesAddCommand(io, options))
}
