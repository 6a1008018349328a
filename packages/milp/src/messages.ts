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
