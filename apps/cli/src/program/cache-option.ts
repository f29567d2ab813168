import { Option } from 'commander'
import { defaultCache } from '../cache.ts'
import type { Io } from '../io.ts'
import { folder } from '../options.ts'

export function cacheOption(io: Io): Option {
  return new Option('--cache <folder>', 'where policies and plans are kept between calls')
    .argParser(folder('--cache'))
    .default(defaultCache(io))
}
