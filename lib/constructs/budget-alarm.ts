import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { STAGE_TAG } from '../names.ts';
import { domainStackOf } from './domain-stack.ts';

export interface BudgetAlarmProps {
  /** What the stage may cost in a month. */
  readonly monthlyUsd: number;
  /** Is told at 80 % of it, and when the month is expected to end above it. */
  readonly topic: ITopic;
}

/** Watches the bill of the stage: what carries its tag, once that is activated as a cost allocation tag. */
export const budgetAlarm = (scope: Construct, id: string, { monthlyUsd, topic }: BudgetAlarmProps): CfnBudget => {
  const { stage } = domainStackOf(scope).stage;
  const tell = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
    subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
  });
  return new CfnBudget(scope, id, {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${STAGE_TAG}$${stage}`] },
    },
    notificationsWithSubscribers: [tell('ACTUAL', 80), tell('FORECASTED', 100)],
  });
};
