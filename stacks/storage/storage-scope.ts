import type { Construct } from 'constructs';
import type * as z from 'zod';
import { ServiceFunction, type ServiceFunctionProps } from '../../lib/constructs/service-function.ts';
import type { ServiceTable } from '../../lib/constructs/service-table.ts';

/** What the parts of the storage stack build with. */
export interface StorageScope {
  readonly scope: Construct;
  readonly table: ServiceTable;
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
  fn: (name, props) => new ServiceFunction(scope, pascal(name), { entry: `storage/${name}`, ...props }),
});
