// A plan in the words of another tool: node export.mjs PLAN NFE FORMAT

import { readFileSync, writeSync } from 'node:fs'
import { parsePlan } from '@fastflow/core'
import { exportPlan } from '@fastflow/report'

const [, , path, nfe, format] = process.argv
writeSync(1, exportPlan(parsePlan(readFileSync(path, 'utf8')), Number(nfe), format))
