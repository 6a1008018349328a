/** A log is in the way of a new one. */
export function logExists(place: string): string {
  return `${place}: a trial log is there already; resume it with --resume, or name another path`
}

/** A file that is no log of ours, or one of another version. */
export function logFormat(place: string, line: number, problem: string): string {
  return `${place}:${line}: ${problem}; name a log that tune wrote, or another path`
}

/** The first field of the header that differs between a log and the run that is to resume it. */
export function logMismatch(place: string, field: string, logged: string, wanted: string): string {
  return `${place}: the log has another ${field}: ${logged}, this run has ${wanted}; run without --resume and name another path`
}

/** More configurations than a complete search is meant for. */
export function tooManyForExhaustive(count: bigint, limit: number): string {
  return `exhaustive: the space has ${count} configurations, at most ${limit} are tried completely; use --strategy spread`
}

export function unknownStrategy(name: string, known: readonly string[]): string {
  return `strategy: no strategy named ${name}; there are ${known.join(', ')}`
}

/** A tensor that was handed in and does not fit the problem. */
export function wrongInput(name: string, found: number | undefined, wanted: number): string {
  const what = found === undefined ? 'is missing' : `has ${found} elements`
  return `inputs: ${name} ${what}; the problem needs ${wanted}`
}

/** `states is off by 3.1e-2, allowed 4.0e-3 (bf16, 16 steps); first at b=0 t=7 n=0 d=513` */
export function outputOff(words: {
  readonly output: string
  readonly relative: number
  readonly allowed: number
  readonly dtype: string
  readonly steps: number
  readonly place: string
}): string {
  const { output, relative, allowed, dtype, steps, place } = words
  const off = Number.isFinite(relative) ? `is off by ${relative.toExponential(1)}` : 'is not a number'
  return `${output} ${off}, allowed ${allowed.toExponential(1)} (${dtype}, ${steps} steps); first at ${place}`
}

export function outputMissing(output: string): string {
  return `${output} is not among the outputs of the run`
}

export function outputLength(output: string, found: number, wanted: number): string {
  return `${output} has ${found} elements, the problem has ${wanted}`
}

export function notFinite(output: string, place: string): string {
  return `${output} is not a number at ${place}`
}

export function spills(bytes: number): string {
  return `the compiler spills ${bytes} bytes a thread`
}

export function tooManyRegisters(found: number, assumed: number): string {
  return `the compiler needs ${found} registers a thread, the rules assumed ${assumed} at most`
}

export function rulesBroken(rules: readonly string[]): string {
  return `the configuration breaks ${rules.map((rule) => `"${rule}"`).join(', ')}`
}

export function noTimer(backend: string): string {
  return `${backend} says that it measures and has no timer`
}

export function timedOut(ms: number): string {
  return `no answer within ${Math.round(ms / 1000)} s`
}
