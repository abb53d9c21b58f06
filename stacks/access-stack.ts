import { CfnUsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { App } from 'aws-cdk-lib/core';
import type { StageConfig } from '../lib/config.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { parameterAtDeployment } from '../lib/constructs/platform.ts';
import { API_STAGE, apiParameter, parameterName, planParameter, stackName } from '../lib/names.ts';
import { PLAN_TIERS } from '../lib/runtime/plan-tiers.ts';

/**
 * The usage plans: one per tier, over the APIs of all domains, because an API key can be in few plans. Deployed after
 * the domains, and again when one is added.
 */
export class AccessStack extends DomainStack {
  constructor(app: App, stage: StageConfig, { domains }: { readonly domains: readonly string[] }) {
    super(app, { domain: 'access', stage });
    const apiStages = domains.map((domain) => ({
      apiId: parameterAtDeployment(this, apiParameter(domain, 'api-id')),
      stage: API_STAGE,
    }));
    for (const [tier, { rate, burst, monthlyQuota }] of Object.entries(PLAN_TIERS)) {
      const plan = new CfnUsagePlan(this, `Plan-${tier}`, {
        usagePlanName: stackName(stage.stage, tier),
        apiStages,
        throttle: { rateLimit: rate, burstLimit: burst },
        quota: { limit: monthlyQuota, period: 'MONTH' },
      });
      new StringParameter(this, `Parameter-${tier}`, {
        parameterName: parameterName(stage.stage, planParameter(tier)),
        stringValue: plan.ref,
      });
    }
  }
}
