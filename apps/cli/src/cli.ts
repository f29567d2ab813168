import { readFileSync } from 'node:fs'
import { invalidArgument } from '@fastflow/core'
import { precisions } from '@fastflow/quantize'
import { Command, CommanderError } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { benchCompareCommand } from './commands/bench-compare.ts'
import { benchPoolCommand } from './commands/bench-pool.ts'
import { benchQualityCommand, checkQualityOptions } from './commands/bench-quality.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { replanLevels } from './commands/calibrate-again.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { editCommand } from './commands/edit.ts'
import { generateCommand } from './commands/generate.ts'
import { inspectCommand } from './commands/inspect.ts'
import { quantizeCommand } from './commands/quantize.ts'
import { PROXY_NAMES, scoreCommand } from './commands/score.ts'
import { videoCommand } from './commands/video.ts'
import { describeError, type ExitCode, exitCodeOf, interruptedCode, isCancelled } from './errors.ts'
import type { Io } from './io.ts'
import { decimal, list, oneOf, wholeNumber, wholeNumbers } from './options.ts'
import { helpWidth, narrowHelp } from './program/help.ts'
import { addLearning } from './program/learning.ts'
import { withModel } from './program/model.ts'
import { addModels } from './program/models.ts'
import { withOutput } from './program/output.ts'
import { addPolicy } from './program/policy.ts'
import { addProxies } from './program/proxies.ts'
import { addServing } from './program/serving.ts'
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

/** The command line, to be parsed. @param fail is called where a command did its work and found what is wrong. */
export function createProgram(io: Io, args: readonly string[], fail: () => void): Command {
  const command = ['fastflow', ...args].join(' ')
  const program = new Command('fastflow')
    .description('Flow-matching models several times faster: evaluates the network only where that matters.')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.log(text.trimEnd()),
      getOutHelpWidth: () => helpWidth(io),
      getErrHelpWidth: () => helpWidth(io),
    })
    .configureHelp(narrowHelp)
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
    .argument('<model>', 'a shipped or added model, or the path of a model folder')
    .option('--json', 'print one JSON document')
    .action(async (model, options) => {
      if (!(await inspectCommand(io, model, options))) fail()
    })

  program
    .command('quantize')
    .description('a copy of a model folder whose networks hold weights of 8 or 4 bits')
    .argument('<model>', 'a shipped or added model, or the path of a model folder')
    .requiredOption('--as <kind>', precisions.join(', '), oneOf('--as', precisions))
    .option(
      '--out <folder>',
      'folder to write (default: beside the one that is given, for a shipped model here, with the kind in its name)',
    )
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
      '--replan <file>',
      'plan made for another model, guidance, size or steps; what still does well stays',
    )
    .option(
      '--up-to <level>',
      'how far --replan goes: check, refit (default) or search',
      oneOf('--up-to', replanLevels),
    )
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
      const typed = (name: string): boolean => self.getOptionValueSource(name) === 'cli'
      if (options.compare !== undefined) return benchCompareCommand(io, { ...options, command, typed })
      if (options.model === undefined)
        throw invalidArgument('--model', 'is missing; name one, or --compare some')
      checkQualityOptions(options)
      if (options.guard || options.coverage) return benchPoolCommand(io, options)
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

  addModels(program, io)
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

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return manifest.version
}
