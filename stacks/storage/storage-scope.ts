import type { Construct } from 'constructs';
import type * as z from 'zod';
import { type Binding, readsSecrets, setting } from '../../lib/constructs/bind.ts';
import { domainStackOf } from '../../lib/constructs/domain-stack.ts';
import { ServiceFunction, type ServiceFunctionProps } from '../../lib/constructs/service-function.ts';
import type { ServiceTable } from '../../lib/constructs/service-table.ts';

/** What the parts of the storage stack build with. */
export interface StorageScope {
  readonly scope: Construct;
  readonly table: ServiceTable;
  /** Of a function that speaks to nodes, beside the table: `{ STORAGE_TABLE: ..., ...nodes }` is a `NodesEnv`. */
  readonly nodes: { readonly NODE_SECRETS: Binding; readonly STORAGE_STAGE: Binding };
  /** The function `functions/storage/<name>.lambda.ts`. */
  readonly fn: <Env extends z.ZodObject>(
    name: string,
    props: Omit<ServiceFunctionProps<Env>, 'entry'>,
  ) => ServiceFunction<Env>;
}

const pascal = (name: string) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const storageScope = (scope: Construct, table: ServiceTable): StorageScope => ({
  scope,
  table,
  nodes: {
    NODE_SECRETS: readsSecrets(),
    STORAGE_STAGE: setting(domainStackOf(scope).stage.stage),
  },
  fn: (name, props) => new ServiceFunction(scope, pascal(name), { entry: `storage/${name}`, ...props }),
});
