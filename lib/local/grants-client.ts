import * as z from 'zod';

const Use = z.object({ role: z.string(), action: z.string(), resource: z.string() });
const Reading = z.object({
  mark: z.number(),
  uses: z.array(Use),
  refusals: z.array(Use.extend({ message: z.string() })),
});
const Statement = z.object({
  id: z.string(),
  role: z.string(),
  actions: z.array(z.string()),
  resources: z.array(z.string()),
});

export type GrantUse = z.output<typeof Use>;
export type GrantReading = z.output<typeof Reading>;
export type GrantedStatement = z.output<typeof Statement>;

export interface GrantsClient {
  /** What roles did and were refused since a mark (0: since the start); undefined where there is no local cloud. */
  since(mark: number): Promise<GrantReading | undefined>;
  statements(): Promise<GrantedStatement[]>;
  /** Takes these statements away (by id), and gives back all others. */
  withdraw(ids: readonly string[]): Promise<void>;
}

/** Asks a running local cloud about permissions: `/_local/grants` of its AWS endpoint. */
export const grantsClient = (awsUrl: string): GrantsClient => ({
  async since(mark) {
    const response = await fetch(`${awsUrl}/_local/grants?since=${mark}`);
    const reading = response.ok ? Reading.safeParse(await response.json()) : undefined;
    return reading?.data;
  },
  async statements() {
    const response = await fetch(`${awsUrl}/_local/grants/statements`);
    return z.array(Statement).parse(await response.json());
  },
  async withdraw(ids) {
    const response = await fetch(`${awsUrl}/_local/grants/withdrawn`, { method: 'PUT', body: JSON.stringify(ids) });
    if (!response.ok) throw new Error(`The statements cannot be withdrawn: ${await response.text()}`);
  },
});
