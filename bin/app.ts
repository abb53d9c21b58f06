import { App } from 'aws-cdk-lib/core';
import { ConfigError, stageConfig } from '../lib/config.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import type { DomainStack } from '../lib/constructs/domain-stack.ts';
import { AccessStack } from '../stacks/access-stack.ts';
import { AccountsStack } from '../stacks/accounts-stack.ts';
import { CartsStack } from '../stacks/carts-stack.ts';
import { CatalogStack } from '../stacks/catalog-stack.ts';
import { InventoryStack } from '../stacks/inventory-stack.ts';
import { OrdersStack } from '../stacks/orders-stack.ts';
import { PaymentsStack } from '../stacks/payments-stack.ts';
import { PlatformStack } from '../stacks/platform-stack.ts';
import { PricingStack } from '../stacks/pricing-stack.ts';
import { StorageStack } from '../stacks/storage-stack.ts';
import { TenantsStack } from '../stacks/tenants-stack.ts';

/**
 * The composition root: every stack of a stage (`-c stage=dev`). Domains can be deployed in any order after `platform`;
 * `access`, which speaks of all APIs, comes last.
 */
export const compose = (app: App): void => {
  const stage = stageConfig(app.node.tryGetContext('stage') ?? 'dev', app.node.tryGetContext('stages'));
  const platform = new PlatformStack(app, stage);
  const domains: readonly DomainStack[] = [
    new TenantsStack(app, stage),
    new AccountsStack(app, stage),
    new CatalogStack(app, stage),
    new InventoryStack(app, stage),
    new PricingStack(app, stage),
    new CartsStack(app, stage),
    new OrdersStack(app, stage),
    new PaymentsStack(app, stage),
    new StorageStack(app, stage),
  ];
  for (const domain of domains) domain.addStackDependency(platform);

  const withApi = domains.filter((stack) => stack.node.findAll().some((construct) => construct instanceof DomainApi));
  const access = new AccessStack(app, stage, { domains: withApi.map(({ domain }) => domain) });
  for (const domain of domains) access.addStackDependency(domain);
};

if (import.meta.main) {
  // The CDK's own validation of templates takes longer than all the rest; test/assembly.stack.test.ts runs it.
  const app = new App({ builtinCloudFormationValidation: false });
  try {
    compose(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
