// Generated nested loops as one writes them by hand: parameters in declared order, every rule tested in the loop that
// completes it, plain arithmetic, rows into an Int32Array. What a solver has to beat to be worth its while.

/** A function that lists a model's rows; lists and evenly spaced ranges only. */
export function naiveLoops(model) {
  const depthOf = new Map(model.params.map(({ name }, depth) => [name, depth]))
  const width = model.params.length
  const due = model.params.map(() => [])
  for (const { condition } of model.rules)
    due[Math.max(0, ...names(condition).map((name) => depthOf.get(name)))].push(text(condition))
  const domains = model.params.map(({ domain }) => `[${valuesOf(domain).join()}]`)
  const loops = model.params.map(
    (_, i) =>
      `for(let i${i}=0;i${i}<d${i}.length;i${i}++){const ${model.params[i].name}=d${i}[i${i}];` +
      due[i].map((rule) => `if(!(${rule}))continue;`).join(''),
  )
  const stores = model.params.map(({ name }, i) => `rows[n+${i}]=${name};`).join('')
  return new Function(
    `${domains.map((values, i) => `const d${i}=${values};`).join('')}
let rows=new Int32Array(${width * 1024}),n=0;
${loops.join('\n')}
if(n===rows.length){const more=new Int32Array(2*n);more.set(rows);rows=more;}
${stores}n+=${width};
${'}'.repeat(width)}return {rows,length:n/${width}};`,
  )
}

function valuesOf(domain) {
  if (domain.kind === 'list') return domain.values.map(({ value }) => value)
  const [from, to, step] = [domain.from.value, domain.to.value, domain.step?.value ?? 1]
  return Array.from({ length: (to - from) / step + 1 }, (_, i) => from + i * step)
}

function names(expression) {
  if (expression.kind === 'name') return [expression.name]
  return parts(expression).flatMap(names)
}

function parts({ kind, arg, left, right, terms, args, condition, yes, no, items }) {
  return kind === 'number' || kind === 'name'
    ? []
    : [arg, left, right, condition, yes, no, ...(terms ?? args ?? items ?? [])].filter(Boolean)
}

function text(expression) {
  const { kind, op } = expression
  const [a, b] = [expression.left, expression.right].map((side) => side && text(side))
  switch (kind) {
    case 'number':
      return String(expression.value)
    case 'name':
      return expression.name
    case 'not':
      return `!(${text(expression.arg)})`
    case 'negate':
      return `(-${text(expression.arg)})`
    case 'arithmetic':
      return op === '//' ? `Math.floor(${a}/${b})` : `(${a}${op}${b})`
    case 'logic':
      return op === 'and' ? `(${a}&&${b})` : op === 'or' ? `(${a}||${b})` : `(!${a}||${b})`
    case 'compare':
      return `(${expression.ops
        .map((sign, i) => {
          const exact = sign === '==' || sign === '!=' ? `${sign}=` : sign
          return `${text(expression.terms[i])}${exact}${text(expression.terms[i + 1])}`
        })
        .join('&&')})`
    case 'call':
      return `Math.${expression.name}(${expression.args.map(text).join()})`
    default:
      throw new Error(`the spaces of the bench have no ${kind}`)
  }
}

/** The same space with limits that nothing keeps: for explanations. */
export function infeasible(document) {
  const text = JSON.stringify(document.constraints).replaceAll('131072', '4096').replaceAll('227000', '227')
  return { ...document, constraints: JSON.parse(text) }
}
