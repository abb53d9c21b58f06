/** A row of the bench. `bar` fails the run, `aim` is what we want; both per second. */
export interface Row {
  /** The driver's work. */
  readonly name: string;
  /** What `--only` calls it, where that is not the name. */
  readonly as?: string;
  readonly label: string;
  readonly bar?: number;
  readonly aim?: number;
  /** Milliseconds. */
  readonly p50Bar?: number;
  readonly clients?: number;
  /** It places orders: what one costs is shown too. */
  readonly sells?: boolean;
  /** What the peers reach at the same loop on a 2-core machine: Vendure 3.7.3 and Medusa 2.21.2. */
  readonly peers?: string;
}

/** Bars and peers' figures: measured on one 2-core machine, production builds, PostgreSQL with fsync, 1,020 products. */
export const ROWS: readonly Row[] = [
  {
    name: 'checkout',
    label: 'full checkout, confirmed',
    bar: 100,
    aim: 200,
    sells: true,
    peers: 'Vendure 9.6, Medusa 1.6',
  },
  { name: 'product', label: 'product by slug', bar: 2000, aim: 2000, peers: 'Vendure 254, Medusa 78' },
  { name: 'list', label: 'list of 20 products' },
  { name: 'login', label: 'login (Argon2id, 19 MiB, t=2)', bar: 60, aim: 60, peers: 'Vendure 7.8, Medusa 22' },
  { name: 'cart change', label: 'cart change' },
  {
    name: 'checkout',
    as: 'sequence',
    label: "one client's whole sequence",
    p50Bar: 40,
    clients: 1,
    peers: 'p50: Vendure 156 ms, Medusa 778 ms',
  },
];
