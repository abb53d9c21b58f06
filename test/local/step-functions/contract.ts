import { describe } from 'vitest';
import { contractCases, type Differences } from '../contract-cases.ts';
import { choiceCases } from './contract/choices.ts';
import { dataFlowCases } from './contract/data-flow.ts';
import { flowCases } from './contract/flow.ts';
import { intrinsicCases } from './contract/intrinsics.ts';
import { createSubject, type Run } from './contract/subject.ts';

/**
 * What the product relies on of the States Language, by the examples of its specification and of Step Functions'
 * documentation, as far as no other service is needed. It runs on the local cloud and, where there is one, on an
 * independent implementation, whose known differences are listed with their reasons.
 */
export const statesContract = (name: string, run: Run, differences: Differences = {}): void => {
  describe(name, () => {
    contractCases(differences, (test) => {
      const subject = createSubject(test, run);
      choiceCases(subject);
      dataFlowCases(subject);
      intrinsicCases(subject);
      flowCases(subject);
    });
  });
};
