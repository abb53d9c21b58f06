import * as z from 'zod';
import type { Circuits, Dependency } from './breaker.ts';
import { Circuit, newCircuit } from './circuit.ts';
import type { DynamoDb } from './clients/dynamodb.ts';
import { ConditionFailed, type Item, systemDb, tenantDb } from './db.ts';
import { key } from './keys.ts';

const Stored = z.object({ version: z.number().int(), circuit: Circuit.default(newCircuit) });

/** Others move the same circuit at the same time; each try begins with what the one before has met. */
const MAX_TRIES = 8;

/**
 * Circuits in the table of the domain that calls: with the tenant's items where a dependency is a tenant's own, else with
 * the system's. `UpdateItem` is the one operation, for reading too: who reads a circuit is about to need the right to
 * change it, and finds out at the first call rather than in an outage.
 */
export const dynamoCircuits = (client: DynamoDb, table: string): Circuits => {
  const system = systemDb(client, table);
  const ofTenant = tenantDb(client, table);
  const dbOf = ({ tenant }: Dependency) => (tenant === undefined ? system : ofTenant(tenant));
  const keyOf = ({ dependency }: Dependency) => ({ pk: key('circuit', dependency), sk: 'circuit' });

  const read = async (of: Dependency): Promise<Item> =>
    dbOf(of).update(keyOf(of), {
      update: 'SET #version = if_not_exists(#version, :zero)',
      names: { '#version': 'version' },
      values: { ':zero': 0 },
    });

  return {
    read: async (of) => Stored.parse(await read(of)).circuit,
    change: async (of, move) => {
      let item = await read(of);
      for (let tries = 1; ; tries += 1) {
        const { version, circuit } = Stored.parse(item);
        const next = move(circuit);
        if (next === circuit) return circuit;
        try {
          await dbOf(of).update(keyOf(of), {
            update: 'SET #version = :next, circuit = :circuit',
            condition: '#version = :version',
            names: { '#version': 'version' },
            values: { ':next': version + 1, ':version': version, ':circuit': next },
          });
          return next;
        } catch (error) {
          if (!(error instanceof ConditionFailed) || error.item === undefined || tries === MAX_TRIES) throw error;
          ({ item } = error);
        }
      }
    },
  };
};
