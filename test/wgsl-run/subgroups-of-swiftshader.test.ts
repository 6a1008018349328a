import { testSubgroups } from '../support/subgroup-suite.ts'

await testSubgroups({ vendor: 'google', size: 4, third: 2 })
