/** A name that stands for nothing; GLPK would make a variable of it without a word. */
export function unknownVariable(place: string, name: string): string {
  return `${place}: unknown variable ${name}; declare it before it is used`
}

export function declaredTwice(model: string, what: 'variable' | 'row', name: string): string {
  return `${model}: ${what} ${name} is declared twice; give one of them another name`
}

export function notFinite(place: string, what: string, value: number): string {
  return `${place}: ${what} is ${value}; it has to be a finite number`
}

export function wrongBound(place: string, what: 'lower' | 'upper', value: number): string {
  const none = what === 'lower' ? '-Infinity' : 'Infinity'
  return `${place}: ${what} bound is ${value}; it has to be a finite number, or ${none} for none`
}

export function crossedBounds(place: string, lower: number, upper: number): string {
  return `${place}: lower bound ${lower} is above upper bound ${upper}; exchange them`
}

/** GLPK calls an integer variable with such a bound undefined, not infeasible. */
export function fractionalBound(place: string, what: 'lower' | 'upper', value: number): string {
  return `${place}: ${what} bound of an integer variable is ${value}; round it ${what === 'lower' ? 'up' : 'down'}`
}

export function rowBroken(place: string, value: number, relation: string, side: number): string {
  return `${place}: GLPK's answer gives ${value}, which is not ${relation} ${side}; the model is too badly scaled for it`
}

export function boundBroken(place: string, value: number, lower: number, upper: number): string {
  return `${place}: GLPK's answer is ${value}, which is outside ${lower} to ${upper}; the model is too badly scaled for it`
}

export function notIntegral(place: string, value: number): string {
  return `${place}: GLPK's answer for an integer variable is ${value}; the model is too badly scaled for it`
}

export function objectiveDiffers(model: string, theirs: number, ours: number): string {
  return `${model}: GLPK states the objective ${theirs}, its values give ${ours}; the model is too badly scaled for it`
}

export function wrongTime(configuration: number, problem: number, time: number): string {
  return `portfolio: time of configuration ${configuration} on problem ${problem} is ${time}; it has to be above 0, or Infinity where it does not run`
}

export function raggedTimes(configuration: number, found: number, wanted: number): string {
  return `portfolio: configuration ${configuration} has ${found} times, the first has ${wanted}; give every configuration a time for every problem`
}

export function wrongMost(most: number): string {
  return `portfolio: at most ${most} configurations are asked for; it has to be an integer of 1 or more`
}

/** GLPK aborts on a name of 256 bytes. */
export function longName(place: string, name: string, bytes: number): string {
  return `${place}: the name ${name.slice(0, 20)}... has ${bytes} bytes; GLPK takes 255, give a shorter one`
}

/** GLPK aborts on them. */
export function controlCharacter(place: string, name: string): string {
  return `${place}: the name ${JSON.stringify(name)} has a control character; leave it out`
}

export function endlessDomain(name: string): string {
  return `encode: the domain of ${name} has no end or is too large to list; every value becomes a column, so give it fewer`
}

export function unknownCostParam(place: string, name: string): string {
  return `${place}: the space has no parameter ${name}; give costs to parameters only`
}

export function repeatedCostParam(place: string, name: string): string {
  return `${place}: parameter ${name} stands twice; name it once`
}

export function raggedCostRow(place: string, row: number, found: number, params: number): string {
  return `${place}: row ${row} has ${found} numbers for ${params} parameters; give each a value, and then the cost`
}

export function repeatedCostRow(place: string, row: number): string {
  return `${place}: row ${row} has the values of an earlier row; give each combination one cost`
}

export function costNotFinite(place: string, row: number, cost: number): string {
  return `${place}: the cost in row ${row} is ${cost}; leave out what must not be chosen`
}

export function wrongMostTuples(most: number): string {
  return `encode: at most ${most} combinations are asked for; it has to be an integer of 1 or more`
}

export function tooManyTuples(title: string, most: number): string {
  return `encode: ${title}: more than ${most} combinations are allowed; raise mostTuples, or use the solver's minimise`
}

export function tooManyCombinations(title: string, count: number, most: number): string {
  return `encode: ${title}: ${count} combinations would be tested, more than ${most}; use the solver's minimise`
}

export function noSingleValue(name: string, values: readonly number[]): string {
  return `decode: ${name} has ${values.length === 0 ? 'no value' : `the values ${values.join(', ')}`}; pass the values of a solution of this model`
}

export function brokenRules(names: readonly string[]): string {
  return `decode: the configuration breaks ${names.map((name) => `"${name}"`).join(', ')}; the encoding or GLPK is wrong`
}

export function costDiffers(stated: number, summed: number | undefined): string {
  return `encode: GLPK states the cost ${stated}, the configuration costs ${summed ?? 'nothing that is known'}; the costs differ too much in size`
}
