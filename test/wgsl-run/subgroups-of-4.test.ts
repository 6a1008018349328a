import { testSubgroups } from '../support/subgroup-suite.ts'

await testSubgroups({ vendor: 'mesa', size: 4, third: 0 })
