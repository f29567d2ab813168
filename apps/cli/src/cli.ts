import { readFileSync } from 'node:fs'
import { invalidArgument } from '@fastflow/core'
import { BANDITS } from '@fastflow/pipelines'
import { precisions } from '@fastflow/quantize'
import { exportFormats } from '@fastflow/report'
import { Command, CommanderError, Option } from 'commander'
import { defaultCache } from './cache.ts'
import { benchCommand } from './commands/bench.ts'
import { benchCompareCommand } from './commands/bench-compare.ts'
import { benchPoolCommand } from './commands/bench-pool.ts'
import { benchQualityCommand, checkQualityOptions } from './commands/bench-quality.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { editCommand } from './commands/edit.ts'
import { generateCommand } from './commands/generate.ts'
import { inspectCommand } from './commands/inspect.ts'
import { learnBenchCommand } from './commands/learn-bench.ts'
import { measureCommand } from './commands/measure.ts'
import { policyExportCommand, policyShowCommand } from './commands/policy.ts'
import { policyEvaluateCommand } from './commands/policy-evaluate.ts'
import { proxiesAddCommand, proxiesBuildCommand } from './commands/proxies.ts'
import { quantizeCommand } from './commands/quantize.ts'
import { PROXY_NAMES, scoreCommand } from './commands/score.ts'
import { serveCommand } from './commands/serve.ts'
import { videoCommand } from './commands/video.ts'
import { workerCommand } from './commands/worker.ts'
import { describeError, type ExitCode, exitCodeOf, interruptedCode, isCancelled } from './errors.ts'
import type { Io } from './io.ts'
import { decimal, folder, list, oneOf, wholeNumber, wholeNumbers } from './options.ts'
import { addReadingOptions, addRunOptions } from './run-options.ts'
import { guarded } from './terminal.ts'

/** Runs one command line. @returns the exit code: 0 done, 1 failed, 2 bad usage, 130 and 143 ended by a signal. */
export async function runCli(args: readonly string[], given: Io): Promise<ExitCode> {
  const io = guarded(given)
  let failed = false
  const program = createProgram(io, args, () => {
    failed = true
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return interruptedCode(io.signal) ?? (failed ? 1 : 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    io.log(isCancelled(io.signal, error) ? 'fastflow: cancelled' : describeError(error))
    return interruptedCode(io.signal) ?? exitCodeOf(error)
  }
}

function createProgram(io: Io, args: readonly string[], fail: () => void): Command {
  const command = ['fastflow', ...args].join(' ')
  const program = new Command('fastflow')
    .description('Flow-matching models several times faster: evaluates the network only where that matters.')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.log(text.trimEnd()),
    })
    .showHelpAfterError('(fastflow --help lists the commands)')

  withOutput(io, program.command('generate').description('images of a class or a prompt as PNG files'))
    .option('--class <name>', 'class name or id, for models of classes')
    .option('--prompt <text>', 'what to draw, for models that read text')
    .option('--image <file>', 'PNG, JPEG or WebP picture to begin at (--strength), or to change')
    .action((options) => generateCommand(io, options))

  withOutput(io, program.command('edit').description('a picture changed as a prompt says, as PNG files'))
    .requiredOption('--image <file>', 'PNG, JPEG or WebP picture, up to 25 megapixels')
    .requiredOption('--prompt <text>', 'what to change, e.g. "make it flat"')
    .action((options) => editCommand(io, options))

  withOutput(io, program.command('video').description('clips of a prompt as animated WebP and PNG files'))
    .requiredOption('--prompt <text>', 'what to show')
    .action((options) => videoCommand(io, options))

  addServing(program, io)

  program
    .command('inspect')
    .description('what a model folder is, how it will be run, and what is missing or damaged')
    .argument('<model>', 'a shipped model or the path of a model folder')
    .option('--json', 'print one JSON document')
    .action(async (model, options) => {
      if (!(await inspectCommand(io, model, options))) fail()
    })

  program
    .command('quantize')
    .description('a copy of a model folder whose networks hold weights of 8 or 4 bits')
    .argument('<model>', 'a shipped model or the path of a model folder')
    .requiredOption('--as <kind>', precisions.join(', '), oneOf('--as', precisions))
    .option('--out <folder>', "folder to write (default: beside the model's, with the kind in its name)")
    .option('--networks <list>', 'folders of networks, e.g. text_encoder_3 (default: the velocity)', list)
    .option(
      '--block <n>',
      'weights that share a scale with q8 and q4: 32, 64 or 128',
      wholeNumber('--block', 32, 128),
    )
    .option('--json', 'print one JSON document')
    .action((model, options) => quantizeCommand(io, model, options))

  withModel(
    program.command('calibrate').description('plan which steps to evaluate and write it to a file'),
    false,
  )
    .option('--method <name>', 'plan or paper', oneOf('--method', ['plan', 'paper']), 'plan')
    .option(
      '--evaluations <n>',
      'most evaluations planning may cost (default: 20 full generations); 0 with --start and --certify plans nothing',
      wholeNumber('--evaluations', 0, 100_000_000),
    )
    .option(
      '--certify <share>',
      'also make the held-out runs that --psnr takes for this confidence, e.g. 0.95; says what they cost before it begins',
      decimal('--certify', 0.01, 0.999),
    )
    .option(
      '--nfe <list>',
      'budgets to plan for (default: 6,8,10,12,15,19,25)',
      wholeNumbers('--nfe', 1, 10_000),
    )
    .option(
      '--passes <list>',
      'network passes to plan for too, with steps that run the conditional pass alone (guided models)',
      wholeNumbers('--passes', 3, 20_000),
    )
    .option(
      '--target <name>',
      'baseline (the full run) or exact (the solution it approximates)',
      oneOf('--target', ['baseline', 'exact']),
    )
    .option(
      '--generations <n>',
      'generations the paper policy learns from (default: 200)',
      wholeNumber('--generations', 1, 1_000_000),
    )
    .option('--arms <list>', 'skip lengths of the paper policy, e.g. 1,2,4,8', wholeNumbers('--arms', 0, 100))
    .option('--cases <file>', 'JSON lines of prompts and pictures to plan with')
    .option('--start <file>', 'plan to start from; its plans of other budgets than --nfe are kept')
    .option(
      '--recorded <files...>',
      'plan from runs that Diffusers recorded, at no evaluation and without --model',
    )
    .option('--out <file>', 'policy file to write, or a folder to put it in under its digest')
    .option('--json', 'print one JSON document')
    .action((options) => calibrateCommand(io, options))

  addPolicy(program, io)
  addLearning(program, io)

  withModel(program.command('bench').description('every method at every budget on the same noise'), false)
    .option('--compare <folders...>', 'instead: a model and quantised copies of it, at every budget')
    .option('--nfe <list>', 'budgets', wholeNumbers('--nfe', 1, 1000), [6, 8, 10, 12, 15, 19, 25])
    .option('--samples <n>', 'noises, or fewer in ten minutes', wholeNumber('--samples', 1, 100_000), 64)
    .option('--seed <n>', 'seed of the first noise', wholeNumber('--seed', 0, 900_000), 0)
    .option(
      '--generations <n>',
      'generations the paper policy learns from',
      wholeNumber('--generations', 2, 100_000),
      200,
    )
    .option('--plans <file>', 'measure the plans of this file instead of calibrating some')
    .option('--no-plans', 'leave out the planner')
    .option('--no-oracle', 'leave out the best plans that a search on the noises themselves finds')
    .option('--peers', "other tools' solvers, skipping and caching rules too, each tuned first")
    .option('--tune <n>', 'tuned on so many noises (default: 4)', wholeNumber('--tune', 0, 1000))
    .option('--json', 'print one JSON document')
    .option('--report <file>', 'write an HTML report')
    .option('--checkpoint <file>', 'keep finished parts here until the end, and go on from them')
    .option('--guard', 'instead: per-sample guards against static plans at equal mean evaluations')
    .option('--coverage', 'instead: how often plans chosen for a quality reach it')
    .option('--quality', "the figures of the task instead, with the model's own plan")
    .option('--cases <file>', 'JSON lines of prompts, pictures and, for --quality, right answers')
    .option(
      '--scorer <folder>',
      'with --quality: CLIP-like model that scores pictures, e.g. models/emoji-clip',
    )
    .action((options, self: Command) => {
      if (options.compare !== undefined) return benchCompareCommand(io, { ...options, command })
      if (options.model === undefined)
        throw invalidArgument('--model', 'is missing; name one, or --compare some')
      checkQualityOptions(options)
      if (options.guard || options.coverage) return benchPoolCommand(io, options)
      const typed = (name: string): boolean => self.getOptionValueSource(name) === 'cli'
      if (options.quality) return benchQualityCommand(io, options)
      return benchCommand(io, { ...options, command, typed })
    })

  program
    .command('demo')
    .description('every shipped model, baseline against accelerated, as one HTML report')
    .option('--out <folder>', 'where to write', 'out')
    .option('--models <list>', 'only these models, names or paths (default: all there are)', list)
    .option('--minutes <n>', 'about how long it may take', decimal('--minutes', 0, 10_000), 5)
    .option('--samples <n>', 'most noises a model', wholeNumber('--samples', 1, 10_000), 10)
    .option(
      '--generations <n>',
      'most generations to learn from',
      wholeNumber('--generations', 2, 10_000),
      100,
    )
    .option('--threads <n>', 'threads inside the network', wholeNumber('--threads', 1, 256))
    .action((options) => demoCommand(io, { ...options, command }))

  program
    .command('score')
    .description('how good a picture is, or how close to another one')
    .argument('<image>', 'PNG, JPEG or WebP picture')
    .requiredOption('--proxy <name>', PROXY_NAMES.join(', '), oneOf('--proxy', PROXY_NAMES))
    .option('--reference <file>', 'picture to compare with, of the same size')
    .option('--prompt <text>', 'what the picture should show, for clip')
    .option('--weights <path>', 'ONNX or safetensors file of lpips, ONNX file of perceptual, folder of clip')
    .option('--json', 'print one JSON document')
    .action((image, options) => scoreCommand(io, image, options))

  addProxies(program, io)

  program
    .command('doctor')
    .description('what works on this machine, and what to install for the rest')
    .option('--json', 'print one JSON document')
    .action(async (options) => {
      if (!(await doctorCommand(io, options))) fail()
    })
  return program
}

function addServing(program: Command, io: Io): void {
  const served = (command: Command): Command =>
    withRunners(command)
      .requiredOption(
        '--model <name...>',
        'shipped models, folders, or NAME=FOLDER; the first is the usual one',
      )
      .option('--data <folder>', 'keeps accepted jobs and results over a restart', folder('--data'))
      .option('--weights <file>', 'network of LPIPS to measure targets with')
      .option('--quiet', 'no line of JSON a request')

  served(program.command('serve').description('an images API that the official OpenAI clients talk to'))
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
    .option(
      '--cache <folder>',
      'where policies and plans are kept between calls',
      folder('--cache'),
      defaultCache(io),
    )
    .action((options) => serveCommand(io, options))

  served(program.command('worker').description('makes the images of servers with the same queue'))
    .requiredOption('--queue <address>', 'redis://HOST:PORT of the queue')
    .option('--concurrency <n>', 'jobs at once', wholeNumber('--concurrency', 1, 64), 1)
    .action((options) => workerCommand(io, options))
}

function addLearning(program: Command, io: Io): void {
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
    .option(
      '--cache <folder>',
      'where policies and plans are kept between calls',
      folder('--cache'),
      defaultCache(io),
    )
    .option('--json', 'print one JSON document')
}

function addPolicy(program: Command, io: Io): void {
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

function addProxies(program: Command, io: Io): void {
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

/** What `generate`, `edit` and `video` have in common. */
function withOutput(io: Io, command: Command): Command {
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
    .option(
      '--cache <folder>',
      'where policies and plans are kept between calls',
      folder('--cache'),
      defaultCache(io),
    )
    .option('--policy <file>', 'apply this plan or learned policy as it is, learn nothing')
    .option('--json', 'print one JSON document')
}

function withModel(command: Command, required = true): Command {
  return addRunOptions(withNetworks(command, required))
}

function withNetworks(command: Command, required: boolean): Command {
  const model = new Option('--model <name>', 'a shipped model or the path of a model folder')
  return withRunners(command.addOption(model.makeOptionMandatory(required)))
}

function withRunners(command: Command): Command {
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

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return manifest.version
}
